"""A real Chromium for pages, and what no page may do: complain on the console, fail in a script, ask the network.

    def test_it(new_page):
        page = new_page(color_scheme="dark")    # any option of playwright's `Browser.new_context`
        page.goto(file.as_uri())

Whatever leaves the machine is stopped, and fails the test when it ends. So does every error of the page, unless it is
`tolerated`, which is for pages that are not ours: `new_page(tolerated=["favicon"])`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright

from grader import i18n
from tests.waiting import BACKSTOP

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
# Nothing but what a test asks for: no GPU, and none of what a browser does for itself in the background.
_ARGUMENTS = """
--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
--disable-sync
""".split()
_LOCAL = re.compile(r"(file|data|blob|about|devtools|chrome-error):|(https?|wss?)://127\.0\.0\.1[:/]")


def absent(what: str) -> NoReturn:
    """Skip, or in CI fail: there a test that does not run proves nothing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI must have it (see .ci/run)")
    pytest.skip(what)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Pages are in English unless a test says otherwise."""
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the machine, for one module: its event loop would be in the way of tests that have their own."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        absent("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What pages did that they may not do."""

    tolerated: Sequence[str]
    seen: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        if not any(re.search(pattern, what) for pattern in self.tolerated):
            self.seen.append(what)

    def request(self, route: Route, request: Request) -> None:
        if _LOCAL.match(request.url):
            route.continue_()
        else:
            self.note(f"request to {request.url[:200]}")
            route.abort()

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.note(f"console: {message.text}")

    def page(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.note(f"page error: {error}"))
        page.on("dialog", lambda dialog: (self.note(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("websocket", lambda socket: _LOCAL.match(socket.url) or self.note(f"web socket to {socket.url}"))


@dataclass
class Pages:
    """Makes pages that are watched."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)

    def __call__(self, *, tolerated: Sequence[str] = (), **options: Any) -> Page:
        watch = Watch(tolerated)
        context = self.browser.new_context(**options)
        self.watches.append(watch)
        self.contexts.append(context)
        context.set_default_timeout(1000 * BACKSTOP)
        context.route("**/*", watch.request)
        context.on("page", watch.page)
        return context.new_page()

    def close(self) -> list[str]:
        """Close them all; what they did that no page may."""
        for context in self.contexts:
            context.close()
        seen = [each for watch in self.watches for each in watch.seen]
        self.contexts, self.watches = [], []
        return seen


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Pages]:
    """Makes pages that are watched; the test fails at its end if one of them did what no page may."""
    pages = Pages(chromium)
    yield pages
    assert pages.close() == []


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Asserts that axe-core finds nothing to complain of in a page, by all the rules that it has."""
    if not AXE.is_file():
        absent("axe-core is not installed (make browser)")
    source = AXE.read_text("utf-8")

    def check(page: Page) -> None:
        # Evaluated by the debugger, which a page's Content-Security-Policy does not bind.
        page.evaluate(source)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert found["passes"], "axe looked at nothing"
        complaints = [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]} ({node['failureSummary']})"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert complaints == []

    return check
