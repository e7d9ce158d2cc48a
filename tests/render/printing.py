"""Reports as the terminal shows them."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

from rich.cells import cell_len
from rich.console import Console

from grader.render.terminal import print_report
from grader.report.report import CaseResult, Report, Verdict, Visibility


def a_case(variant: str = "test_a", verdict: str = "passed", **more: Any) -> CaseResult:
    points = Fraction(more.pop("points", 2))
    given: dict[str, Any] = {
        "id": f"test_public.py::{variant}",
        "section": "mse_loss",
        "concept": "value",
        "title": "mse_loss gives the mean",
        "visibility": Visibility.PUBLIC,
        "verdict": Verdict(verdict),
        "points": points if verdict == "passed" else Fraction(0),
        "max_points": points,
    }
    return CaseResult(**{**given, **more})


def a_report(*cases: CaseResult, **more: Any) -> Report:
    given: dict[str, Any] = {
        "assignment": "hw1",
        "assignment_version": "1.0.0",
        "title": "Losses",
        "member": "kim.ipynb",
        "submission_sha256": "",
        "cases_sha256": "",
        "visibility": "public",
        "pass_percent": 60,
        "layers": ("landlock", "seccomp"),
    }
    return Report(cases=cases, **{**given, **more})


def shown(report: Report, width: int = 80, **options: Any) -> list[str]:
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, **options))
    lines = file.getvalue().splitlines()
    if not options:
        assert max(map(cell_len, lines)) <= width
    return lines
