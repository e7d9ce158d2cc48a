"""Formulas in pages: LaTeX as MathML, and what somebody writes between two dollars to get out of it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from grader.render.formulas import mathml, page_of_markdown

pytest.importorskip("latex2mathml", reason="formulas stay as they are written without it")
HANDOUTS = sorted(Path(__file__).parents[2].glob("assignments/*/handout.*.md"))


@pytest.mark.parametrize("handout", HANDOUTS, ids=lambda file: f"{file.parent.name}.{file.suffixes[0][1:]}")
def test_every_formula_of_the_handouts(handout: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", handout.read_text("utf-8"), flags=re.DOTALL)
    formulas = re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)
    for block, inline in formulas:
        made = mathml(block or inline, "block" if block else "inline")
        assert made.startswith("<math"), made
        assert "\\" not in "".join(ElementTree.fromstring(made).itertext())
    assert page_of_markdown(handout.read_text("utf-8")).count("<math") == len(formulas)


def test_what_it_says() -> None:
    made = ElementTree.fromstring(mathml(r"\frac{\partial L}{\partial W_{ij}} < \text{max\_norm}", "block"))
    assert "".join(made.itertext()) == "∂L∂Wij<max_norm"
    assert made.get("display") == "block"


def test_only_markdowns_own_formulas_are_set() -> None:
    page = page_of_markdown("a $x$ b `$y$` c \\$z\\$ d\n\n```\n$u$\n```\n\n    $v$\n\n$$w$$\n\n# A $h$ head\n")
    assert page.count("<math") == 3
    for text in ("$y$", "$z$", "$u$", "$v$"):
        assert text in page


def test_a_picture_that_is_attached_is_told_in_words() -> None:
    assert page_of_markdown("![my plot](attachment:a.png)").strip() == "<p>my plot</p>"


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\mbox{<img src=x onerror=alert(1)>}",
        r"\color{red\" onclick=\"alert(1)}{y}",
        "{" * 1900,
        r"\frac" * 300,
        r"\left",
        r"\def\a{\a}\a",
        "x" * 100_000,
        "&#60;script&#62;",
        "\ud800",
        "",
    ],
)
def test_nothing_gets_out_of_a_formula(latex: str) -> None:
    made = mathml(latex, "inline")
    tags = re.findall(r"<[^>]*>", made)
    assert not any(re.match(r"</?(script|img)", tag) for tag in tags)
    assert not any(re.search(r"\son\w+=", re.sub(r'="[^"]*"', "=", tag)) for tag in tags)
    assert made.startswith(("<math", "$"))
