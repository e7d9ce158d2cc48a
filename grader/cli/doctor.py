"""`d2d doctor`: what this machine offers, and whether hidden cases should be judged on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from grader.clean import inline
from grader.cli.options import common
from grader.cli.paper import give_result
from grader.errors import ALL_PASSED, OUR_FAULT
from grader.grading import demand_dask
from grader.grading.health import ACTIVE, MISSING, Health, examine
from grader.i18n import _


@click.command()
@click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON."))
@click.option("--scheduler", metavar="URL", help=_("Examine each worker of a Dask cluster, tcp://…."))
@common
def doctor_command(as_json: bool, scheduler: str | None, **_options: Any) -> None:
    """Examine this machine, or those of a cluster."""
    json_file = "-" if as_json else None
    if scheduler is None:
        health = examine()
        give_result(health.as_json(), _shown(health), json_file)
        good = health.may_judge_hidden
    else:
        demand_dask()
        from grader.grading.dask import examined  # an extra, which may not be here

        workers = examined(scheduler)
        give_result(workers, _workers(workers), json_file)
        good = all(answer["may_judge_hidden"] and answer["same"] for answer in workers.values())
    raise SystemExit(ALL_PASSED if good else OUR_FAULT)


def _workers(workers: Mapping[str, Any]) -> Iterator[str]:
    """A line for each worker: whether it may judge hidden cases, and whether it is like this machine."""
    for worker, answer in workers.items():
        faults = []
        if not answer["may_judge_hidden"]:
            lost = [answer["trouble"]] if answer["trouble"] else []
            lost += [escape["name"] for escape in answer.get("self_test", ()) if not escape["contained"]]
            lost += [line["name"] for line in answer.get("layers", ()) if line["state"] != "active"]
            faults.append(_("hidden cases should not be judged there: {names}").format(names=", ".join(lost)))
        if not answer["same"]:
            versions = ", ".join(f"{name} {version}" for name, version in answer["about"].items())
            faults.append(_("not like this machine: {versions}").format(versions=versions))
        yield inline(f"{'✗' if faults else '✓'} {worker} {'; '.join(faults)}", 400)


def _shown(health: Health) -> Iterator[str]:
    yield health.system
    for title, lines in ((_("Layers of the sandbox"), health.layers), (_("Libraries"), health.libraries)):
        yield f"\n{title}"
        for line in lines:
            mark = {ACTIVE: "✓", MISSING: "✗"}.get(line.state, "–")
            yield f"  {mark} {line.name:14} {line.meaning}" + (f" ({line.reason})" if line.reason else "")
    yield "\n" + _("Self-test: a worker tries to get out")
    for escape in health.escapes:
        yield f"  ✓ {escape.label}" if escape.got is None else f"  ✗ {escape.label}: {inline(escape.got)[:60]}"
    if health.trouble:
        yield f"  ✗ {health.trouble}"
    yield ""
    if health.may_judge_hidden:
        yield _("Hidden cases can be judged on this machine.")
        return
    yield _("Hidden cases should not be judged on this machine; `d2d check` works.")
    for name, reason in health.lacking.items():
        yield f"  {name}: {reason}" if reason else f"  {name}"
    yield _("Take a Linux machine with a kernel from 5.13 on, or run d2d as root where user namespaces are forbidden.")
