"""The cases of an assignment, collected once by pytest and kept ready to be run for one submission after another."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from grader.assignment.manifest import Assignment
from grader.bridge.student import Submission as Student
from grader.errors import BadAssignmentError, UsageError
from grader.i18n import _
from grader.judge.case import CaseInfo, info_of
from grader.judge.plain import PlainCall, plain_call
from grader.report.report import Visibility

T = TypeVar("T")
# The judge needs fixtures and parametrize. Everything else that pytest brings costs start-up time, or would read
# configuration from the folder in which a member's files lie.
_OFF = (
    "cacheprovider capture debugging doctest faulthandler junitxml legacypath logging monkeypatch nose "
    "pastebin python_path recwarn setuponly setupplan stepwise subtests terminal terminalprogress "
    "threadexception tmpdir unittest unraisableexception warnings"
).split()

_OWN = ("student", "reference", "rng")  # the fixtures of our plugin


@dataclass(frozen=True)
class Case:
    """One collected case: what the author said of it, and the pytest item that runs it."""

    id: str
    info: CaseInfo
    title: str
    visibility: Visibility
    item: pytest.Function
    call: PlainCall | None  # where pytest is not needed to run it

    @property
    def function(self) -> str:
        return self.id.partition("::")[2].partition("[")[0]

    @property
    def name(self) -> str:
        """The function with its parameters: `test_reductions[mean]`."""
        return self.id.partition("::")[2]

    def needed(self, name: str) -> bool:
        """Whether `name` in a `needs=` means this case."""
        return name in (self.name, self.function)


@dataclass
class Seats:
    """What the fixtures of the case that runs now hand out."""

    student: Callable[[], Student]
    reference: Callable[[], Student]
    rng: Callable[[], np.random.Generator]


class Plugin:
    """The judge's pytest plugin: its fixtures, and the case that runs now."""

    def __init__(self, work: Callable[[list[pytest.Function]], None]) -> None:
        self.work = work
        self.seats: Seats | None = None
        self.complaints: list[str] = []

    @pytest.fixture
    def student(self) -> Student:
        """The submission: its functions and classes, called over the bridge."""
        return self._seats.student()

    @pytest.fixture
    def reference(self) -> Student:
        """The reference (for members: a recording of it), called exactly as the submission is."""
        return self._seats.reference()

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """Random numbers that are the same for this case and secret, always."""
        return self._seats.rng()

    @property
    def _seats(self) -> Seats:
        assert self.seats is not None, "fixtures are asked for by a running case only"
        return self.seats

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.complaints.append(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.work([item for item in session.items if isinstance(item, pytest.Function)])
        return True

    def run(self, case: Case, seats: Seats) -> BaseException | None:
        """Run one case; the exception that ended it. What pytest does around a case takes longer than most cases do."""
        if case.call is None:
            return self.run_by_pytest(case, seats)
        try:
            fixtures = {name: getattr(seats, name)() for name in case.call.asked}
            if case.item.obj(**fixtures, **case.call.given) is not None:
                said = _("{name} returns something, and nobody looks at it: a case says by raising what is wrong.")
                raise BadAssignmentError(said.format(name=case.name), where=case.item.path)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # noqa: BLE001 — how the case ended; pytest's own are no `Exception`
            return error
        return None

    def run_by_pytest(self, case: Case, seats: Seats) -> BaseException | None:
        """Run one case as pytest does, with all that it may ask of it.

        Only the reports on each phase are left out, with a traceback that nobody reads. Everything is torn down after
        each case: which comes next is not known (it may be skipped, or be the first of another submission), and
        leftovers would be a fault of the case that follows.
        """
        self.seats, item = seats, case.item
        item._initrequest()  # forget the fixtures of the submission before: nothing is collected again
        raised: BaseException | None = None
        for phase in (item.ihook.pytest_runtest_setup, item.ihook.pytest_runtest_call):
            try:
                phase(item=item)
            except (KeyboardInterrupt, pytest.exit.Exception):
                raise
            except BaseException as error:  # noqa: BLE001 — likewise
                raised = error
                break
        try:
            item.ihook.pytest_runtest_teardown(item=item, nextitem=None)
        except Exception as error:  # noqa: BLE001 — likewise
            raised = raised or error
        item.funcargs = {}
        return raised


@dataclass(frozen=True)
class Collection:
    """All cases of an assignment that count here, needed ones first, and the plugin that runs them."""

    assignment: Assignment
    cases: tuple[Case, ...]
    plugin: Plugin
    sha256: str  # of the files that hold the cases and of the data laid out: which cases a report was made by
    files: dict[str, bytes]  # the data that is laid beside each submission

    def chosen(self, pattern: str | None) -> tuple[Case, ...]:
        """The cases that a pattern names (part of the id, or with wildcards), and what those need."""
        if not pattern:
            return self.cases
        wanted = {
            case.id
            for case in self.cases
            if pattern in case.id or fnmatch.fnmatch(case.id, pattern) or case.info.section == pattern
        }
        for case in reversed(self.cases):  # needs point backwards, so one pass is enough
            if case.id in wanted:
                wanted |= {other.id for other in self.cases for name in case.info.needs if other.needed(name)}
        if not wanted:
            hint = _("Sections: {names}.").format(names=", ".join(self.assignment.sections))
            raise UsageError(_("No case fits {pattern}.").format(pattern=pattern), hint=hint)
        return tuple(case for case in self.cases if case.id in wanted)


def collected(assignment: Assignment, files: Sequence[Path], work: Callable[[Collection], T]) -> T:
    """Collect the cases in `files` and do `work` with them while pytest keeps its session open."""
    done: list[T] = []

    def use(items: list[pytest.Function]) -> None:
        if plugin.complaints:
            raise BadAssignmentError(
                _("The cases can't be collected:") + "\n" + "\n".join(plugin.complaints),
                where=assignment.folder,
            )
        done.append(work(Collection(assignment, _cases(assignment, items), plugin, sha256, data)))

    failure: list[BaseException] = []

    def guarded(items: list[pytest.Function]) -> None:
        try:
            use(items)
        except BaseException as error:  # noqa: BLE001 — carried through pytest, which would make an exit code of it
            failure.append(error)

    plugin = Plugin(guarded)
    # All that a report needs is read before student code runs: what that could change on this machine comes too late.
    sha256 = _sha256([*files, *assignment.files])
    data = {file.name: file.read_bytes() for file in assignment.files}
    for file in files:  # pytest would take another assignment's module of that name for this one
        sys.modules.pop(file.stem, None)
    options = [f"-pno:{name}" for name in _OFF]
    options += [
        "--noconftest",
        "-c",
        os.devnull,
        f"--rootdir={assignment.folder}",
        "--import-mode=importlib",
        "--assert=plain",
        "--continue-on-collection-errors",
    ]
    environment = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        pytest.main([*options, *map(str, files)], plugins=[plugin])
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(environment)
    if failure:
        raise failure[0]
    if not done:
        raise BadAssignmentError(
            _("The cases can't be collected:") + "\n" + "\n".join(plugin.complaints), where=assignment.folder
        )
    return done[0]


def _sha256(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file():
            raise BadAssignmentError(_("The file with the cases is missing."), where=file)
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _cases(assignment: Assignment, items: Sequence[pytest.Function]) -> tuple[Case, ...]:
    """The items as cases; what an author can get wrong in them is said with file and line."""
    for file in dict.fromkeys(item.path for item in items):
        _hold_names(file)
    titles = assignment.case_titles()
    cases: list[Case] = []
    homes: dict[str, Path] = {}
    for item in items:
        where = f"{item.path}:{item.function.__code__.co_firstlineno}"
        info = info_of(item.function)
        if info is None:
            raise BadAssignmentError(_("{name} is no case: @case is missing.").format(name=item.name), where=where)
        if info.section not in assignment.sections:
            text = _("{name} belongs to the section {section}, which the manifest does not have.")
            raise BadAssignmentError(text.format(name=item.name, section=info.section), where=where)
        if info.points <= 0:
            hint = _("Give it points, as in @case(…, points=1).")
            raise BadAssignmentError(_("{name} has no points.").format(name=item.name), where=where, hint=hint)
        if homes.setdefault(item.originalname, item.path) != item.path:
            raise _twice(item.originalname, where)
        for name in info.needs:
            if not any(case.needed(name) for case in cases):
                text = _("{name} needs {other}, which is no case before it.")
                raise BadAssignmentError(text.format(name=item.name, other=name), where=where)
        visibility = Visibility.PUBLIC if item.path == assignment.public_cases else Visibility.HIDDEN
        title = titles((item.function.__doc__ or "").strip().partition("\n")[0])
        cases.append(Case(f"{item.path.name}::{item.name}", info, title, visibility, item, plain_call(item, _OWN)))
    if any(case.visibility is Visibility.HIDDEN for case in cases):
        _hold_points(assignment, cases)
    return tuple(cases)


def _hold_names(file: Path) -> None:
    """No two cases of a file have one name: Python would forget the first, and its points with it."""
    seen = set()
    # By its letters: a syntax tree of the file takes some 300 times as long, at a member's every start.
    for line, text in enumerate(file.read_text("utf-8").splitlines(), 1):
        if text.startswith("def test_"):
            name = text[4:].partition("(")[0]
            if name in seen:
                raise _twice(name, f"{file}:{line}")
            seen.add(name)


def _twice(name: str, where: str) -> BadAssignmentError:
    return BadAssignmentError(
        _("Two cases are called {name}.").format(name=name), where=where, hint=_("Rename one of them.")
    )


def _hold_points(assignment: Assignment, cases: Sequence[Case]) -> None:
    """The manifest's points of each section against the sum of its cases."""
    for section in assignment.sections.values():
        total = sum((case.info.points for case in cases if case.info.section == section.name), Fraction(0))
        if total != section.points:
            text = _("The cases of {section} have {total} points together; the manifest says {points}.")
            message = text.format(section=section.name, total=total, points=section.points)
            raise BadAssignmentError(message, where=assignment.folder / "assignment.toml")
