"""The staff's page of similar submissions: pairs, groups, and the code of each pair side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from grader.clean import printable
from grader.i18n import _, ngettext
from grader.render.templating import framed
from grader.similarity.overlap import Overlap, Pair, SharedStretch, Side

_RARE = 0.1  # a stretch that at most this share of the class has is drawn in the strong colour
_WIDTH, _HEIGHT, _BOTTOM = 640, 140, 24


@dataclass(frozen=True)
class SideBySide:
    """A pair with the code of both members; what they share is marked."""

    pair: Pair
    left: Markup
    right: Markup


def overlap_page(overlap: Overlap) -> str:
    """A whole HTML file, which needs no other file."""
    return framed(
        "similarity/page.html",
        styles=["similarity/page.css"],
        overlap=overlap,
        pairs=[_side_by_side(overlap, pair, number) for number, pair in enumerate(overlap.pairs, 1)],
        in_short=in_short(overlap),
        caution=caution(),
        spread=_spread(overlap),
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


def _side_by_side(overlap: Overlap, pair: Pair, number: int) -> SideBySide:
    few = max(2, int(_RARE * len(overlap.texts)))
    sides = [
        _marked(overlap.texts[side.member], side, few, f"p{number}{here}", f"p{number}{there}")
        for side, here, there in ((pair.left, "l", "r"), (pair.right, "r", "l"))
    ]
    return SideBySide(pair, *sides)


def _marked(text: str, side: Side, few: int, here: str, there: str) -> Markup:
    """The code with its shared stretches marked; each links to the same stretch on the other side."""
    return Markup().join(_parts(text, side.stretches, few, here, there))


def _parts(text: str, stretches: tuple[SharedStretch, ...], few: int, here: str, there: str) -> Iterator[Markup]:
    at, seen = 0, set()
    for stretch in stretches:
        yield _code(text[at : stretch.start])
        name = Markup("") if stretch.number in seen else Markup(' id="{}-{}"').format(here, stretch.number)
        seen.add(stretch.number)
        kind = "rare" if stretch.members <= few else "common"
        link = Markup('<mark class="{}"{}><a href="#{}-{}" title="{}">{}</a></mark>')
        yield link.format(kind, name, there, stretch.number, _owners(stretch), _code(text[stretch.start : stretch.end]))
        at = stretch.end
    yield _code(text[at:])


def _code(text: str) -> Markup:
    return escape(printable(text, len(text)) if text else "")


def _owners(stretch: SharedStretch) -> str:
    return ngettext("{n} member has this", "{n} members have this", stretch.members).format(n=stretch.members)


def _spread(overlap: Overlap) -> Markup:
    """A histogram of all pairs by their surprise, with the bound."""
    tallest, column = max(*overlap.spread, 1), _WIDTH / len(overlap.spread)
    most = max((pair.surprise for pair in overlap.pairs), default=0.0)
    bars = []
    for at, count in enumerate(overlap.spread):
        # The root, so that a single pair can be seen beside a thousand.
        tall = (_HEIGHT - _BOTTOM - 6) * (count / tallest) ** 0.5
        far = " far" if overlap.bound is not None and (at + 1) * most / len(overlap.spread) > overlap.bound else ""
        bar = Markup('<rect class="column{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
        bars.append(bar.format(far, at * column + 1, _HEIGHT - _BOTTOM - tall, column - 2, tall))
    text = Markup('<text class="label" x="{:.1f}" y="{}" text-anchor="{}">{}</text>')
    labels = [text.format(0, _HEIGHT - 6, "start", 0), text.format(_WIDTH, _HEIGHT - 6, "end", f"{most:.0f}")]
    if overlap.bound is not None and most:
        x = _WIDTH * overlap.bound / most
        if x < _WIDTH:
            line = Markup('<line class="mark" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>')
            bars.append(line.format(x, _HEIGHT - _BOTTOM))
            labels.append(text.format(x, _HEIGHT - 6, "middle", f"{overlap.bound:.0f}"))
    caption = _("All pairs by their surprise, from 0 to {most}").format(most=f"{most:.0f}")
    picture = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>')
    picture = picture.format(_WIDTH, _HEIGHT, caption, Markup().join(bars), Markup().join(labels))
    figure = Markup('<figure class="spread">{}<figcaption class="quiet small">{}</figcaption></figure>')
    return figure.format(picture, caption)
