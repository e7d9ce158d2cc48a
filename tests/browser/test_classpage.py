"""The staff's page of a class in a real Chromium: sort, filter, and nothing of a member's that does anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from grader import i18n
from grader.grading.classfiles import class_page
from grader.grading.cohort import Cohort, SummaryRow
from grader.report.report import Hint, Report, Visibility
from tests.samples import HOSTILE, a_case, a_report, hostile_report
from tests.waiting import BACKSTOP

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = ["kim", "lee", "park", "choi", "jung", "김철수"]


def a_member(name: str, right: int, verdict: str = "failed") -> Report:
    """Somebody who has so many of twelve cases right."""
    cases = [
        a_case(
            f"test_{at}",
            "passed" if at < right else verdict,
            section=("mse_loss", "l1_loss", "huber_loss")[at % 3],
            points=at + 1,
            visibility=Visibility.HIDDEN if at % 2 else Visibility.PUBLIC,
            hint=Hint("half", "It is half of it.") if at == right else None,
        )
        for at in range(12)
    ]
    return a_report(*cases, member=name)


def a_class() -> Cohort:
    reports = [a_member(name, 12 - 2 * at) for at, name in enumerate(NAMES)] + [a_member("yoon", 11, "ungradable")]
    return Cohort.of("hw1", "Losses", 60, map(SummaryRow.of, reports), {"baek": "", "nam": "This is no notebook."})


@pytest.fixture
def shown(new_page: Pages, tmp_path: Path) -> Callable[..., Page]:
    def show(text: str, **options: object) -> Page:
        file = tmp_path / "index.html"
        file.write_text(text, "utf-8")
        opened = new_page(**options)
        opened.goto(file.as_uri())
        return opened

    return show


def column(page: Page, at: int) -> list[str]:
    """What is to be read in one column of the table of members."""
    return page.locator(f".members tbody tr:visible > :nth-child({at})").all_inner_texts()


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ko", "light")])
def test_everybody_can_read_it(
    shown: Callable[..., Page], accessible: Callable[[Page], None], language: str, scheme: str
) -> None:
    i18n.use(language)
    page = shown(class_page(a_class(), pages="pages"), color_scheme=scheme)
    accessible(page)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.get_by_role("heading", level=2).count() == 5
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_it_says(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_class()))
    assert page.inner_text(".numbers").split() == (
        "reports 7 passed (from 60% on) 3 median 46% mean 48.7% without a report 2 to be run again 1".split()
    )
    assert "nothing was handed in" in page.inner_text("main")
    assert "This is no notebook." in page.inner_text("main")
    assert (
        page.get_by_role("img").first.get_attribute("aria-label")
        == "0–9%: 1, 10–19%: 1, 20–29%: 1, 40–49%: 1, 70–79%: 1, 80–89%: 1, 90–100%: 1"
    )


def test_sorted_by_any_column_there_and_back(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_class()))
    assert column(page, 1) == ["choi", "jung", "kim", "lee", "park", "yoon", "김철수"]
    page.get_by_role("button", name="%").click()
    ascending = [int(text) for text in column(page, 2)]
    assert ascending == sorted(ascending)
    assert page.get_by_role("columnheader", name="%").get_attribute("aria-sort") == "ascending"
    assert page.locator(".members th >> nth=0").get_attribute("aria-sort") is None
    page.get_by_role("button", name="%").press("Enter")
    assert [int(text) for text in column(page, 2)] == ascending[::-1]
    page.get_by_role("button", name="huber_loss").click()
    assert [float(text) for text in column(page, 7)] == sorted(float(text) for text in column(page, 7))
    assert len(set(column(page, 7))) > 3
    page.get_by_role("button", name="member").click()
    assert column(page, 1)[0] == "choi"


def test_filtered_by_name_and_by_standing(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_class()))
    assert page.inner_text("[role=status]") == "7 of 7 members"
    page.get_by_label("Name").fill("김")
    assert column(page, 1) == ["김철수"]
    assert page.inner_text("[role=status]") == "1 of 7 members"
    page.get_by_label("Name").fill("")
    page.get_by_label("Show").select_option("to be run again")
    assert column(page, 1) == ["yoon"]
    page.get_by_label("Show").select_option("not passed")
    page.get_by_role("button", name="%").click()
    assert column(page, 1) == ["김철수", "jung", "choi", "park"]


def test_links_lead_to_reports_and_pages(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_class(), pages="pages"))
    hrefs = page.evaluate("Array.from(document.links, each => each.getAttribute('href'))")
    assert "pages/kim.html" in hrefs
    assert "reports/%EA%B9%80%EC%B2%A0%EC%88%98.json" in hrefs
    assert len(hrefs) == 14


def test_printed_everything_is_there(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_class()), color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(".tools").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4", landscape=True).startswith(b"%PDF-")


def test_hostile_names_stay_text(new_page: Pages) -> None:
    """Also where the policy of the page is not there to help."""
    reports = [hostile_report(text) for text in HOSTILE]
    missing = {text: text for text in HOSTILE}
    made = class_page(Cohort.of(HOSTILE[0], HOSTILE[1], 60, map(SummaryRow.of, reports), missing), pages="pages")
    assert not any(mark in made for mark in "\x1b\x9b\x07\x00\x08\u202e\u2066\u200b")
    page = new_page(bypass_csp=True)
    page.set_content(made)
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, form, [onerror]').length") == 0
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate(
        "Array.from(document.links).every(each => /^(reports|pages)[/][^/:]+$/.test(each.getAttribute('href')))"
    )
    page.get_by_role("button", name="member").click()
    assert len(column(page, 1)) == len(HOSTILE)


def test_only_its_own_script_runs(shown: Callable[..., Page], new_page: Pages) -> None:
    page = shown(class_page(a_class()))
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit = 1'}))")
    assert page.evaluate("window.hit") is None
    assert any("Content Security Policy" in each for each in new_page.close())


def a_large_class(count: int) -> Cohort:
    rows = [SummaryRow.of(a_member("member", at)) for at in range(13)]
    members = (replace(rows[at % 13], member=f"member{at:05}") for at in range(count))
    return Cohort.of("hw1", "Losses", 60, members, {"baek": ""})


def in_the_page(page: Page) -> int:
    """How many rows of members it holds, to be seen or not."""
    return int(page.evaluate("document.querySelectorAll('.members tbody tr').length"))


def test_of_a_large_class_the_rows_come_in_as_they_are_looked_at(shown: Callable[..., Page]) -> None:
    cohort = a_large_class(600)
    percents = sorted(row.percent for row in cohort.rows)
    page = shown(class_page(cohort))
    assert page.inner_text("[role=status]") == "600 of 600 members"
    assert in_the_page(page) == 100
    assert "nothing was handed in" in page.inner_text("main")
    # whoever is looked for is there, wherever in the class
    page.get_by_label("Name").fill("member00599")
    assert column(page, 1) == ["member00599"]
    page.get_by_label("Name").fill("")
    # sorted by all of them and not by those in the page; only these are put anew
    moved = page.evaluate("""() => {
        const observer = new MutationObserver(() => {});
        observer.observe(document.querySelector('.members'), {childList: true, subtree: true});
        document.querySelectorAll('.members th button')[1].click();
        return observer.takeRecords().reduce((sum, record) => sum + record.addedNodes.length, 0);
    }""")
    assert moved == 100
    assert list(map(int, column(page, 2)))[:100] == percents[:100]
    page.get_by_role("button", name="%").click()
    assert list(map(int, column(page, 2)))[:100] == percents[:-101:-1]
    # more of them come in from below until all are there
    page.get_by_role("button", name="member").click()
    for count in (100, 200, 300):
        page.wait_for_function("count => document.querySelectorAll('.members tbody tr').length >= count", arg=count)
        page.locator(".members tbody tr").last.scroll_into_view_if_needed()
    assert in_the_page(page) < 600
    assert column(page, 1)[:300] == [f"member{at:05}" for at in range(300)]


def test_all_rows_are_there_to_be_printed_and_without_script(shown: Callable[..., Page], new_page: Pages) -> None:
    text = class_page(a_large_class(130))
    page = shown(text)
    assert in_the_page(page) == 100
    page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('tbody tr').length; })"
    )
    everything = page.evaluate("document.querySelectorAll('tbody tr').length") + 30
    page.pdf(format="A4", landscape=True)
    page.wait_for_function("window.printed")
    assert page.evaluate("window.printed") == everything
    page.wait_for_function("document.querySelectorAll('.members tbody tr').length === 100")
    page.get_by_label("Name").fill("member00129")
    assert column(page, 1) == ["member00129"]
    plain = shown(text, java_script_enabled=False)
    assert column(plain, 1) == [f"member{at:05}" for at in range(130)]
    assert plain.get_by_role("link", name="report of member00129").get_attribute("href") == "reports/member00129.json"


def test_ten_thousand_members(shown: Callable[..., Page]) -> None:
    page = shown(class_page(a_large_class(10_000), pages="pages"))
    assert page.inner_text("[role=status]") == "10000 of 10000 members"
    assert page.evaluate("document.getElementsByTagName('*').length") < 4000
    page.get_by_label("Show").select_option("not passed")
    page.get_by_role("button", name="huber_loss").click()
    assert in_the_page(page) == 100


HOSTILE_WORK = r"""
import numpy as np
def mse(x, y):
    print("</pre><script>window.hit = 1</script>\x1b[2J\u202e")
    raise ValueError('"><img src=x onerror="window.hit = 1">')
