"""Many submissions: entries, judges, reports. ENGINES is the list of those that hand tasks to judges."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.grading.task import Engine, Setting


def demand_dask() -> None:
    """Say what to install where Dask is missing."""
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(_("Dask is not installed here."), hint="pip install 'd2d-grader[dask]'")


def _local(setting: Setting, jobs: int, scheduler: str | None) -> Engine:
    if scheduler is not None:
        raise UsageError(_("--scheduler goes with --engine dask."))
    from grader.grading.local import LocalEngine

    return LocalEngine(setting, jobs)


def _dask(setting: Setting, jobs: int, scheduler: str | None) -> Engine:
    demand_dask()
    from grader.grading.dask import DaskEngine

    return DaskEngine(setting, scheduler, jobs)


# What `--engine` offers: a function of the setting, the number of judges, and the address of a scheduler.
ENGINES: dict[str, Callable[[Setting, int, str | None], Engine]] = {"local": _local, "dask": _dask}
