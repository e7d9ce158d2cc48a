"""The page of similar submissions."""

from __future__ import annotations

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
