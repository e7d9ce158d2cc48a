"""The page of similar submissions."""

from __future__ import annotations

import html
import re

from grader.similarity.page import in_short, overlap_page
from grader.similarity.similar import compare

FUNCTION = "def work{0}(x):\n" + "".join(f"    x = x.a{{0}}(x.b{at}, {at}) * x.c{{0}}\n" for at in range(12))


def test_a_shared_stretch_links_to_the_other_side() -> None:
    texts = {f"m{at}": FUNCTION.format(at) for at in range(10)}
    overlap = compare("hw1", {**texts, "lee": texts["m0"], "kim": "<script>"}, [], [], unread=[("park", "<b>")])
    page = overlap_page(overlap)
    assert overlap.pairs[0].far_out
    assert 'href="#p1r-1"' in page
    assert 'id="p1r-1"' in page
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
    assert "pairs: 66" in in_short(overlap)


def test_the_code_stays_as_it_is_whatever_its_length() -> None:
    long = FUNCTION.format(1) + "rest = [\n" + "    1,  # <one>\n" * 3000 + "]\n"
    page = overlap_page(compare("hw1", {"kim": long, "lee": FUNCTION.format(1)}, [], []))
    shown = [html.unescape(re.sub(r"<[^>]*>", "", code)) for code in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)]
    assert shown == [long, FUNCTION.format(1)]


def test_the_histogram_has_all_steps_and_marks_what_is_far_out() -> None:
    texts = {f"m{at}": FUNCTION.format(at) for at in range(10)}
    page = overlap_page(compare("hw1", {**texts, "lee": texts["m0"]}, [], []))
    assert page.count('<rect class="column') == 40
    assert 'class="column far"' in page
    assert "{" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
