"""A member's page in a real Chromium: nothing runs, nothing is asked for, everybody can read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from grader import i18n
from grader.render.page import fragment, report_page
from grader.report.report import Hint, Kind, Note, Plot, Report, Visibility, Where
from tests.samples import HOSTILE, a_case, a_report, hostile_report

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = pytest.mark.browser

# A page of somebody else's, as a notebook is one: what a fragment brings along must not change it.
NOTEBOOK = """<!doctype html><html lang="en"><title>Notebook</title><style>h2 { color: rgb(1, 2, 3) }</style>
<h1>Notebook</h1><h2 id="theirs">Theirs</h2><p id="text">Text</p><table id="table"><tr><td>1</td></tr></table>
<pre id="pre">x</pre><div id="output"></div></html>"""
LOOKS = """() => ['theirs', 'text', 'table', 'pre'].map(id => JSON.stringify(
    Object.fromEntries(Array.from(getComputedStyle(document.getElementById(id)), name =>
        [name, getComputedStyle(document.getElementById(id)).getPropertyValue(name)]))))"""


def a_full_report(**more: object) -> Report:
    """One of everything that a page shows."""
    return a_report(
        a_case("test_a"),
        a_case(
            "test_b[mean]",
            "failed",
            message="Every value is 2 times what was expected.",
            details=("expected: [1. 2. 3.]", "yours: [2. 4. 6.]"),
            hint=Hint("twice", "It is divided by N once."),
            where=Where("kim.ipynb", cell=7, line=4),
            output="3.0\n" * 40,
            plot=Plot(Kind.VALUES, (1.0, -2.0, 3.0), (2.0, -4.0, None), 7),
        ),
        a_case("test_c", "error", message="Your code raised ValueError: no", output="x"),
        a_case("test_h", "timeout", visibility=Visibility.HIDDEN, message="It took too long."),
        a_case("test_d", "skipped", section="l1_loss", message="This can't be judged until «x» passes."),
        a_case(
            "test_e", "failed", section="fit", plot=Plot(Kind.CURVE, (3.0, 2.0, 1.0, 0.5), (3.0, None, 2.9, 2.8), 4)
        ),
        a_case("test_f", "ungradable", section="fit"),
        a_case("test_g", "missing", section="huber_loss"),
        notes=(Note("cell-set-aside", "One cell was set aside.", Where("kim.ipynb", cell=2)),),
        **more,
    )


@pytest.fixture
def shown(new_page: Pages, tmp_path: Path) -> Callable[..., Page]:
    """Opens a report's page."""

    def show(report: Report, **options: object) -> Page:
        file = tmp_path / "report.html"
        file.write_text(report_page(report), "utf-8")
        opened = new_page(**options)
        opened.goto(file.as_uri())
        return opened

    return show


@pytest.mark.parametrize(("language", "scheme"), [pytest.param("en", "light", marks=pytest.mark.slow), ("ko", "dark")])
def test_everybody_can_read_it(
    shown: Callable[..., Page], accessible: Callable[[Page], None], language: str, scheme: str
) -> None:
    i18n.use(language)
    page = shown(a_full_report(), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    accessible(page)
    assert page.evaluate("document.documentElement.lang") == language
    assert ("과제" in page.inner_text("footer")) == (language == "ko")
    # nothing is wider than the window, not on a telephone either
    for width in (1000, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_it_says(shown: Callable[..., Page]) -> None:
    page = shown(a_full_report())
    text = page.inner_text("body")
    for said in ("2 of 16 points (12%)", "Every value is 2 times", "It is divided by N once.", "kim.ipynb[7]:4"):
        assert said in text
    assert page.inner_text("dl") == "expected\n[1. 2. 3.]\nyours\n[2. 4. 6.]"
    assert page.locator("figure.plot").count() == 2
    assert "the first 3 of 7 values" in text
    assert "1 of yours is not finite" in text
    assert page.locator("pre").first.is_hidden()
    page.get_by_text("your code printed:").first.click()
    assert page.locator("pre").first.inner_text().startswith("3.0\n3.0")


def test_the_keyboard_is_enough(shown: Callable[..., Page]) -> None:
    page = shown(a_full_report())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#section-1"))  # it does not wait of itself: nothing is loaded


@pytest.mark.slow
def test_dark_where_the_system_is_and_where_one_wants_it(shown: Callable[..., Page]) -> None:
    page = shown(a_full_report(), color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(13, 17, 23)"
    page.get_by_label("light").check()
    assert page.evaluate(background) == "rgb(255, 255, 255)"


@pytest.mark.slow
def test_printed_it_is_light_and_whole(shown: Callable[..., Page]) -> None:
    page = shown(a_full_report(), color_scheme="dark")
    page.get_by_label("dark").check()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("fieldset").is_hidden()
    assert page.locator("pre").first.bounding_box()["height"] > 100  # type: ignore[index]
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_hostile_texts_stay_text(new_page: Pages) -> None:
    """Also where the policy of the page is not there to help."""
    opened = new_page(bypass_csp=True)
    for text in HOSTILE:
        made = report_page(hostile_report(text))
        opened.set_content(made)
        opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert opened.evaluate("window.hit") is None
        assert opened.evaluate("document.querySelectorAll('script, img, iframe, form, [onerror]').length") == 0
        assert opened.evaluate("Array.from(document.links).every(each => each.hash.startsWith('#section-'))")
        assert not any(mark in made for mark in "\x1b\x9b\x07\x00\x08\u202e\u2066\u200b")
        assert "49" not in opened.inner_text("h1")  # {{ 7 * 7 }}
        if text.startswith("<script>"):
            assert text in opened.inner_text(".case .message >> nth=0")


@pytest.mark.slow
def test_the_policy_allows_its_own_style_alone(shown: Callable[..., Page], new_page: Pages) -> None:
    page = shown(a_full_report())
    page.evaluate("""document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit = 1'}))""")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=http://192.0.2.1/x.png onerror=window.hit=1>')"
    )
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=p style=color:red>x</p>')")
    assert page.evaluate("window.hit") is None
    assert page.evaluate("getComputedStyle(p).color") != "rgb(255, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('.score')).borderRadius") == "8px"
    assert sum("Content Security Policy" in each for each in new_page.close()) >= 3


def test_a_fragment_leaves_the_notebook_as_it_is(new_page: Pages, accessible: Callable[[Page], None]) -> None:
    page = new_page()
    page.set_content(NOTEBOOK)
    before = page.evaluate(LOOKS)
    page.evaluate("html => { document.getElementById('output').innerHTML = html }", fragment(a_full_report()) * 2)
    assert page.evaluate(LOOKS) == before
    assert page.evaluate("getComputedStyle(document.querySelector('.d2d .score')).borderRadius") == "8px"
    assert page.evaluate("document.querySelectorAll('[id]').length") == 5
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert page.evaluate("getComputedStyle(document.querySelector('.d2d')).backgroundColor") == "rgb(13, 17, 23)"
