"""Many submissions: entries, judges, reports. An engine hands tasks to judges; ENGINES is the list of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.assignment.manifest import Assignment
from grader.errors import D2DError, UsageError
from grader.i18n import _
from grader.intake import Submission
from grader.report.report import Report


@dataclass(frozen=True)
class Setting:
    """What a judge needs to know before its first task.

    `closed`: it first shows that its sandbox holds, as submissions that are not the staff's own need it.
    `hidden`: it judges by the hidden cases too.
    """

    assignment: Assignment
    secret: bytes
    language: str
    closed: bool = False
    hidden: bool = True


@dataclass(frozen=True)
class Task:
    """One submission to be judged with one secret.

    `swap` names a misconception: then the reference with that variant answers, in the judge's own process, and the
    submission has no cells. `stop_early` ends at the first case that fails by far: enough to know that one does; the
    cases that judge the name `about` come first then. `measured` asks by how many tolerances values were off.
    """

    key: str
    submission: Submission
    secret: bytes
    swap: str | None = None
    stop_early: bool = False
    about: str | None = None
    measured: bool = False


@dataclass(frozen=True)
class Done:
    """A task's report, and by how many tolerances the values of each case were off, if that was asked for."""

    key: str
    report: Report
    distances: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Lost:
    """A task without a verdict, by our fault: its judge was lost more than once, or failed with `trouble`."""

    key: str
    reason: str
    trouble: D2DError | None = None


class Engine(Protocol):
    """Hands tasks to judges."""

    def judge(self, tasks: Iterable[Task]) -> Iterator[Done | Lost]:
        """Judge every task; what comes of them comes as it ends. Tasks are asked for when there is a judge for them."""


def limited(assignment: Assignment, seconds: float | None, megabytes: int | None) -> Assignment:
    """The assignment with other limits; where a case has twice as long, so has a submission as a whole."""
    limits = assignment.limits
    if seconds is not None:
        total = limits.total_seconds * max(1.0, seconds / limits.case_seconds)
        limits = replace(limits, case_seconds=seconds, total_seconds=total)
    if megabytes is not None:
        limits = replace(limits, memory_mb=megabytes)
    return replace(assignment, limits=limits)


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
