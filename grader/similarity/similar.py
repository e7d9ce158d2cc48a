"""Compare the submissions of a class, and show the staff each pair side by side.

What people share is weighed by how rare it is. A stretch of code that exactly the same members have is one event: if
all wrote alone, another member would have it with the probability (members with it - 1) / (members of the class). Its
surprise is the logarithm of that probability, times the logarithm of its length. So code that many have, from a
lecture or a textbook, hardly counts, and several stretches count more than one long stretch. A pair is compared with
the other pairs of its own class.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import log2
from statistics import median, quantiles
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from grader.assignment.manifest import Assignment
from grader.clean import printable
from grader.i18n import _, ngettext
from grader.intake import Submission
from grader.render.page import framed
from grader.similarity.fingerprints import MAX_CHARACTERS, Print, Token, pieces, prints, runs

_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_DEFINED = re.compile(r"^[ \t]*(?:def|class)[ \t]+(\w+)", re.MULTILINE)
# How much it adds when the names are the same too. At 0, a member who copied half of the code can rank below a chance
# pair; at 1, members who renamed everything rank too low. From 0.3 to 0.7 neither happened in forty made-up classes.
_NAMES = 0.5
_LEAST_PAIRS = 10  # with fewer, nobody can say what is usual
_STEPS = 40  # of the histogram
_FAR_OUT = 3  # this many interquartile ranges above the upper quartile: Tukey's «far out»
_RARE = 0.1  # a stretch that at most this share of the class has is drawn in the strong colour


@dataclass(frozen=True)
class SharedStretch:
    """A stretch of text that the other side has too; it has the same number there."""

    start: int
    end: int
    number: int
    members: int  # how many of the class have its rarest part


@dataclass(frozen=True)
class Side:
    """One member of a pair: the percentage of their own code that is shared, and where it is."""

    member: str
    percent: int
    stretches: tuple[SharedStretch, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two submissions, and how surprising it is in this class that they share so much."""

    left: Side
    right: Side
    surprise: float
    far_out: bool  # far above the usual surprise of this class

    def as_json(self) -> dict[str, Any]:
        sides = [{"member": side.member, "percent": side.percent} for side in (self.left, self.right)]
        return {"members": sides, "surprise": round(self.surprise, 1), "far_out": self.far_out}


@dataclass(frozen=True)
class Overlap:
    """The pairs of a class, the most surprising first."""

    assignment: str
    texts: dict[str, str]  # the code that was compared, by member
    pairs: tuple[Pair, ...]  # the ones to show
    count: int  # of all pairs
    spread: tuple[int, ...]  # the number of pairs in each of equal steps of surprise, from 0 on
    usual: float  # the median surprise
    bound: float | None  # above it a pair is far out; None where there are too few pairs to know what is usual
    groups: tuple[tuple[str, ...], ...]  # members joined by pairs that are far out
    unread: tuple[tuple[str, str], ...] = ()  # members whose submission could not be compared, with the reason

    def as_json(self) -> dict[str, Any]:
        return {
            "assignment": self.assignment,
            "members": sorted(self.texts),
            "pairs": [pair.as_json() for pair in self.pairs],
            "compared": self.count,
            "usual": round(self.usual, 1),
            "bound": None if self.bound is None else round(self.bound, 1),
            "groups": [list(group) for group in self.groups],
            "unread": [{"member": member, "reason": reason} for member, reason in self.unread],
        }


def given_texts(assignment: Assignment) -> list[str]:
    """What everybody was given: the stub, the code in the handouts, the public cases and what they share."""
    texts = [assignment.stub_text]
    for handout in sorted(assignment.folder.glob("handout.*.md")):
        texts += _FENCED.findall(handout.read_text("utf-8"))
    return [*texts, *(file.read_text("utf-8") for file in (assignment.public_cases, *assignment.common))]


def compared_text(submission: Submission) -> str:
    """The code of a submission to compare and to show; a notebook's cells have their numbers as comments."""
    cells = (cell.source if cell.number is None else f"# [{cell.number}]\n{cell.source}\n" for cell in submission.cells)
    return "\n".join(cells)[:MAX_CHARACTERS]


