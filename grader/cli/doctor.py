"""`d2d doctor`: what this machine offers, and whether hidden cases should be judged on it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from grader.cli.app import common
from grader.errors import ALL_PASSED, OUR_FAULT
from grader.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.batch.health import Health, Line
    from grader.bridge.selftest import Escape


@click.command(help=_("Show what this machine offers, and whether hidden cases should be judged on it."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON."))
@common
def doctor(as_json: bool, **_options: Any) -> None:
    """Examine this machine."""
    from grader.batch.health import examine

    health = examine()
    if as_json:
        sys.stdout.write(json.dumps(health.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(health)
    raise SystemExit(ALL_PASSED if health.may_judge_hidden else OUR_FAULT)


def _show(health: Health) -> None:
    click.echo(health.system)
    click.echo("\n" + _("Layers of the sandbox"))
    _lines(health.layers)
    click.echo("\n" + _("Libraries"))
    _lines(health.libraries)
    click.echo("\n" + _("Self-test: a worker tries to get out"))
    _escapes(health.escapes)
    if health.trouble:
        click.echo(f"  ✗ {health.trouble}")
    click.echo()
    if health.may_judge_hidden:
        click.echo(_("Hidden cases can be judged on this machine."))
        return
    click.echo(_("Hidden cases should not be judged on this machine; `d2d check` works."))
    for name, reason in health.lacking.items():
        click.echo(f"  {name}: {reason}" if reason else f"  {name}")
    click.echo(
        _("Take a Linux machine with a kernel from 5.13 on, or run d2d as root where user namespaces are forbidden.")
    )


def _lines(lines: Iterable[Line]) -> None:
    from grader.batch.health import ACTIVE, MISSING

    for line in lines:
        mark = {ACTIVE: "✓", MISSING: "✗"}.get(line.state, "–")
        reason = f" ({line.reason})" if line.reason else ""
        click.echo(f"  {mark} {line.name:14} {line.meaning}{reason}")


def _escapes(escapes: Iterable[Escape]) -> None:
    from grader.clean import inline

    for escape in escapes:
        name = escape.label
        click.echo(f"  ✓ {name}" if escape.got is None else f"  ✗ {name}: {inline(escape.got)[:60]}")
