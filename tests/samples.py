"""Reports of sample people, plain and hostile, for everything that people read."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

from rich.cells import cell_len
from rich.console import Console

from grader.render.terminal import print_report
from grader.report.report import CaseResult, Hint, Note, Report, Verdict, Visibility, Where

# What a name, a message or an output may try: each of them is followed by something that has to stay text.
HOSTILE = [
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "'-alert(1)-'",
    "</style><script>window.hit = 1</script>",
    "]]></failure><testcase name='forged'/>",
    '=HYPERLINK("http://192.0.2.1/","click")',
    "+1+cmd|' /C calc'!A0",
    "@everyone #1 d2d/course#2 GH-3",
    "[link](javascript:alert(1)) ![](http://192.0.2.1/beacon.png) <http://192.0.2.1/> http://192.0.2.1/ www.d2d.org",
    "```\n## Forged\n```` `code` ~~~",
    "| forged | row |\n|---|---|\n- list",
    "\u202egnp.evil\u2066 \u200b",
    "\x1b[2J\x1b]0;title\x07\x9b31m red \x1b[0m\x00\x08",
    "::error::forged\n##[command]forged",
    "김철수 🧑‍🔬 {{ 7 * 7 }} {% raw %}",
    "x" * 10_000,
]


def a_case(name: str = "test_a", verdict: str = "passed", **more: Any) -> CaseResult:
    points = Fraction(more.pop("points", 2))
    given: dict[str, Any] = {
        "id": f"test_public.py::{name}",
        "section": "mse_loss",
        "concept": "value",
        "title": "mse_loss gives the mean.",
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
        "member": "kim",
        "submission_sha256": "ab" * 32,
        "cases_sha256": "cd" * 32,
        "visibility": "full",
        "pass_percent": 60,
        "layers": ("landlock", "seccomp"),
        "limits": {"case_seconds": 3.0, "memory_mb": 1024},
        "grader_version": "0.1.0",
        "graded_at": "2026-03-20T12:00:00+00:00",
    }
    return Report(cases=cases, **{**given, **more})


def a_checked_report(*cases: CaseResult, **more: Any) -> Report:
    """A report as `d2d check` makes it."""
    return a_report(*cases, **{"member": "kim.ipynb", "visibility": "public", **more})


def shown(report: Report, width: int = 80, **options: Any) -> list[str]:
    """The lines of a report on a terminal of this width."""
    file = io.StringIO()
    print_report(report, Console(file=file, width=width, **options))
    lines = file.getvalue().splitlines()
    if not options:
        assert max(map(cell_len, lines)) <= width
    return lines


def hostile_report(text: str) -> Report:
    """A report in which every text that comes from somewhere is `text`."""
    line = text[:150]
    where = Where(line, line=4, cell=7)
    cases = [
        a_case(f"test_{at}[{line}]", verdict, section=f"{line}{at % 3}", title=line, message=text, where=where)
        for at, verdict in enumerate(each.value for each in Verdict)
    ]
    cases.append(
        a_case("last", "failed", message=text, details=(text, text), output=text, hint=Hint(line, text), where=where)
    )
    notes = (Note("cell-set-aside", text, where), Note(line, text))
    return a_report(*cases, member=line, title=line, notes=notes, layers=(line,))


# One report with cases of several verdicts, and one that could not be judged in full.
MIXED_REPORT = a_report(
    a_case("test_a", seconds=0.25),
    a_case(
        "test_b[mean]",
        "failed",
        points="1/2",
        message="Every value is 2 times what was expected.",
        details=("expected: 1.5", "yours: 3.0"),
        hint=Hint("twice", "It is divided by N once."),
        where=Where("kim.ipynb", cell=7, line=4),
        output="3.0\n",
    ),
    a_case("test_c", "timeout", visibility=Visibility.HIDDEN, message="It took too long.", seconds=3.0),
    a_case("test_d", "skipped", section="l1_loss", message="It waits."),
    a_case("test_e", "missing", section="l1_loss", message="l1_loss is not written yet."),
)
UNGRADABLE_REPORT = a_report(
    a_case("test_a"), a_case("test_b", "ungradable", message="The judge failed."), member="lee"
)
