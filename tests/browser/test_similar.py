"""The page of what submissions share, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from grader import i18n
from grader.similarity.similar import Overlap, compare, overlap_page
from tests.samples import HOSTILE

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Functions that nobody else of the class has: told apart by what they call, for names of one's own don't count.
WAYS = [
    f"def work{at}(x):\n    total = x.a{at}()\n    for i in range(len(x)):\n"
    f"        total += x.b{at}(i) * x.c{at}(total) - x.d{at}(x[i], i)\n    return x.e{at}(total, x.f{at})\n\n\n"
    for at in range(40)
]


def a_class(**more: str) -> Overlap:
    """Ten who share nothing, and lee, who has three functions of kim's in another order."""
    texts = {f"m{at}": "".join(WAYS[3 * at : 3 * at + 3]) for at in range(10)}
    texts["kim"] = texts.pop("m0")
    texts["lee"] = "".join([WAYS[2], WAYS[31], WAYS[0].replace("total", "sum_"), WAYS[1]])
    return compare("hw1", {**texts, **more}, [], [], unread=[("choi", "The file is empty.")])


@pytest.fixture
def shown(new_page: Pages, tmp_path: Path) -> Callable[..., Page]:
    def show(found: Overlap, **options: object) -> Page:
        file = tmp_path / "similar.html"
        file.write_text(overlap_page(found), "utf-8")
        opened = new_page(**options)
        opened.goto(file.as_uri())
        return opened

    return show


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
def test_everybody_can_read_it(
    shown: Callable[..., Page], accessible: Callable[[Page], None], language: str, scheme: str
) -> None:
    i18n.use(language)
    page = shown(a_class(), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    accessible(page)
    assert ("쌍" in page.inner_text("main")) == (language == "ko")
    for width in (1000, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_it_says_and_where_a_stretch_leads(shown: Callable[..., Page]) -> None:
    page = shown(a_class())
    text = page.inner_text("main")
    assert "11 submissions compared; pairs: 55." in text
    assert "not a verdict" in text
    assert "choi: The file is empty." in text
    assert page.locator(".pairs tbody tr").first.inner_text().split()[:3] == ["1", "kim", "lee"]
    assert page.locator(".groups li").all_inner_texts() == ["kim · lee"]
    sides = page.locator("#pair-1 pre")
    left, right = (sides.nth(at).locator("mark") for at in (0, 1))
    assert left.count() == right.count() == 3
    first = left.first.inner_text()
    left.first.locator("a").click()
    target = page.locator("mark:target")
    assert target.count() == 1
    assert target.inner_text().replace("sum_", "total") == first
    assert page.evaluate("document.querySelector('mark:target').closest('pre') === document.querySelectorAll('pre')[1]")


def test_nothing_of_a_student_s_runs(shown: Callable[..., Page]) -> None:
    hostile = {f"{at} {text}"[:200]: WAYS[0] + f"# {text}\n" + WAYS[1] for at, text in enumerate(HOSTILE)}
    page = shown(a_class(**hostile))
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img").count() == 0
    assert "<script>window.hit = 1</script>" in page.inner_text("main")
    assert not any(mark in page.content() for mark in ("\x1b", "\u202e", "\x9b"))


def test_of_two_or_none_there_is_a_page_too(shown: Callable[..., Page]) -> None:
    assert "too few to say what is usual" in shown(compare("hw1", {"kim": WAYS[0], "lee": WAYS[0]}, [], [])).inner_text(
        "main"
    )
    assert "No two of them share anything" in shown(compare("hw1", {}, [], [])).inner_text("main")
