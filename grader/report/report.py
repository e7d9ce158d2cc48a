"""The outcome of judging one submission once, as frozen data, and its JSON form (`d2d.report/1`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from grader.report.plot import Plot

SCHEMA = "d2d.report/1"
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


@dataclass(frozen=True)
class Where:
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
class Hint:
    """A misconception that explains the answer."""

    id: str
    text: str


@dataclass(frozen=True)
class CaseResult:
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

    def as_json(self) -> dict[str, Any]:
        plot = {} if self.plot is None else {"plot": self.plot.as_json()}
        return {
            "id": self.id,
            "section": self.section,
            "concept": self.concept,
            "title": self.title,
            "visibility": self.visibility.value,
            "verdict": self.verdict.value,
            "points": number(self.points),
            "max_points": number(self.max_points),
            "message": self.message,
            "details": list(self.details),
            "output": self.output,
            "hint": None if self.hint is None else {"id": self.hint.id, "text": self.hint.text},
            "where": None if self.where is None else self.where.as_json(),
            "seconds": round(self.seconds, 4),
            **plot,
        }


@dataclass(frozen=True)
class Note:
    """Something about the submission that is no verdict: a cell set aside, output cut, …."""

    kind: str
    text: str
    where: Where | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "text": self.text,
            "where": None if self.where is None else self.where.as_json(),
        }


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

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "assignment_version": self.assignment_version,
            "title": self.title,
            "member": self.member,
            "submission_sha256": self.submission_sha256,
            "cases_sha256": self.cases_sha256,
            "visibility": self.visibility,
            "complete": self.complete,
            "score": number(self.score),
            "max_score": number(self.max_score),
            "percent": self.percent,
            "pass_percent": self.pass_percent,
            "passed": self.passed,
            "cases": [case.as_json() for case in self.cases],
            "notes": [note.as_json() for note in self.notes],
            "sandbox": {"layers": list(self.layers), "tier": self.tier},
            "limits": self.limits,
            "grader_version": self.grader_version,
            "graded_at": self.graded_at,
            "seed_commitment": self.seed_commitment,
            "inputs_sha256": self.inputs_sha256,
            "signature": self.signature,
        }


def laid_out(value: dict[str, Any]) -> str:
    """A report's JSON as text that people can read and compare: a line for each field and each case."""

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
