"""ENGINES: who hands tasks to judges."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import UsageError
from grader.grading import ENGINES, demand_dask
from grader.grading.local import LocalEngine
from grader.grading.task import Setting


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
