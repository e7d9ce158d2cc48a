"""What the other tests of pages rely on: a page that does what none may is caught."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

PAGE = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("<img src=http://192.0.2.1/beacon.png alt=beacon>", "request to http://192.0.2.1/beacon.png"),
        ("<script>console.error('so wrong')</script>", "console: so wrong"),
        ("<script>nothing.here()</script>", "page error: nothing is not defined"),
        ("<script>alert(1)</script>", "dialog: 1"),
        ("<script>new WebSocket('ws://192.0.2.1/')</script>", "web socket to ws://192.0.2.1/"),
    ],
)
def test_what_no_page_may_do_is_caught(new_page: Pages, tmp_path: Path, body: str, caught: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE.format(body), "utf-8")
    page = new_page()
    page.goto(file.as_uri())
    for _moment in range(250):  # a web socket is reported after the page has loaded
        if not new_page.watches[0].seen:
            page.wait_for_timeout(20)
    seen = new_page.close()
    assert any(caught in each for each in seen), seen


def test_what_is_tolerated_is_not_held_against_a_page(new_page: Pages, tmp_path: Path) -> None:
    new_page(tolerated=["wrong"]).evaluate("console.error('so wrong')")
    new_page().evaluate("console.error('so wrong')")
    assert new_page.close() == ["console: so wrong"]


def test_what_axe_finds_fails_a_test(new_page: Pages, accessible: Callable[[Page], None], tmp_path: Path) -> None:
    page = new_page()
    page.set_content(PAGE.format("<p>All is well.</p>"))
    accessible(page)
    page.set_content(PAGE.format("<img src=data:,>"))
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)
