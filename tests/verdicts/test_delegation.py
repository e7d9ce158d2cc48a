"""Borrowers: submissions that earn points by torch's own solutions, each in a way of its own, and whether that shows.

They lie in tests/corpus/delegation/<hw>/. Each file has what is borrowed, under the names that are asked for; before it
come the reference, for all other names, and common.py. One is noticed if for each of these names either the section is
forbidden, or a note says that its answers change with torch's, or the sandbox does not let it answer at all.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.grading import Setting
from grader.grading.bench import open_bench
from grader.report.report import Report, Verdict
from tests.benches import code
from tests.courses import ROOT, few_by_default

HOME = ROOT / "tests/corpus/delegation"
COURSE = find_course(ROOT)
FILES = {f"{file.parent.name}/{file.stem}": file for file in sorted(HOME.glob("hw*/*.py")) if file.stem != "common"}
DEFAULT = ("hw4/adam-of-many-tensors",)
# How those show that are not noted, as `way_noticed` tells it; the empty ones are not noticed.
OTHERWISE = {
    "hw3/mse-getter": "forbidden",
    "hw4/adagrad-by-its-loader": "stopped",
    "hw4/adam-from-its-source": "stopped",
    "hw4/adam-imported-by-a-call": "forbidden",
    "hw4/adam-in-a-list": "forbidden",
    "hw4/adamw-distributed": "stopped",
    "hw4/adamw-named-at-run-time": "forbidden",
    "hw4/clip-renorm": "",
    "hw4/exponential-in-closed-form": "forbidden",
    "hw4/rmsprop-functional": "forbidden",
    "hw4/sgd-dict-of-the-loader": "forbidden",
    "hw4/sgd-in-a-class": "forbidden",
    "hw4/sgd-match": "forbidden",
    "hw4/sgd-partial": "forbidden",
    "hw4/sgd-run": "stopped",
    "hw4/sgd-star": "forbidden",
    "hw4/sgd-unpacked": "forbidden",
    "hw4/sgd-with": "forbidden",
    "hw4/steps-in-closed-form": "forbidden",
}
LEAST = Fraction(95, 100)


@dataclass(frozen=True)
class Borrower:
    """What one file borrows, and how it is handed in."""

    hw: str
    names: tuple[str, ...]
    source: str

    @classmethod
    def of(cls, file: Path) -> Borrower:
        hw, own = file.parent.name, file.read_text("utf-8")
        asked = COURSE.assignment(hw).asked
        made = [part.name for part in ast.parse(own).body if isinstance(part, (ast.FunctionDef, ast.ClassDef))]
        before = [(ROOT / "reference" / f"{hw}.py").read_text("utf-8"), (file.parent / "common.py").read_text("utf-8")]
        return cls(hw, tuple(name for name in made if name in asked), "\n".join([*before, own]))


def judged(borrower: Borrower) -> Report:
    assignment = COURSE.assignment(borrower.hw)
    wanted = {name for name, section in assignment.sections.items() if set(section.asks) & set(borrower.names)}
    with open_bench(Setting(assignment, b"secret", "en")) as bench:
        cases = tuple(case for case in bench.judge.case_set.cases if case.info.section in wanted)
        judge = replace(bench.judge, case_set=replace(bench.judge.case_set, cases=cases))
        return judge.judge(code(borrower.source))


def way_noticed(borrower: Borrower, report: Report) -> str:
    """How it shows: «forbidden», «noted», «stopped» where it does not even answer; empty where it does not show."""
    verdicts = {case.verdict for case in report.cases}
    noted = {note.text.split()[3] for note in report.notes if "gives other answers" in note.text}
    if verdicts == {Verdict.FORBIDDEN}:
        return "forbidden"
    if noted.issuperset(borrower.names):
        return "noted"
    return "" if any(case.points for case in report.cases) else "stopped"


def test_there_are_enough_borrowers_of_every_kind() -> None:
    made = [Borrower.of(file) for file in FILES.values()]
    assert all(borrower.names for borrower in made)
    assert min(sum(borrower.hw == hw for borrower in made) for hw in ("hw3", "hw4")) >= 20
    assert OTHERWISE.keys() <= FILES.keys()
    ways = Counter(OTHERWISE.get(name, "noted") for name in FILES)
    assert 1 - Fraction(ways[""], len(FILES)) >= LEAST
    row = f"| {len(FILES)} | {ways['forbidden']} | {ways['noted']} | {ways['stopped']} | {ways['']} |"
    assert row in (ROOT / "docs/attacks.md").read_text("utf-8").splitlines(), row


@pytest.mark.torch
@pytest.mark.parametrize("name", few_by_default(FILES, *DEFAULT))
def test_a_borrower_is_noticed_in_the_way_that_is_known(name: str) -> None:
    """What would a student do who wants the points for what somebody else has written?"""
    borrower = Borrower.of(FILES[name])
    report = judged(borrower)
    assert way_noticed(borrower, report) == OTHERWISE.get(name, "noted")
