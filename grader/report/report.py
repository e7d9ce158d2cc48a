"""The outcome of judging one submission once, as frozen data, and its JSON form (`d2d.report/1`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

SCHEMA = "d2d.report/1"
MOST_VALUES = 100  # of a series; a report stays small, and a picture of more is only a smear
FURTHEST = 1e300  # beyond it nothing can be drawn, since already a difference overflows
# The order in which a report is written down, after its schema.
_KEYS = (
    "assignment", "assignment_version", "title", "member", "submission_sha256", "cases_sha256", "visibility",
    "complete", "score", "max_score", "percent", "pass_percent", "passed", "cases", "notes", "sandbox", "limits",
    "grader_version", "graded_at", "seed_commitment", "inputs_sha256", "signature",
)  # fmt: skip
_JSON = frozenset({str, int, float, bool, type(None)})  # what is in JSON what it is here
_TEXT = json.JSONEncoder(ensure_ascii=False).encode


class Verdict(str, Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"  # answered, and the answer is not right
    ERROR = "error"  # raised
    MISSING = "missing"  # not written
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"  # the process ended: a signal, an exit, a broken bridge
    FORBIDDEN = "forbidden"  # used what the assignment rules out
    SKIPPED = "skipped"  # needs a case that did not pass
    UNGRADABLE = "ungradable"  # our own fault: never lowers a score


class Visibility(str, Enum):
    """Who may see a case."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Kind(str, Enum):
    """What the axis of a plot counts."""

    VALUES = "values"  # the values of an array, in its order
    CURVE = "curve"  # one number a step: the history of a training


class _Record:
    """A dataclass whose JSON form is an object of its fields."""

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    """A value of a field as JSON has it."""
    kind = type(value)
    if kind in _JSON:  # nearly all are; asking for the class of Fraction costs more than all the rest
        return value
    if kind is tuple:
        return list(map(_plain, value))
    if kind is Fraction:
        return number(value)
    return value.as_json() if isinstance(value, _Record) else value.value if isinstance(value, Enum) else value


@dataclass(frozen=True)
class Where(_Record):
    """A place in what the student handed in; `cell` counts from 1 as the student sees it."""

    file: str
    line: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"[{self.cell}]"
        return f"{self.file}{cell}" + ("" if self.line is None else f":{self.line}")

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "cell": self.cell, "line": self.line}


@dataclass(frozen=True)
class Plot(_Record):
    """A few numbers of a public case, for where a picture says more than words: what was expected over what came.

    Two series of equal length; None stands for a value that is not finite. `total` counts what was cut off too.
    """

    kind: Kind
    expected: tuple[float | None, ...]
    yours: tuple[float | None, ...]
    total: int


@dataclass(frozen=True)
class Hint(_Record):
    """A misconception that explains the answer."""

    id: str
    text: str


@dataclass(frozen=True)
class CaseResult(_Record):
    """How one case ended for one submission."""

    id: str
    section: str
    concept: str
    title: str
    visibility: Visibility
    verdict: Verdict
    points: Fraction
    max_points: Fraction
    message: str = ""
    details: tuple[str, ...] = ()  # values side by side; public cases alone have them
    output: str = ""  # what the student's code printed meanwhile; public cases alone have it
    hint: Hint | None = None
    where: Where | None = None
    seconds: float = 0.0
    plot: Plot | None = None  # public cases alone have one
    tries: int = 1  # how often it was asked: what time, memory or a lost process decided is asked again

    def as_json(self) -> dict[str, Any]:
        value = super().as_json() | {"seconds": round(self.seconds, 4)}
        if self.plot is None:
            del value["plot"]
        return value


@dataclass(frozen=True)
class Note(_Record):
    """Something about the submission that is no verdict: a cell set aside, output cut, …."""

    kind: str
    text: str
    where: Where | None = None


