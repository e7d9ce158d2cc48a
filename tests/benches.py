"""An assignment's cases and a judge, kept ready for the tests that judge many submissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.assignment.manifest import Assignment, Limits
from grader.bridge.session import WorkerSource
from grader.intake import Cell, Submission
from grader.intake.read import read_submission
from grader.judge.cases import PUBLIC_SECRET, collect_cases
from grader.judge.reference import LiveReference
from grader.judge.run import Judge
from grader.report.report import Report
from grader.sandbox import start

# No honest answer ends by one of these on a busy machine; what hangs is judged with limits of its own.
LIMITS = Limits(case_seconds=60.0, load_seconds=60.0, cell_seconds=60.0, total_seconds=600.0, memory_mb=128)


def code(source: str, name: str = "kim.py") -> Submission:
    """A submission of this source."""
    return Submission(Path(name).stem, name, (Cell(name, source),), "0" * 64)


class Bench:
    """An assignment's cases and a warm zygote, and judges made of them for as long as the tests run."""

    def __init__(
        self, assignment: Assignment, *, hidden: bool, limits: Limits = LIMITS, mode: str = "definitions"
    ) -> None:
        self.assignment = replace(assignment, limits=limits, mode=mode)
        self.server: WorkerSource = start(assignment.imports, canary=assignment.canary)
        self.case_set = collect_cases(self.assignment, hidden=hidden)

    def judge(
        self,
        submission: Submission | Path | str,
        *,
        secret: bytes = PUBLIC_SECRET,
        reference: Any = None,
        server: WorkerSource | None = None,
        limits: Mapping[str, float] | None = None,
        pattern: str | None = None,
    ) -> Report:
        """The report on a submission, a file or a source; `limits` are those that differ for it."""
        if isinstance(submission, Path):
            submission = read_submission(submission, self.assignment.id)
        elif isinstance(submission, str):
            submission = code(submission)
        answers = reference or LiveReference(self.assignment.reference or Path())
        assignment = replace(self.assignment, limits=replace(self.assignment.limits, **(limits or {})))
        case_set = replace(self.case_set, assignment=assignment)
        return Judge(case_set, answers, server or self.server, secret, pattern=pattern).judge(submission)

    def close(self) -> None:
        self.server.close()
