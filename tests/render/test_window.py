"""Lines fit into the window."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader import i18n
from grader.render.terminal import print_report
from grader.report.report import Hint
from tests.render.printing import a_case, a_report, shown


def test_long_text_wraps_below_itself() -> None:
    lines = shown(a_report(a_case(verdict="failed", hint=Hint("x", "word " * 40))), width=60)
    first = next(i for i, line in enumerate(lines) if "hint" in line)
    assert lines[first].startswith("      hint  word")
    assert lines[first + 1].startswith("            word")


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_a_terminal_that_is_not_utf_8(encoding: str) -> None:
    raw = io.BytesIO()
    i18n.use("ko")
    report = a_report(
        a_case(section="l1"),
        a_case(verdict="failed", message="값 ✓ 👍", output="x"),
        a_case(section="b", verdict="missing"),
    )
    with io.TextIOWrapper(raw, encoding=encoding, newline="\n") as file:
        print_report(report, Console(file=file, width=80))
        file.flush()
        lines = raw.getvalue().decode(encoding).splitlines()
    assert lines[0].startswith("hw1 . ")
    assert lines[2] == "  + l1        2/2"
    assert lines[3] == "  x mse_loss  0/2"
    assert any(line.startswith("  . b ") for line in lines)
    assert any(line == "      | x" for line in lines)
    if encoding == "cp949":
        assert "      값 + ?" in lines
