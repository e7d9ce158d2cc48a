"""The commands in this process, and reports made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from click.testing import CliRunner

from grader.cli import app
from grader.report.report import CaseResult, Report, Verdict, Visibility

PROMOTE = ("promote", "--gradebook", "book.db", "--attendance", "attendance.csv", "--discussion", "discussion.csv")


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Staff = Callable[..., Run]


def invoke(*arguments: object) -> Run:
    """Run a command; what it should not raise goes on up."""
    result = CliRunner().invoke(app.d2d, [str(argument) for argument in arguments], standalone_mode=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Run(result.exit_code or result.return_value or 0, result.stdout, result.stderr)


def report(member: str, hw: str, points: int, visibility: str = "full", content: str = "00") -> Report:
    cases = [
        CaseResult("t::a", "s", "c", "t", Visibility.HIDDEN, Verdict.PASSED, Fraction(points), Fraction(points)),
        CaseResult("t::b", "s", "c", "t", Visibility.PUBLIC, Verdict.FAILED, Fraction(0), Fraction(100 - points)),
    ]
    return Report(
        assignment=hw,
        assignment_version="1.0.0",
        title=hw,
        member=member,
        submission_sha256=content * 32,
        cases_sha256="00" * 32,
        visibility=visibility,
        pass_percent=60,
        cases=tuple(case for case in cases if case.max_points),
        grader_version="0.1.0",
        graded_at="2026-03-20T12:00:00+00:00",
    )