@dataclass
class _Class:
    """All members' fingerprints, once without names and once with them, and the owners of each."""

    prints: dict[str, list[Print]]  # without names
    verbatim: dict[str, list[Print]]  # with names
    owners: dict[int, frozenset[str]]

    @classmethod
    def of(cls, texts: Mapping[str, str], given: Iterable[str], names: Iterable[str]) -> _Class:
        kept = set(names)
        common = {hash_ for text in given for form in _forms(text, kept) for piece in form for hash_ in runs(piece)}
        forms = {member: [list(prints(form, common)) for form in _forms(text, kept)] for member, text in texts.items()}
        owners: dict[int, set[str]] = defaultdict(set)
        for member, (bare, verbatim) in forms.items():
            for fingerprint in (*bare, *verbatim):
                owners[fingerprint.hash].add(member)
        return cls(
            {member: bare for member, (bare, _verbatim) in forms.items()},
            {member: verbatim for member, (_bare, verbatim) in forms.items()},
            {hash_: frozenset(members) for hash_, members in owners.items()},
        )

    def surprises(self) -> dict[tuple[str, str], float]:
        """The surprise of every pair: the mean of both directions, and more where the names are the same too."""
        members = sorted(self.prints)
        surprises = {(left, right): 0.0 for at, left in enumerate(members) for right in members[at + 1 :]}
        weighed = [(1.0, *item) for item in self.prints.items()]
        weighed += [(_NAMES, *item) for item in self.verbatim.items()]
        for weight, member, own in weighed:
            once = dict.fromkeys(fingerprint.hash for fingerprint in own)  # repeating code adds nothing
            for owners, run in groupby(once, self.owners.__getitem__):
                length = sum(1 for _hash in run)
                for other in owners - {member}:
                    value = log2(len(members) / (len(owners) - 1)) * log2(1 + length)
                    surprises[min(member, other), max(member, other)] += weight * value / 2
        return surprises

    def pair(self, left: str, right: str, surprise: float, *, far_out: bool) -> Pair:
        """The pair, with the stretches that both have."""
        shared = {print_.hash for print_ in self.prints[left]} & {print_.hash for print_ in self.prints[right]}
        numbers: dict[int, int] = {}
        return Pair(self._side(left, shared, numbers), self._side(right, shared, numbers), surprise, far_out)

    def _side(self, member: str, shared: set[int], numbers: dict[int, int]) -> Side:
        """One side of a pair. `numbers` gives the stretch of a fingerprint: the left side fills it first."""
        own = self.prints[member]
        common = [print_ for print_ in own if print_.hash in shared]
        touching: list[list[Print]] = []  # of fingerprints that touch
        for print_ in sorted(common, key=lambda print_: (print_.start, print_.end)):
            if touching and print_.start <= touching[-1][-1].end:
                touching[-1].append(print_)
            else:
                touching.append([print_])
        stretches = []
        for number, run in enumerate(touching, 1):
            same = numbers.setdefault(run[0].hash, number)
            for print_ in run:
                numbers.setdefault(print_.hash, same)
            members = min(len(self.owners[print_.hash]) for print_ in run)
            stretches.append(SharedStretch(run[0].start, max(print_.end for print_ in run), same, members))
        return Side(member, 100 * len(common) // max(1, len(own)), tuple(stretches))


def _forms(text: str, kept: Collection[str]) -> tuple[list[list[Token]], list[list[Token]]]:
    """The pieces of a text without names, and with names; the latter have a mark, so that no hash is of both."""
    bare = list(pieces(text, kept))
    return bare, [[replace(token, text="=" + text[token.start : token.end]) for token in piece] for piece in bare]


def compare(
    assignment: str,
    texts: Mapping[str, str],
    given: Iterable[str],
    names: Iterable[str],
    *,
    most: int = 30,
    unread: Iterable[tuple[str, str]] = (),
) -> Overlap:
    """Compare a class. `names` are those that everybody had to use; at most `most` pairs are kept to show."""
    kept = {*names, *(name for text in given for name in _DEFINED.findall(text))}
    group = _Class.of(texts, given, kept)
    surprises = group.surprises()
    values = sorted(surprises.values())
    bound = None
    if len(values) >= _LEAST_PAIRS:
        lower, _middle, upper = quantiles(values, n=4)
        bound = upper + _FAR_OUT * (upper - lower)
    ranked = sorted(surprises, key=lambda pair: (-surprises[pair], pair))
    beyond = [pair for pair in ranked if bound is not None and surprises[pair] > bound]
    return Overlap(
        assignment=assignment,
        texts=dict(texts),
        pairs=tuple(
            group.pair(*pair, surprises[pair], far_out=pair in beyond) for pair in ranked[:most] if surprises[pair] > 0
        ),
        count=len(surprises),
        spread=_spread(values),
        usual=median(values) if values else 0.0,
        bound=bound,
        groups=_joined(beyond),
        unread=tuple(unread),
    )


def _spread(values: Sequence[float]) -> tuple[int, ...]:
    """How many values are in each step of the histogram."""
    most = max(values, default=0.0) or 1.0
    counts = Counter(min(_STEPS - 1, int(_STEPS * value / most)) for value in values)
    return tuple(counts[step] for step in range(_STEPS))


def _joined(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Groups of members joined by pairs, directly or through others."""
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return tuple(sorted(tuple(sorted(group)) for group in groups))


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
