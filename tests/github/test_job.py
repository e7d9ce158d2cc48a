"""Summaries and outputs of a job, and which assignments a run of the workflow looks at."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.course.course import Deadline, Term, find_course
from grader.github.job import add_summary, due_assignments, set_output


def test_they_go_to_the_files_that_the_runner_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert add_summary("## hw1\n")
    assert add_summary("## hw2\n")
    assert (tmp_path / "summary").read_text("utf-8") == "## hw1\n## hw2\n"
    set_output("matrix", "[]")
    assert (tmp_path / "output").read_text("utf-8") == "matrix=[]\n"
    with pytest.raises(AssertionError):
        set_output("matrix", "[]\ndigest=x")


def test_without_a_runner_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    assert not add_summary("## hw1\n")
    set_output("matrix", "[]")


def test_which_assignments_a_run_looks_at(course: Path) -> None:
    now = datetime(2026, 3, 21, tzinfo=timezone.utc)
    found = find_course(course)

    def term(days: int) -> Term:
        return Term(deadlines={"mini": Deadline(now + timedelta(days=days), timedelta(0))})

    assert due_assignments(found, Term(), now) == ["mini"]
    assert due_assignments(found, term(30), now) == ["mini"]
    assert due_assignments(found, term(-6), now) == ["mini"]
    assert due_assignments(found, term(-8), now) == []
    assert due_assignments(found, Term(deadlines={"other": Deadline(now, timedelta(0))}), now) == []
