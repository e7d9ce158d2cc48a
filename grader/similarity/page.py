"""The staff's page of similar submissions: pairs, groups, and the code of each pair side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from markupsafe import Markup, escape

from grader.clean import printable
from grader.i18n import _, ngettext
from grader.render.page import framed
from grader.similarity.similar import Overlap, SharedStretch, Side

_RARE = 0.1  # a stretch that at most this share of the class has is drawn in the strong colour


class CodePart(NamedTuple):
    """A part of a member's code; `stretch` is what it shares, and only the first part of a number can be led to."""

    text: Markup
    stretch: SharedStretch | None = None
    first: bool = False


def overlap_page(overlap: Overlap) -> str:
    """A whole HTML file, which needs no other file."""
    return framed(
        "similarity/page.html",
        styles=["similarity/page.css"],
        overlap=overlap,
        code_parts=partial(_code_parts, overlap),
        few=max(2, int(_RARE * len(overlap.texts))),
        most=max((pair.surprise for pair in overlap.pairs), default=0.0),
        in_short=in_short(overlap),
        caution=caution(),
    )


def caution() -> str:
    """What a pair in the list means, and what it does not mean."""
    return _(
        "This is a reason to look at both sides, not a verdict: two who learnt together, or from the same page, "
        "look alike too. Talk with them before anything follows from it."
    )


def in_short(overlap: Overlap) -> str:
    """How many were compared, and what surprise is usual."""
    members = len(overlap.texts)
    text = ngettext("{n} submission compared; pairs: {pairs}.", "{n} submissions compared; pairs: {pairs}.", members)
    text = text.format(n=members, pairs=overlap.count)
    if overlap.bound is None:
        return text + " " + _("That is too few to say what is usual; look at how much is shared.")
    usual = _("The pair in the middle has a surprise of {usual}; beyond {bound} a pair is far out.")
    return text + " " + usual.format(usual=f"{overlap.usual:.0f}", bound=f"{overlap.bound:.0f}")


def _code_parts(overlap: Overlap, side: Side) -> Iterator[CodePart]:
    """The code of one side, cut where shared stretches begin and end."""
    text, at, seen = overlap.texts[side.member], 0, set()
    for stretch in side.stretches:
        yield CodePart(_shown(text[at : stretch.start]))
        yield CodePart(_shown(text[stretch.start : stretch.end]), stretch, stretch.number not in seen)
        seen.add(stretch.number)
        at = stretch.end
    yield CodePart(_shown(text[at:]))


def _shown(text: str) -> Markup:
    """All of the code: what templates write is cut where it is long."""
    return escape(printable(text, len(text)) if text else "")
