"""ENGINES: who hands tasks to judges; and the limits that a judge is given."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import UsageError
from grader.grading import ENGINES, Setting, demand_dask, limited
from grader.grading.local import LocalEngine


def test_the_local_engine_needs_no_scheduler(course: Path) -> None:
    setting = Setting(find_course(course).assignment("mini"), b"0" * 16, "en")
    assert isinstance(ENGINES["local"](setting, 2, None), LocalEngine)
    with pytest.raises(UsageError, match="--engine dask"):
        ENGINES["local"](setting, 2, "tcp://127.0.0.1:1")


def test_where_dask_is_missing_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError) as refusal:
        demand_dask()
    assert refusal.value.hint == "pip install 'd2d-grader[dask]'"


def test_a_submission_has_longer_where_a_case_has(course: Path) -> None:
    assignment = find_course(course).assignment("mini")
    before = assignment.limits
    longer = limited(assignment, before.case_seconds * 3, None).limits
    assert longer.total_seconds == before.total_seconds * 3
    assert limited(assignment, before.case_seconds / 2, None).limits.total_seconds == before.total_seconds
    assert limited(assignment, None, 77).limits.memory_mb == 77
    assert limited(assignment, None, None) == assignment
