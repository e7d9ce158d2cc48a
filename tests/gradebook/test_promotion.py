"""Who is promoted, against a table written by hand from the group's criteria; the files of the decisions."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import i18n
from grader.course.policy import PromotionRule, Share, Standing, read_policy
from grader.errors import UsageError
from grader.gradebook.promotion import (
    Decision,
    Facts,
    changed_facts,
    condition,
    decide,
    decide_all,
    decisions_in_all_languages,
    decisions_page,
    decisions_sheet,
    passed_of,
)
from grader.gradebook.results import Result

POLICY = read_policy()
OK, SHORT = Share(80, 100), Share(79, 100)

# hw1, hw2 passed or not; how many of hw3, hw4, hw5. Then the decision and its rule where attendance and discussion
# are both 80 %, attendance is 79 %, discussion is 79 %, both are 79 %.
TABLE = """
hw1 hw2 others | 80/80                     | 79/80                     | 80/79                     | 79/79
 -   -    0    | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2
 -   -    1    | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2
 -   -    2    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 -   -    3    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 x   -    0    | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2
 x   -    1    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 x   -    2    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 x   -    3    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 -   x    0    | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2      | removed fewer-than-2
 -   x    1    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 -   x    2    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 -   x    3    | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing | removed mandatory-missing
 x   x    0    | junior fewer-than-4       | junior fewer-than-4       | junior fewer-than-4       | junior fewer-than-4
 x   x    1    | junior fewer-than-4       | junior fewer-than-4       | junior fewer-than-4       | junior fewer-than-4
 x   x    2    | promoted all-met          | junior attendance         | junior discussion         | junior attendance
 x   x    3    | promoted all-met          | junior attendance         | junior discussion         | junior attendance
"""  # noqa: E501 - a table is read as a table
SHARES = [(OK, OK), (SHORT, OK), (OK, SHORT), (SHORT, SHORT)]

HOSTILE = '=HYPERLINK("x")<script>alert(1)</script>'


def rows() -> list[tuple[tuple[str, ...], Share, Share, str, str]]:
    found = []
    for line in TABLE.strip().splitlines()[1:]:
        who, *cells = line.split("|")
        hw1, hw2, others = who.split()
        mandatory = [name for name, mark in (("hw1", hw1), ("hw2", hw2)) if mark == "x"]
        passed = (*mandatory, *("hw5", "hw3", "hw4")[: int(others)])
        for (attendance, discussion), cell in zip(SHARES, cells, strict=True):
            decision, rule = cell.split()
            found.append((passed, attendance, discussion, decision, rule))
    return found


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.use("en")


def test_the_table_is_whole() -> None:
    keys = {(frozenset(passed), a, d) for passed, a, d, *_ in rows()}
    assert len(rows()) == len(keys) == 2 * 2 * 2 * 2 * 4
    counts = {(len(passed), "hw1" in passed, "hw2" in passed) for passed, *_ in rows()}
    possible = {
        (one + two + others, bool(one), bool(two)) for one, two, others in product((0, 1), (0, 1), (0, 1, 2, 3))
    }
    assert counts == possible


@pytest.mark.parametrize(("passed", "attendance", "discussion", "decision", "rule"), rows())
def test_the_criteria(passed: tuple[str, ...], attendance: Share, discussion: Share, decision: str, rule: str) -> None:
    found = decide(Facts("kim", passed, attendance, discussion), POLICY, {})
    assert (found.decision.value, found.rule) == (decision, rule)
    assert (found.missing == ()) is (decision == "promoted")


def result(name: str, score: int, **options: object) -> Result:
    return Result("kim", name, Fraction(score), Fraction(100), 60, **options)  # type: ignore[arg-type]


def test_what_is_missing_is_said() -> None:
    results = {"hw1": result("hw1", 82), "hw2": result("hw2", 58), "hw4": result("hw4", 61, late=True)}
    facts = Facts("kim", passed_of(results, POLICY), Share(11, 14), Share(10, 14))
    decision = decide(facts, POLICY, results)
    assert (decision.decision.value, decision.rule, decision.passed) == ("removed", "fewer-than-2", ("hw1",))
    assert decision.missing == (
        "hw2 is mandatory: 58 %, 60 % needed",
        "3 more assignments (hw3 nothing handed in; hw4 handed in late; hw5 nothing handed in)",
        "1 more session attended: 11 of 14, 80 % needed",
        "2 more discussions: 10 of 14, 80 % needed",
    )


def test_what_is_not_due_yet_counts_against_nobody() -> None:
    """And what was due does, however much is still ahead."""
    ahead = {"hw3", "hw4", "hw5"}
    good = decide(Facts("kim", ("hw1", "hw2"), OK, OK), POLICY, {}, ahead)
    assert (good.decision.value, good.missing, good.passed) == ("promoted", (), ("hw1", "hw2"))
    lazy = decide(Facts("lee", ("hw1",), OK, OK), POLICY, {}, ahead)
    assert lazy.decision.value == "removed"
    assert lazy.missing == ("hw2 is mandatory: nothing handed in",)
    assert decide(Facts("lee", (), OK, OK), POLICY, {}, {*ahead, "hw1", "hw2"}).decision.value == "promoted"
    early = decide(Facts("park", ("hw1", "hw2", "hw5"), OK, OK), POLICY, {}, {"hw5"})
    assert early.decision.value == "junior", "what was passed early is not counted twice"


def test_a_rerun_that_is_due_is_said_also_of_who_is_promoted() -> None:
    results = {name: result(name, 80) for name in POLICY.assignments}
    results["hw5"] = result("hw5", 40, complete=False, rerun_due=True)
    decision = decide(Facts("kim", passed_of(results, POLICY), OK, OK), POLICY, results)
    assert decision.decision.value == "promoted"
    assert decision.missing == ("hw5: grading failed by no fault of the member, a rerun is due",)


def test_sixty_percent_is_exact() -> None:
    exact = Result("kim", "hw1", Fraction(3, 5) * 7, Fraction(7), 60)
    below = Result("kim", "hw1", Fraction(3, 5) * 7 - Fraction(1, 10**9), Fraction(7), 60)
    assert (exact.passed, exact.percent) == (True, 60)
    assert (below.passed, below.percent) == (False, 59)


def test_json() -> None:
    decision = decide(Facts("kim", ("hw1", "hw2"), Share(12, 14), Share(14, 14)), POLICY, {})
    assert decision.as_json() == {
        "member": "kim",
        "decision": "junior",
        "rule": "fewer-than-4",
        "passed": ["hw1", "hw2"],
        "attendance": {"attended": 12, "held": 14},
        "discussion": {"attended": 14, "held": 14},
        "missing": ["2 more assignments (hw3 nothing handed in; hw4 nothing handed in; hw5 nothing handed in)"],
    }


COUNTS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: Share(min(pair), max(pair)))


@given(st.sets(st.sampled_from(POLICY.assignments)), COUNTS, COUNTS)
def test_nothing_is_missing_exactly_where_the_decision_is_the_best(
    passed: set[str], attendance: Share, discussion: Share
) -> None:
    facts = Facts("kim", tuple(sorted(passed)), attendance, discussion)
    decision = decide(facts, POLICY, {})
    assert (decision.decision is POLICY.best) is (decision.missing == ())
    assert decide(facts, POLICY, {}) == decision


FACTS = {name: Facts(name, ("hw1",), Share(10, 14), Share(3, 3)) for name in ("kim", "lee:jung")}


def test_changes_of_one_member_add_up() -> None:
    changed = changed_facts(["kim:hw2=pass", "kim:hw1=fail", "kim:attendance=12"], FACTS, POLICY)
    assert changed == {"kim": Facts("kim", ("hw2",), Share(12, 14), Share(3, 3))}


def test_a_name_may_have_a_colon_in_it() -> None:
    assert list(changed_facts(["lee:jung:hw2=pass"], FACTS, POLICY)) == ["lee:jung"]


@pytest.mark.parametrize(
    "change", ["kim", "kim:hw2", "kim:hw2=", ":hw2=pass", "park:hw2=pass", "kim:hw2=maybe", "kim:hw9=pass",
               "kim:attendance=15", "kim:attendance=-1", "kim:discussion=x"]
)  # fmt: skip
def test_what_can_not_be(change: str) -> None:
    with pytest.raises(UsageError):
        changed_facts([change], FACTS, POLICY)


def facts(member: str, passed: int = 5, attended: int = 14) -> Facts:
    return Facts(member, POLICY.assignments[:passed], Share(attended, 14), Share(3, 3))


def decisions(*members: Facts) -> list[Decision]:
    return decide_all({known.member: known for known in members}, POLICY, {})


class Tags(HTMLParser):
    """The tags of a page, and the text of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_row_for_each_member() -> None:
    text = decisions_sheet(decisions(facts("kim"), facts("lee", 3, 10)))
    assert text.startswith("\ufeffmember,decision,rule,passed,attended,held,discussions,discussions_held,missing\r\n")
    kim, lee = csv.reader(io.StringIO(text.partition("\r\n")[2], newline=""))
    assert kim == ["kim", "promoted", "all-met", "hw1 hw2 hw3 hw4 hw5", "14", "14", "3", "3", ""]
    assert lee[:8] == ["lee", "junior", "fewer-than-4", "hw1 hw2 hw3", "10", "14", "3", "3"]
    assert lee[8].split("; ")[-1] == "2 more sessions attended: 10 of 14, 80 % needed"


