"""How much of hidden cases one graded version can tell at each level of `[feedback]`: counted, and held in the docs.

A submission sees the inputs of hidden cases, so it can choose by them how each case ends. What it can carry out is
what differs in the report that its member sees. Every way in which a case can end is cut by `seen`, and what is
left different is counted; the whole is an upper bound, since no code can bring about all of it at will.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from fractions import Fraction
from itertools import product

import pytest

from grader import i18n
from grader.assignment.manifest import Assignment
from grader.course.course import Feedback, Level, Term, find_course
from grader.gradebook.feedback import seen
from grader.judge.case import Misconception
from grader.judge.cases import Case, collect_cases
from grader.judge.hints import read_misconceptions
from grader.judge.notes import note_of_second_try
from grader.judge.verdict import KINDS
from grader.report.report import CaseResult, Hint, Report, Verdict, Visibility
from tests.courses import ROOT, few_by_default
from tests.made_reports import make

__all__ = ["make"]  # a fixture

NOW = datetime(2026, 3, 20, tzinfo=timezone.utc)
COURSE = find_course(ROOT)
TERMS = {level: Term(feedback=Feedback(level, level)) for level in Level}
# What is forbidden is read before anything runs, and what is skipped follows from others.
CHOSEN = [verdict for verdict in Verdict if verdict not in (Verdict.FORBIDDEN, Verdict.SKIPPED)]


def result(case: Case, verdict: Verdict, message: str = "", hint: Hint | None = None) -> CaseResult:
    points = case.info.points if verdict is Verdict.PASSED else Fraction(0)
    return CaseResult(
        case.id, case.info.section, case.info.concept, case.title, Visibility.HIDDEN, verdict, points,
        case.info.points, message, hint=hint,
    )  # fmt: skip


def told(report: Report, level: Level, *cases: CaseResult, twice: bool = False) -> tuple[object, ...]:
    """All that a member reads of these cases."""
    notes = tuple(note_of_second_try(replace(cases[0], verdict=Verdict.SKIPPED), cases[0])) if twice else ()
    cut = seen(replace(report, cases=cases, notes=notes), TERMS[level], NOW)
    return cut.visibility, cut.cases, cut.notes


def endings(case: Case, hints: list[Hint]) -> Iterator[CaseResult]:
    """Every way in which a case can end, as the staff sees it."""
    for verdict in CHOSEN:
        texts = [kind() for kind in KINDS.values()] if verdict is Verdict.FAILED else [""]
        some = [None, *hints] if verdict in (Verdict.FAILED, Verdict.ERROR) else [None]
        yield from (result(case, verdict, text, hint) for text, hint in product(texts, some))


def bits(
    assignment: Assignment, hidden: list[Case], wrong: Iterable[Misconception], level: Level, report: Report
) -> float:
    """At most so many bits of the inputs of hidden cases can be in the report of one version."""
    whole = 0.0
    for name, section in assignment.sections.items():
        own = [case for case in hidden if case.info.section == name]
        if not own:
            continue
        if level.rank <= Level.SCORE.rank:
            whole += math.log2(len(of_section(report, level, own)))
            continue
        hints = [Hint(variant.id, variant.text) for variant in wrong if variant.of in section.asks]
        # The cases of a section differ by what stands in each row alike: counted once, it holds for all.
        rows = {told(report, level, end, twice=twice) for end in endings(own[0], hints) for twice in (False, True)}
        whole += len(own) * math.log2(len(rows))
    return whole


def of_section(report: Report, level: Level, cases: list[Case]) -> set[tuple[object, ...]]:
    """What can be told of a section by its points: their sum, and whether all were missing or some ungradable."""
    most, sums = sum(case.info.points for case in cases), {Fraction(0)}
    for case in cases:
        sums |= {points + case.info.points for points in sums}
    ends = [(points, Verdict.PASSED if points == most else Verdict.FAILED) for points in sums]
    ends += [(Fraction(0), Verdict.MISSING), *((points, Verdict.UNGRADABLE) for points in sums)]
    whole = replace(result(cases[0], Verdict.FAILED), max_points=Fraction(most))
    return {told(report, level, replace(whole, points=points, verdict=verdict)) for points, verdict in ends}


@pytest.mark.parametrize("hw", few_by_default(COURSE.ids(), "hw1"))
def test_the_bits_at_each_level_are_those_of_the_docs(hw: str, make: Callable[..., Report]) -> None:
    i18n.use("en")
    assignment = COURSE.assignment(hw)
    hidden = [case for case in collect_cases(assignment, hidden=True).cases if case.visibility is Visibility.HIDDEN]
    wrong = read_misconceptions(assignment)
    counted = [bits(assignment, hidden, wrong, level, make()) for level in Level]
    assert counted[0] == 0
    assert counted == sorted(counted)
    row = f"| {hw} | " + " | ".join(f"{value:.0f}" for value in counted) + " |"
    assert row in (ROOT / "docs/attacks.md").read_text("utf-8").splitlines(), row


def test_below_titles_no_note_names_a_hidden_case(make: Callable[..., Report]) -> None:
    """What would a student do who wants to read hidden inputs? Let chosen cases end in two ways."""
    i18n.use("en")
    (case, *_rest) = (case for case in collect_cases(COURSE.assignment("hw1"), hidden=True).cases if case.info.points)
    ends = result(case, Verdict.PASSED)
    same = [told(make(), level, ends) == told(make(), level, ends, twice=True) for level in Level]
    assert same == [True, True, False, False]