@dataclass(frozen=True)
class Section:
    """The cases of one function or class, added up."""

    name: str
    cases: tuple[CaseResult, ...]

    @cached_property
    def points(self) -> Fraction:
        return total(case.points for case in self.cases)

    @cached_property
    def max_points(self) -> Fraction:
        return total(case.max_points for case in self.cases)

    @property
    def missing(self) -> bool:
        """Nothing of it is written yet."""
        verdicts = {case.verdict for case in self.cases}
        return Verdict.MISSING in verdicts and verdicts <= {Verdict.MISSING, Verdict.SKIPPED}


@dataclass(frozen=True)
class Report:
    """The outcome of judging one submission once."""

    assignment: str
    assignment_version: str
    title: str
    member: str
    submission_sha256: str
    cases_sha256: str
    visibility: str  # "public": a check; "full": graded by hidden cases too
    pass_percent: int
    cases: tuple[CaseResult, ...]
    notes: tuple[Note, ...] = ()
    layers: tuple[str, ...] = ()
    tier: str = "local"  # or "staff": the layers that hidden cases need were there, and held when they were tried
    limits: dict[str, Any] = field(default_factory=dict)
    grader_version: str = ""
    graded_at: str = ""
    seed_commitment: str | None = None  # a hash of the secret that the inputs were drawn by; a check has none
    inputs_sha256: str | None = None  # of everything that the report follows from: cases, limits, program, …
    signature: str | None = None

    @cached_property
    def score(self) -> Fraction:
        return total(case.points for case in self.cases)

    @cached_property
    def max_score(self) -> Fraction:
        return total(case.max_points for case in self.cases)

    @property
    def percent(self) -> int:
        """The whole number below the exact share."""
        return int(100 * self.score / self.max_score) if self.max_score else 0

    @property
    def passed(self) -> bool:
        return 100 * self.score >= self.pass_percent * self.max_score

    @property
    def complete(self) -> bool:
        return all(case.verdict is not Verdict.UNGRADABLE for case in self.cases)

    @property
    def all_passed(self) -> bool:
        return all(case.verdict is Verdict.PASSED for case in self.cases)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(sections(self.cases))

    @property
    def sandbox(self) -> dict[str, Any]:
        return {"layers": list(self.layers), "tier": self.tier}

    def as_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **{key: _plain(getattr(self, key)) for key in _KEYS}}


def derived_values(report: Any) -> dict[str, Any]:
    """What follows from the cases of a report, in JSON: of the report itself, or of the row that sums it up."""
    return {key: _plain(getattr(report, key)) for key in ("score", "max_score", "percent", "passed", "complete")}


def laid_out(value: dict[str, Any]) -> str:
    """A report's JSON as text that people can read and compare: every field and every case has its line."""

    def lines() -> Iterable[str]:
        for key, item in value.items():
            if isinstance(item, list) and item and isinstance(item[0], dict):
                rows = ",\n".join(f"    {_TEXT(row)}" for row in item)
                yield f"  {_TEXT(key)}: [\n{rows}\n  ]"
            else:
                yield f"  {_TEXT(key)}: {_TEXT(item)}"

    return "{\n" + ",\n".join(lines()) + "\n}\n"


def sections(cases: Iterable[CaseResult]) -> Iterable[Section]:
    """The cases by section, in the order in which sections first appear."""
    by_name: dict[str, list[CaseResult]] = {}
    for case in cases:
        by_name.setdefault(case.section, []).append(case)
    return (Section(name, tuple(members)) for name, members in by_name.items())


def total(points: Iterable[Fraction]) -> Fraction:
    """The sum. Numerators are added by denominator first: hundreds of cases share a few of these."""
    sums: dict[int, int] = {}
    for amount in points:
        sums[amount.denominator] = sums.get(amount.denominator, 0) + amount.numerator
    return sum((Fraction(over, under) for under, over in sums.items()), Fraction(0))


def number(points: Fraction) -> int | str:
    """Points in JSON: a whole number, or a fraction as text (`"7/2"`), never a float."""
    return points.numerator if points.denominator == 1 else str(points)