def test_no_cell_is_a_formula() -> None:
    (row,) = csv.reader(io.StringIO(decisions_sheet(decisions(facts(HOSTILE))).partition("\r\n")[2], newline=""))
    assert row[0].startswith("'=")


def test_the_page_shows_every_member_and_counts_them() -> None:
    page = Tags(decisions_page(decisions(facts("kim"), facts("lee", 3), facts("park", 1)), POLICY, "2026-1"))
    assert {"kim", "lee", "park", "promoted", "junior", "removed", "everybody else"} <= set(page.texts)
    assert "Promotion · 2026-1" in page.texts


def test_a_hostile_name_adds_no_tag_to_the_page() -> None:
    usual, hostile = (Tags(decisions_page(decisions(facts(name)), POLICY)) for name in ("kim", HOSTILE))
    assert hostile.tags == usual.tags
    assert HOSTILE in hostile.texts


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "everybody else"),
        ({"mandatory_missing": True}, "a mandatory assignment is missing"),
        (
            {"passed_below": 2, "attendance_below": 80},
            "fewer than 2 assignments are passed · attendance is under 80 %",
        ),
        ({"discussion_below": 1}, "discussion is under 1 %"),
    ],
)
def test_a_rule_in_words(rule: dict[str, int], words: str) -> None:
    assert condition(PromotionRule("x", Standing.JUNIOR, **rule)) == words  # type: ignore[arg-type]


def test_what_is_missing_in_each_language() -> None:
    known = {"kim": facts("kim"), "lee": facts("lee", 3)}
    kim, lee = decisions_in_all_languages(known, POLICY, {})
    assert (kim["member"], kim["missing_in"]) == ("kim", {code: [] for code in i18n.LANGUAGES})
    assert set(lee["missing_in"]) == set(i18n.LANGUAGES)
    assert lee["missing"] == lee["missing_in"]["en"] != lee["missing_in"]["ko"]
