"""The decisions as files: a page, a CSV and JSON, whatever members are called."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest

from grader import i18n
from grader.course.policy import PromotionRule, Share, Standing, read_policy
from grader.gradebook.decisions import condition, decisions_in_all_languages, decisions_page, decisions_sheet
from grader.gradebook.promotion import Decision, Facts, decide_all

POLICY = read_policy()
HOSTILE = '=HYPERLINK("x")<script>alert(1)</script>'


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.use("en")


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
