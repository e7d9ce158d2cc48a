"""The page of the promotion, in a real Chromium: sorted, filtered, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from grader import i18n
from grader.course.policy import Share, read_policy
from grader.gradebook.promotion import Decision, Facts, decide, decisions_page
from grader.gradebook.results import Result
from tests.samples import HOSTILE

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
POLICY = read_policy()


def decided(member: str, passed: int, attended: int, discussed: int) -> Decision:
    results = {"hw2": Result(member, "hw2", Fraction(58), Fraction(100), 60)}
    facts = Facts(member, POLICY.assignments[:passed], Share(attended, 14), Share(discussed, 14))
    return decide(facts, POLICY, results)


def a_class() -> list[Decision]:
    return [decided("choi", 1, 9, 14), decided("kim", 5, 12, 12), decided("lee", 3, 14, 2), decided("park", 4, 11, 13)]


@pytest.fixture
def shown(new_page: Pages, tmp_path: Path) -> Callable[..., Page]:
    def show(decisions: list[Decision], **options: object) -> Page:
        file = tmp_path / "decisions.html"
        file.write_text(decisions_page(decisions, POLICY, "2026-1"), "utf-8")
        opened = new_page(**options)
        opened.goto(file.as_uri())
        return opened

    return show


def names(page: Page) -> list[str]:
    return page.locator(".members tbody tr:visible th").all_inner_texts()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
def test_everybody_can_read_it(
    shown: Callable[..., Page], accessible: Callable[[Page], None], language: str, scheme: str
) -> None:
    i18n.use(language)
    page = shown(a_class(), color_scheme=scheme)
    accessible(page)
    text = page.inner_text("main")
    assert ("승급" in text) == (language == "ko")
    if language == "en":
        assert "hw2 is mandatory: 58 %, 60 % needed" in text
        assert "2 more discussions" not in text
        assert "10 more discussions: 2 of 14, 80 % needed" in text
    for width in (1000, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_sort_and_filter(shown: Callable[..., Page]) -> None:
    page = shown(a_class())
    assert names(page) == ["choi", "kim", "lee", "park"]
    page.get_by_role("button", name="decision").click()
    assert names(page)[0] == "choi"
    page.get_by_role("button", name="decision").click()
    assert names(page)[0] == "kim"
    page.get_by_role("button", name="discussion").click()
    assert names(page) == ["lee", "kim", "park", "choi"]
    page.get_by_label("Show").select_option("junior")
    assert sorted(names(page)) == ["lee", "park"]
    page.get_by_label("Name").fill("LE")
    assert names(page) == ["lee"]
    assert page.inner_text("[role=status]") == "1 of 4 members"


def test_nothing_of_a_member_s_runs(shown: Callable[..., Page]) -> None:
    page = shown([decided(name, 3, 14, 14) for name in sorted(HOSTILE)])
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img").count() == 0
    assert not any(mark in page.content() for mark in ("\x1b", "\u202e", "\x9b"))
    assert len(names(page)) == len(HOSTILE)
