"""Cases in a session of pytest and by pytest's own hands: what other graders pay for each case, and the floor too."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from grader.assignment.manifest import Assignment
from grader.judge.case import CaseInfo, info_of
from grader.judge.casefile import sharing
from grader.judge.cases import Fixtures

T = TypeVar("T")
OFF = (
    "cacheprovider capture debugging doctest faulthandler junitxml legacypath logging monkeypatch nose pastebin "
    "python_path recwarn setuponly setupplan stepwise subtests terminal terminalprogress threadexception tmpdir "
    "unittest unraisableexception warnings"
).split()


class Session:
    """The collected cases, and how one of them is run."""

    def __init__(self, work: Callable[[Session], None]) -> None:
        self.work, self.items = work, list[pytest.Function]()
        self.fixtures: Fixtures | None = None

    @pytest.fixture
    def student(self) -> object:
        assert self.fixtures is not None
        return self.fixtures.student()

    @pytest.fixture
    def reference(self) -> object:
        assert self.fixtures is not None
        return self.fixtures.reference()

    @pytest.fixture
    def rng(self) -> object:
        assert self.fixtures is not None
        return self.fixtures.rng()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]
        self.work(self)
        return True

    def passes(self, item: pytest.Function, fixtures: Fixtures) -> bool:
        """Whether a case passes, set up, called and torn down by pytest."""
        self.fixtures, passed = fixtures, True
        item._initrequest()
        try:
            item.ihook.pytest_runtest_setup(item=item)
            item.ihook.pytest_runtest_call(item=item)
        except Exception:  # noqa: BLE001 — how the case ended
            passed = False
        item.ihook.pytest_runtest_teardown(item=item, nextitem=None)
        item.funcargs = {}
        return passed


def info(item: pytest.Function) -> CaseInfo:
    """What `@case` said of a collected function."""
    said = info_of(item.function)
    assert said is not None
    return said


def name(item: pytest.Function) -> str:
    """The id of a case in a report."""
    visibility = "public" if item.path.name == "test_public.py" else "hidden"
    return f"test_{visibility}.py::{item.name}"


def in_session(assignment: Assignment, work: Callable[[Session], T]) -> T:
    """What `work` makes of the cases of an assignment, while pytest keeps its session open."""
    files = [assignment.public_cases, *assignment.hidden_cases]
    done: list[T] = []
    session = Session(lambda opened: done.append(work(opened)))
    options = [*(f"-pno:{plugin}" for plugin in OFF), "--noconftest", "-c", os.devnull, "--import-mode=importlib"]
    with sharing(assignment.folder):
        pytest.main([*options, f"--rootdir={assignment.folder}", "--assert=plain", *map(str, files)], plugins=[session])
    return done[0]
