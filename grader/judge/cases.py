"""The cases of an assignment: collected once, and called for one submission after another.

A file of cases is an ordinary pytest file. No pytest runs here, though: what it adds around a case takes longer than
most cases do. So a case may ask for our own fixtures and for its parameters; what more pytest offers is refused.
"""

from __future__ import annotations

import fnmatch
import hashlib
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from grader.assignment.manifest import MANIFEST, Assignment
from grader.bridge.student import Student
from grader.errors import BadAssignmentError, UsageError
from grader.i18n import _
from grader.judge.case import CaseInfo, info_of
from grader.judge.casefile import load_module, name_taken, parameter_sets
from grader.report.report import Visibility

PUBLIC_SECRET = b"public"  # the seed of what is no secret: public cases have the same inputs for everybody


@dataclass(frozen=True)
class Fixtures:
    """What a case may ask for, each made when the case starts."""

    student: Callable[[], Student]
    reference: Callable[[], Student]
    rng: Callable[[], np.random.Generator]


FIXTURES = tuple(Fixtures.__annotations__)


@dataclass(frozen=True)
class Case:
    """One case: what its author said of it, its function, and the parameters that the function is called with."""

    id: str
    info: CaseInfo
    title: str
    visibility: Visibility
    function: FunctionType
    asked: tuple[str, ...]  # the fixtures among the arguments
    parameters: Mapping[str, Any]
    where: str

    @property
    def name(self) -> str:
        """The function with its parameters: `test_reductions[mean]`."""
        return self.id.partition("::")[2]

    @property
    def names(self) -> frozenset[str]:
        """What a `needs=` may call it: `test_reductions` means all of its kind, whatever their parameters."""
        return frozenset((self.name, self.name.partition("[")[0]))

    def run(self, fixtures: Fixtures) -> BaseException | None:
        """Call the case; the exception that ended it, None if it passed."""
        try:
            given = {name: getattr(fixtures, name)() for name in self.asked}
            if self.function(**given, **self.parameters) is not None:
                text = _("{name} returns something, and nobody looks at it: a case says by raising what is wrong.")
                raise BadAssignmentError(text.format(name=self.name), where=self.where)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 — how the case ended; `pytest.skip` raises no `Exception`
            return error
        return None


@dataclass(frozen=True)
class CaseSet:
    """The cases of an assignment that count here, needed ones first."""

    assignment: Assignment
    cases: tuple[Case, ...]
    sha256: str  # of the files that hold the cases and of the data laid out: which cases a report was made by
    files: Mapping[str, bytes]  # the data that is laid beside each submission

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Case]]:
        """The cases that a name in a `needs=` means."""
        named: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            for name in case.names:
                named[name].append(case)
        return named

    @property
    def has_hidden(self) -> bool:
        """Whether hidden cases are among them."""
        return any(case.visibility is Visibility.HIDDEN for case in self.cases)

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
                wanted |= {other.id for name in case.info.needs for other in self.by_name[name]}
        if not wanted:
            hint = _("Sections: {names}.").format(names=", ".join(self.assignment.sections))
            raise UsageError(_("No case fits {pattern}.").format(pattern=pattern), hint=hint)
        return tuple(case for case in self.cases if case.id in wanted)


def collect_cases(assignment: Assignment, *, hidden: bool = False) -> CaseSet:
    """The public cases, with the hidden ones where they are asked for; an author's mistake is named with its line."""
    homes = {assignment.public_cases: Visibility.PUBLIC}
    if hidden:
        homes |= dict.fromkeys(assignment.hidden_cases or [assignment.hidden], Visibility.HIDDEN)
    shared = [*assignment.common, *([assignment.inputs] if hidden and assignment.inputs.is_file() else [])]
    # Hashed and read before any student's code runs: what that could change on this machine comes too late.
    laid = assignment.files_beside(hidden=hidden)
    sha256 = _sha256([*homes, *shared, *laid])
    data = {file.name: file.read_bytes() for file in laid}
    titles = assignment.case_titles()
    cases = [
        case
        for file, visibility in homes.items()
        for case in _cases_of(load_module(file, assignment.folder), visibility, titles)
    ]
    _check(assignment, cases)
    for section in assignment.sections.values() if hidden else ():
        total = sum((case.info.points for case in cases if case.info.section == section.name), Fraction(0))
        if total != section.points:
            text = _("The cases of {section} have {total} points together; the manifest says {points}.")
            message = text.format(section=section.name, total=total, points=section.points)
            raise BadAssignmentError(message, where=assignment.folder / MANIFEST)
    return CaseSet(assignment, tuple(cases), sha256, data)


def _sha256(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file():
            raise BadAssignmentError(_("The file with the cases is missing."), where=file)
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _cases_of(module: ModuleType, visibility: Visibility, titles: Callable[[str], str]) -> Iterator[Case]:
    """The cases of one file, in its order."""
    for name, function in list(vars(module).items()):
        if not name.startswith("test_") or not isinstance(function, FunctionType):
            continue
        # A case may be made by a function of the shared inputs, and stands there then.
        where = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
        info = info_of(function)
        if info is None:
            raise BadAssignmentError(_("{name} is no case: @case is missing.").format(name=name), where=where)
        title = titles((function.__doc__ or "").strip().partition("\n")[0])
        for label, parameters in parameter_sets(function, where):
            asked = tuple(argument for argument in inspect.signature(function).parameters if argument not in parameters)
            for argument in asked:
                if argument not in FIXTURES:
                    text = _("{name} asks for {argument}, which is no fixture of ours and no parameter.")
                    hint = _("There are: {names}.").format(names=", ".join(FIXTURES))
                    raise BadAssignmentError(text.format(name=name, argument=argument), where=where, hint=hint)
            id_ = f"test_{visibility.value}.py::{name}{label}"
            yield Case(id_, info, title, visibility, function, asked, parameters, where)


def _check(assignment: Assignment, cases: Sequence[Case]) -> None:
    """What an author can get wrong in a case is said with its file and line."""
    names, before = set[str](), set[str]()
    for case in cases:
        if case.info.section not in assignment.sections:
            text = _("{name} belongs to the section {section}, which the manifest does not have.")
            raise BadAssignmentError(text.format(name=case.name, section=case.info.section), where=case.where)
        if case.info.points <= 0:
            hint = _("Give it points, as in @case(…, points=1).")
            raise BadAssignmentError(_("{name} has no points.").format(name=case.name), where=case.where, hint=hint)
        if case.name in names:
            raise name_taken(case.name, case.where)
        names.add(case.name)
        for name in case.info.needs:
            if name not in before:
                text = _("{name} needs {other}, which is no case before it.")
                raise BadAssignmentError(text.format(name=case.name, other=name), where=case.where)
        before |= case.names


def rng_of(secret: bytes, case_id: str) -> np.random.Generator:
    """The random numbers of a case: the same for the same secret, always."""
    seeds = _seeds(secret, case_id)
    if seeds.n_children_spawned:  # the case before took children of it, which the next would not get again
        seeds = np.random.SeedSequence(seeds.entropy)
    return np.random.Generator(np.random.PCG64(seeds))  # as `default_rng` makes it


@cache
def _seeds(secret: bytes, case_id: str) -> np.random.SeedSequence:
    digest = hashlib.sha256(secret + b"\0" + case_id.encode()).digest()
    return np.random.SeedSequence(int.from_bytes(digest, "big"))
