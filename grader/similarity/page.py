"""What submissions share, as a page for the staff: pairs, groups, and both sides of each pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from grader.clean import printable
from grader.i18n import _, ngettext
from grader.render.templating import framed
from grader.similarity.overlap import Overlap, Pair, SharedStretch, Side

_RARE = 0.1  # of the class: what no more members than that have is drawn strong
_WIDTH, _HEIGHT, _BOTTOM = 640, 140, 24


@dataclass(frozen=True)
class Both:
    """A pair with the code of both, marked."""

    pair: Pair
    left: Markup
    right: Markup


def overlap_page(found: Overlap) -> str:
    """A whole file, which needs nothing beside it."""
    return framed(
        "similarity/page.html",
        styles=["similarity/page.css"],
        found=found,
        both=[_both(found, pair, number) for number, pair in enumerate(found.pairs, 1)],
        in_short=in_short(found),
        caution=caution(),
        spread=_spread(found),
    )


def caution() -> str:
    """What a list of pairs is, and what it is not."""
    return _(
        "This is a reason to look at both sides, not a verdict: two who learnt together, or from the same page, "
        "look alike too. Talk with them before anything follows from it."
    )


def in_short(found: Overlap) -> str:
    """How many were compared, and what is usual among them."""
    members = len(found.texts)
    said = ngettext("{n} submission compared; pairs: {pairs}.", "{n} submissions compared; pairs: {pairs}.", members)
    said = said.format(n=members, pairs=found.count)
    if found.bound is None:
        return said + " " + _("That is too few to say what is usual; look at how much is shared.")
    usual = _("The pair in the middle has a surprise of {usual}; beyond {bound} a pair is far out.")
    return said + " " + usual.format(usual=f"{found.usual:.0f}", bound=f"{found.bound:.0f}")


def _both(found: Overlap, pair: Pair, number: int) -> Both:
    few = max(2, int(_RARE * len(found.texts)))
    sides = [
        _marked(found.texts[side.member], side, few, f"p{number}{here}", f"p{number}{there}")
        for side, here, there in ((pair.left, "l", "r"), (pair.right, "r", "l"))
    ]
    return Both(pair, *sides)


def _marked(text: str, side: Side, few: int, here: str, there: str) -> Markup:
    """The code with its shared stretches marked, each a link to the same one on the other side."""
    return Markup().join(_parts(text, side.marks, few, here, there))


def _parts(text: str, marks: tuple[SharedStretch, ...], few: int, here: str, there: str) -> Iterator[Markup]:
    at, seen = 0, set()
    for mark in marks:
        yield _code(text[at : mark.start])
        name = Markup("") if mark.number in seen else Markup(' id="{}-{}"').format(here, mark.number)
        seen.add(mark.number)
        kind = "rare" if mark.members <= few else "common"
        link = Markup('<mark class="{}"{}><a href="#{}-{}" title="{}">{}</a></mark>')
        yield link.format(kind, name, there, mark.number, _of(mark), _code(text[mark.start : mark.end]))
        at = mark.end
    yield _code(text[at:])


def _code(text: str) -> Markup:
    return escape(printable(text, len(text)) if text else "")


def _of(mark: SharedStretch) -> str:
    return ngettext("{n} member has this", "{n} members have this", mark.members).format(n=mark.members)


def _spread(found: Overlap) -> Markup:
    """All pairs by their surprise, with the bound: most of a class in a heap, and what stands apart from it."""
    tallest, column = max(*found.spread, 1), _WIDTH / len(found.spread)
    most = max((pair.surprise for pair in found.pairs), default=0.0)
    bars = []
    for at, count in enumerate(found.spread):
        # One pair alone must be seen beside a thousand.
        tall = (_HEIGHT - _BOTTOM - 6) * (count / tallest) ** 0.5
        far = " far" if found.bound is not None and (at + 1) * most / len(found.spread) > found.bound else ""
        bar = Markup('<rect class="column{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
        bars.append(bar.format(far, at * column + 1, _HEIGHT - _BOTTOM - tall, column - 2, tall))
    text = Markup('<text class="label" x="{:.1f}" y="{}" text-anchor="{}">{}</text>')
    labels = [text.format(0, _HEIGHT - 6, "start", 0), text.format(_WIDTH, _HEIGHT - 6, "end", f"{most:.0f}")]
    if found.bound is not None and most:
        x = _WIDTH * found.bound / most
        if x < _WIDTH:
            line = Markup('<line class="mark" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>')
            bars.append(line.format(x, _HEIGHT - _BOTTOM))
            labels.append(text.format(x, _HEIGHT - 6, "middle", f"{found.bound:.0f}"))
    said = _("All pairs by their surprise, from 0 to {most}").format(most=f"{most:.0f}")
    picture = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>')
    picture = picture.format(_WIDTH, _HEIGHT, said, Markup().join(bars), Markup().join(labels))
    caption = Markup('<figcaption class="quiet small">{}</figcaption>').format(said)
    return Markup('<figure class="spread">{}{}</figure>').format(picture, caption)
