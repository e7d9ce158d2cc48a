"""The lines about one case that did not pass."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from grader.report.report import Hint, Visibility, Where
from tests.render.printing import a_case, a_report, shown


def test_a_failed_case_says_all_that_is_known_in_order() -> None:
    case = a_case(
        "test_a[mean]",
        "failed",
        message="Every value is 3 times what was expected.",
        hint=Hint("sum", "Your values are those of a sum."),
        details=("expected: 1.0", "yours: 3.0"),
        output="x is 1\ny is 2\n",
        where=Where("hw1.py", 34),
    )
    assert shown(a_report(a_case(), case))[2:12] == [
        "  ✗ mse_loss  2/4",
        "    mse_loss gives the mean [mean]  hw1.py:34",
        "      Every value is 3 times what was expected.",
        "      hint  Your values are those of a sum.",
        "      expected: 1.0",
        "      yours:    3.0",
        "      your code printed:",
        "      │ x is 1",
        "      │ y is 2",
        "",
    ]


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        ("error", " — error"),
        ("timeout", " — out of time"),
        ("memory", " — out of memory"),
        ("crashed", " — crashed"),
        ("forbidden", " — not allowed here"),
        ("ungradable", " — could not be judged"),
        ("failed", ""),
    ],
)
def test_the_verdict_is_named_unless_it_is_failed(verdict: str, word: str) -> None:
    assert shown(a_report(a_case(verdict=verdict)))[3] == "    mse_loss gives the mean" + word


def test_a_hidden_case_is_called_so() -> None:
    lines = shown(a_report(a_case(verdict="failed", visibility=Visibility.HIDDEN), visibility="full"))
    assert lines[3] == "    mse_loss gives the mean · hidden case"


def test_output_is_bounded() -> None:
    case = a_case(verdict="failed", output="\n".join(f"step {n} " + "." * 200 for n in range(10_000)))
    lines = shown(a_report(case))
    printed = [line for line in lines if "│" in line]
    assert len(printed) == 5
    assert all(cell_len(line) == 80 and line.endswith("…") for line in printed)
    assert "      … 9995 more lines" in lines