def double(x):
    return x
"""


def test_a_hostile_submission_from_the_folder_to_the_page(course: Path, new_page: Pages) -> None:
    """Its name, what it prints and what it raises, through grading and into both pages."""
    handed_in = course.parent / "handed-in"
    handed_in.mkdir()
    name = '"><img src=x onerror="window.hit = 1">'
    for each in (name, "=HYPERLINK(1)"):
        (handed_in / f"{each}.py").write_text(HOSTILE_WORK, "utf-8")
    out = course.parent / "out"
    command = [sys.executable, "-m", "grader", "grade", "mini", handed_in, "--out", out, "--pages", "--jobs", "1"]
    assert subprocess.run(command, cwd=course, capture_output=True, timeout=BACKSTOP, check=False).returncode == 1
    page = new_page(bypass_csp=True)
    page.goto((out / "index.html").as_uri())
    assert name in column(page, 1)
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url("**/pages/*")
    assert "onerror" in page.inner_text(".case .message >> nth=0")
    page.get_by_text("your code printed:").first.click()
    assert page.inner_text("pre >> nth=0") == "</pre><script>window.hit = 1</script>\\u202e"
    assert page.evaluate("[window.hit, document.images.length, document.scripts.length]") == [None, 0, 0]
    assert "\n=" not in (out / "summary.csv").read_text("utf-8-sig")
