"""A report as a page: one file that loads and runs nothing."""

from __future__ import annotations

from html.parser import HTMLParser

from grader import i18n
from grader.render.page import fragment, report_page
from grader.report.report import Report
from tests.samples import MIXED_REPORT


def tags(html: str) -> set[str]:
    names: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: names.add(tag)  # type: ignore[method-assign]
    parser.feed(html)
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
