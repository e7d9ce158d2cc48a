"""The workflow in a member's repository."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring.release import write_release
from grader.authoring.workflow import TORCH
from grader.course.course import find_course
from tests.authoring.releasing import ROOT


@pytest.mark.slow
def test_the_workflow_is_pinned_and_asks_for_nothing(released: Path, tmp_path: Path) -> None:
    text = (released / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert all(re.fullmatch(r"\s+uses: [\w./-]+@[0-9a-f]{40} # v[\d.]+", line) for line in lines(text, "uses:"))
    assert all(re.search(r"==\d", line) for line in lines(text, "pip install"))
    assert "secrets" not in text
    assert "pull_request_target" not in text
    assert lines(text, "permissions:", 1) == ["permissions:", "  contents: read"]
    assert f"torch=={TORCH}" in (ROOT / "constraints.txt").read_text("utf-8").split()
    course = replace(find_course(ROOT), install="d2d-grader @ git+https://example.org/d2d@0123; touch x")
    write_release(course, ["hw1"], tmp_path / "one", ("en",))
    text = (tmp_path / "one" / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert "torch" not in text
    assert "'d2d-grader @ git+https://example.org/d2d@0123; touch x'" in text
    assert "--lang en" in text


def lines(text: str, word: str, more: int = 0) -> list[str]:
    """The lines with `word` in them, and `more` after the first."""
    found = [at for at, line in enumerate(text.splitlines()) if word in line]
    assert found
    return text.splitlines()[found[0] : found[0] + 1 + more] if more else [text.splitlines()[at] for at in found]
