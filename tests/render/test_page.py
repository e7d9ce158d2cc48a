"""A page is one file that loads and runs nothing but its own, and what a template writes is harmless."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import grader
from grader import i18n
from grader.gradebook.decisions import condition
from grader.render.page import asset, fragment, framed, report_page
from grader.report.report import Report
from tests.samples import MIXED_REPORT

HOME = Path(grader.__file__).parent


def tags(page: str) -> set[str]:
    names: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: names.add(tag)  # type: ignore[method-assign]
    parser.feed(page)
    return names


def test_a_page_says_what_the_report_says() -> None:
    page = report_page(MIXED_REPORT)
    assert page.startswith("<!doctype html>")
    assert "2 of 8.5 points (23%)" in page
    assert "It is divided by N once." in page
    assert "default-src &#39;none&#39;" in page
    i18n.use("ko")
    assert '<html lang="ko">' in report_page(MIXED_REPORT)


def test_hostile_text_adds_no_tag(hostile: Report) -> None:
    assert not tags(report_page(hostile)) & {"script", "img", "iframe", "link", "object"}


def test_a_fragment_is_in_pixels_and_no_whole_page() -> None:
    part = fragment(MIXED_REPORT)
    assert part.startswith('<div class="d2d"')
    assert "rem;" not in part
    assert "px" in part


def test_a_page_allows_its_own_style_and_script_by_their_hashes() -> None:
    page = framed(
        "gradebook/decisions.html",
        scripts=["render/templates/members.js"],
        decisions=[],
        rules=[],
        mandatory=[],
        term="<b>\x1b[0m",
        counts=[],
        word=str,
        colour=str,
        condition=condition,
    )
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html.unescape(page)
    assert "&lt;b&gt;" in page
    assert "\x1b" not in page


@pytest.mark.parametrize("file", sorted(HOME.glob("*/**/*.css")), ids=lambda file: file.name)
def test_every_style_is_found_by_its_path(file: Path) -> None:
    assert asset(file.relative_to(HOME).as_posix()) == file.read_text("utf-8")
