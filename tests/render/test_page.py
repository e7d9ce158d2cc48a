"""A page is one file that loads and runs nothing but its own, and what a template writes is harmless."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import grader
from grader import i18n
from grader.gradebook.promotion import condition
from grader.render.page import PlotFrame, asset, fragment, framed, report_page, templates
from grader.report.report import Kind, Plot, Report
from tests.samples import MIXED_REPORT

HOME = Path(grader.__file__).parent

PICTURES: Any = templates().globals["svg"]


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
    assert part.startswith('<div class="d2d mathjax_ignore tex2jax_ignore"')
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
        ahead="",
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


def test_a_bar_is_as_long_as_the_share() -> None:
    assert 'width="25.00"' in PICTURES.bar(Fraction(1, 2), 2)
    assert 'width="0.00"' in PICTURES.bar(0, 0)
    assert 'x1="60"' in PICTURES.bar(1, 2, 60)
    assert "short" in PICTURES.bar(1, 2, 60)
    assert "short" not in PICTURES.bar(2, 2)


def test_a_histogram_says_its_columns() -> None:
    picture = PICTURES.histogram([0] * 8 + [2, 3], 60)
    assert picture.count("<rect") == 10
    assert picture.count("below") == 6
    assert 'aria-label="80–89%: 2, 90–100%: 3"' in picture


def test_a_plot_shows_both_sides_and_says_what_is_not_finite() -> None:
    picture = PICTURES.plot(Plot(Kind.VALUES, (1.0, 2.0), (1.0, None), 5))
    assert picture.count('class="expected" cx') == 3  # two values and the key
    assert picture.count('class="gap"') == 1
    assert "the first 2 of 5 values" in picture
    assert "1 of yours is not finite" in picture


def test_a_curve_is_cut_where_a_value_is_not_finite() -> None:
    numbers = Plot(Kind.CURVE, (3.0, 2.0, 1.0, 0.0), (3.0, 2.0, None, 4.0), 4)
    curves = list(PlotFrame(numbers).curves())
    assert [(name, len(places)) for name, places in curves] == [("expected", 4), ("yours", 2), ("yours", 1)]
    picture = PICTURES.plot(numbers)
    assert picture.count("<polyline") == 3 + 2  # and the key
    assert picture.count('r="2"') == 1  # a line of one point can't be seen


def test_zero_has_a_line_where_there_is_room() -> None:
    assert PlotFrame(Plot(Kind.CURVE, (-1.0, 2.0), (0.0, 1.0), 2)).ticks() == [-1, 2, 0]
    assert PlotFrame(Plot(Kind.CURVE, (-0.01, 2.0), (0.0, 1.0), 2)).ticks() == [-0.01, 2]
    assert PlotFrame(Plot(Kind.CURVE, (2.0, 2.0), (2.0, 2.0), 2)).ticks() == [1, 3]
