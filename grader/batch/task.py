"""The unit of work that an engine hands to a judge."""

from __future__ import annotations

from dataclasses import dataclass

from grader.intake.submission import Submission
from grader.records.report import Report


@dataclass(frozen=True)
class Task:
    """One submission to be judged with one secret.

    `swap` names a misconception: then the reference with that variant answers, in the judge's own process, and the
    submission has no cells. `stop_early` ends at the first case that does not pass: enough to know that one fails.
    """

    key: str
    submission: Submission
    secret: bytes
    swap: str | None = None
    stop_early: bool = False


@dataclass(frozen=True)
class Done:
    """A task's report."""

    key: str
    report: Report
