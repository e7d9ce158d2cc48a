"""The formulas of a notebook in a page: LaTeX becomes MathML, which browsers show without a script.

What is a formula is decided where nbconvert reads Markdown: code, outputs and escaped dollars are none. The MathML goes
through the filter of tags like all of a member's text.
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ElementTree
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MATH_TAGS = tuple(
    """
math menclose mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup
msup mtable mtd mtext mtr munder munderover
""".split()
)
MATH_ATTRIBUTES = tuple(
    """
accent columnalign displaystyle fence linethickness mathvariant maxsize minsize scriptlevel separator stretchy width
""".split()
)
_LONGEST = 2000  # characters of a formula: reading takes longer than in proportion, and is recursive


class _Renderer(IPythonRenderer):
    """Markdown as nbconvert renders it, but for formulas."""

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        """What a picture shows, in words: no page of ours loads one, and what is attached to a cell is not copied."""
        return text

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def page_of_markdown(source: str) -> str:
    """Markdown as HTML, with its formulas; it is still to be filtered."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def mathml(latex: str, display: str) -> str:
    """A formula as MathML; one that can't be read as it was written."""
    written = html.escape(f"$${latex}$$" if display == "block" else f"${latex}$")
    if len(latex) > _LONGEST:
        return written
    try:
        from latex2mathml.converter import convert_to_element

        math: Any = convert_to_element(latex, display=display)
    except Exception:  # noqa: BLE001 — of many kinds: it is whatever somebody wrote between two dollars
        return written
    for part in math.iter():
        # It has characters as `&#x3B7;`, and keeps the backslash of `\\_` in a text.
        part.text = html.unescape(part.text or "").replace("\\_", "_")
    return ElementTree.tostring(math, encoding="unicode")
