"""What the reports of a class come to, each alone and together."""

from __future__ import annotations

import csv
from fractions import Fraction

from grader.grading.cohort import Cohort, SummaryRow, summary
from grader.render.sheet import BOM
from grader.report.report import Hint, Report, Visibility
from tests.made_reports import Make
from tests.samples import a_case, a_report


def cohort(*reports: Report, **missing: str) -> Cohort:
    return Cohort.of("hw1", "Losses", 60, map(SummaryRow.of, reports), missing)


HALF = Hint("half", "It is half of it.")
KIM = a_report(a_case("test_a"), a_case("test_b", "failed", hint=HALF), a_case("test_c", "skipped", section="l1"))
LEE = a_report(
    a_case("test_a"),
    a_case("test_b", "error", hint=HALF),
    a_case("test_c", "failed", section="l1", hint=HALF),
    member="lee",
)
PARK = a_report(
    a_case("test_a"),
    a_case("test_b"),
    a_case("test_c", "ungradable", section="l1", visibility=Visibility.HIDDEN),
    member="park",
)


def test_cases_the_hardest_first() -> None:
    """What was skipped, and what is our own fault, counts for nobody."""
    told = [(each.id[-6:], each.lost, each.judged) for each in cohort(PARK, LEE, KIM).cases]
    assert told == [("test_c", 1, 1), ("test_b", 2, 3), ("test_a", 0, 3)]


def test_misconceptions_by_members_not_by_cases() -> None:
    (hint,) = cohort(PARK, LEE, KIM).misconceptions
    assert (hint.id, hint.members, hint.cases) == ("half", ["kim", "lee"], 3)


def test_the_class_in_numbers() -> None:
    whole = cohort(PARK, LEE, KIM, choi="no notebook")
    assert [row.member for row in whole.rows] == ["kim", "lee", "park"]
    assert [row.percent for row in whole.rows] == [33, 33, 66]
    assert (whole.passed, whole.incomplete, whole.median, whole.mean) == (1, 1, 33, 44)
    assert whole.distribution == [0, 0, 0, 2, 0, 0, 1, 0, 0, 0]
    assert whole.sections == {"mse_loss": 4, "l1": 2}
    assert whole.missing == {"choi": "no notebook"}
    assert cohort(KIM, PARK).median == Fraction(99, 2)


def test_nobody() -> None:
    nobody = cohort()
    assert (nobody.mean, nobody.median, nobody.distribution, nobody.cases) == (0, 0, [0] * 10, ())


def test_a_row_for_each_member(make: Make) -> None:
    report = make("kim")
    section = report.sections[0].name
    text = summary("hw1", [section], [("kim", SummaryRow.of(report)), ("lee", None)])
    head, kim, lee = csv.reader(text.removeprefix(BOM).splitlines())
    assert dict(zip(head, kim, strict=True))["score"] == str(report.score)
    assert dict(zip(head, lee, strict=True)) == dict.fromkeys(head, "") | {
        "member": "lee", "assignment": "hw1", "complete": "false",
    }  # fmt: skip
