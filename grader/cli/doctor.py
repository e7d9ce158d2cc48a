"""`d2d doctor`: what this machine offers, and whether hidden cases should be judged on it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common
from grader.errors import ALL_PASSED, OUR_FAULT
from grader.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.bridge.selftest import Escape
    from grader.grading.health import Health, HealthLine


@click.command(help=_("Show what this machine offers, and whether hidden cases should be judged on it."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON."))
@click.option("--scheduler", metavar="URL", help=_("Examine each worker of a Dask cluster, tcp://…."))
@common
def doctor_command(as_json: bool, scheduler: str | None, **_options: Any) -> None:
    """Examine this machine, or those of a cluster."""
    if scheduler is not None:
        raise SystemExit(_cluster(scheduler, as_json))
    from grader.grading.health import examine

    health = examine()
    if as_json:
        sys.stdout.write(json.dumps(health.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(health)
    raise SystemExit(ALL_PASSED if health.may_judge_hidden else OUR_FAULT)


def _cluster(scheduler: str, as_json: bool) -> int:
    """A line for each worker: whether it may judge hidden cases, and whether it is like this machine."""
    from grader.clean import inline
    from grader.grading import demand_dask

    demand_dask()
    from grader.grading.dask import examined

    workers = examined(scheduler)
    if as_json:
        sys.stdout.write(json.dumps(workers, ensure_ascii=False, indent=2) + "\n")
    for worker, found in {} if as_json else workers.items():
        faults = []
        if not found["may_judge_hidden"]:
            lost = [one["name"] for one in found.get("self_test", ()) if not one["contained"]]
            lost += [line["name"] for line in found.get("layers", ()) if line["state"] != "active"]
            faults.append(_("hidden cases should not be judged there: {names}").format(
                names=", ".join([found["trouble"], *lost] if found["trouble"] else lost)))  # fmt: skip
        if not found["same"]:
            versions = ", ".join(f"{name} {version}" for name, version in found["about"].items())
            faults.append(_("not like this machine: {versions}").format(versions=versions))
        click.echo(inline(f"{'✗' if faults else '✓'} {worker} {'; '.join(faults)}", 400))
    good = all(found["may_judge_hidden"] and found["same"] for found in workers.values())
    return ALL_PASSED if good else OUR_FAULT


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


def _lines(lines: Iterable[HealthLine]) -> None:
    from grader.grading.health import ACTIVE, MISSING

    for line in lines:
        mark = {ACTIVE: "✓", MISSING: "✗"}.get(line.state, "–")
        reason = f" ({line.reason})" if line.reason else ""
        click.echo(f"  {mark} {line.name:14} {line.meaning}{reason}")


def _escapes(escapes: Iterable[Escape]) -> None:
    from grader.clean import inline

    for escape in escapes:
        name = escape.label
        click.echo(f"  ✓ {name}" if escape.got is None else f"  ✗ {name}: {inline(escape.got)[:60]}")
