"""Which submissions of a class share more than chance explains.

What people share is counted by how rare it is. A stretch of code that exactly the same members have is one event: if
everybody wrote for themselves, a member of the class would have it with the probability (members - 1) / class. Its
surprise is the logarithm of that, times that of its length. So what many have, from a lecture or from a textbook,
hardly counts, several stretches count more than a single long one, and a pair is held against those of its own class.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log2
from statistics import median, quantiles

from grader.assignment.manifest import Assignment
from grader.intake.submission import Submission
from grader.similarity.overlap import Overlap, Pair, SharedStretch, Side
from grader.similarity.tokens import MAX_CHARACTERS, Token, pieces
from grader.similarity.winnow import Print, prints, runs

_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_DEFINED = re.compile(r"^[ \t]*(?:def|class)[ \t]+(\w+)", re.MULTILINE)
# What the same names add to the same code. Without them whoever copied half may stand below a chance pair, and counted
# in full they push down whoever renamed all; from 0.3 to 0.7 neither happened in forty made-up classes.
_NAMES = 0.5
_LEAST_PAIRS = 10  # of fewer nobody can say what is usual
_STEPS = 40  # of the picture of all pairs
_FAR_OUT = 3  # ranges between the quartiles above the upper one: Tukey's «far out»


def given_texts(assignment: Assignment) -> list[str]:
    """What everybody was given: the stub, the code in the handouts, the public cases."""
    texts = [assignment.stub_text]
    for handout in sorted(assignment.folder.glob("handout.*.md")):
        texts += _FENCED.findall(handout.read_text("utf-8"))
    return [*texts, assignment.public_cases.read_text("utf-8")]


def compared_text(submission: Submission) -> str:
    """The code of a submission as it is compared and shown, each cell of a notebook under its number."""
    cells = (cell.source if cell.number is None else f"# [{cell.number}]\n{cell.source}\n" for cell in submission.cells)
    return "\n".join(cells)[:MAX_CHARACTERS]


@dataclass
class _Class:
    """The fingerprints of all members, once without names and once to the letter, and who has each."""

    prints: dict[str, list[Print]]
    verbatim: dict[str, list[Print]]
    owners: dict[int, frozenset[str]]

    @classmethod
    def of(cls, texts: Mapping[str, str], given: Iterable[str], names: Iterable[str]) -> _Class:
        kept = set(names)
        common = {hash_ for text in given for form in _forms(text, kept) for piece in form for hash_ in runs(piece)}
        found = {member: [list(prints(form, common)) for form in _forms(text, kept)] for member, text in texts.items()}
        owners: dict[int, set[str]] = defaultdict(set)
        for member, (bare, letters) in found.items():
            for each in (*bare, *letters):
                owners[each.hash].add(member)
        return cls(
            {member: bare for member, (bare, _letters) in found.items()},
            {member: letters for member, (_bare, letters) in found.items()},
            {hash_: frozenset(members) for hash_, members in owners.items()},
        )

    def surprises(self) -> dict[tuple[str, str], float]:
        """How unlikely it is what each pair shares, from both sides; the same names besides are unlikely once more."""
        members = sorted(self.prints)
        found = {(left, right): 0.0 for at, left in enumerate(members) for right in members[at + 1 :]}
        weighed = [(1.0, *item) for item in self.prints.items()]
        weighed += [(_NAMES, *item) for item in self.verbatim.items()]
        for weight, member, own in weighed:
            once = {each.hash: each for each in own}  # who says a thing twice shares no more
            for owners, run in groupby(once, self.owners.__getitem__):
                length = sum(1 for _hash in run)
                for other in owners - {member}:
                    value = log2(len(members) / (len(owners) - 1)) * log2(1 + length)
                    found[min(member, other), max(member, other)] += weight * value / 2
        return found

    def pair(self, left: str, right: str, surprise: float, *, far_out: bool) -> Pair:
        """The pair with everything that both have marked."""
        shared = {each.hash for each in self.prints[left]} & {each.hash for each in self.prints[right]}
        numbers: dict[int, int] = {}
        return Pair(self._side(left, shared, numbers), self._side(right, shared, numbers), surprise, far_out)

    def _side(self, member: str, shared: set[int], numbers: dict[int, int]) -> Side:
        """`numbers` says of each fingerprint which stretch it belongs to; whoever comes first fills it."""
        own = self.prints[member]
        percent = 100 * sum(each.hash in shared for each in own) // max(1, len(own))
        stretches: list[list[Print]] = []
        for each in sorted((each for each in own if each.hash in shared), key=lambda each: (each.start, each.end)):
            if stretches and each.start <= stretches[-1][-1].end:
                stretches[-1].append(each)
            else:
                stretches.append([each])
        marks = []
        for number, stretch in enumerate(stretches, 1):
            same = numbers.setdefault(stretch[0].hash, number)
            for each in stretch:
                numbers.setdefault(each.hash, same)
            members = min(len(self.owners[each.hash]) for each in stretch)
            marks.append(SharedStretch(stretch[0].start, max(each.end for each in stretch), same, members))
        return Side(member, percent, tuple(marks))


def _forms(text: str, kept: Collection[str]) -> tuple[list[list[Token]], list[list[Token]]]:
    """The pieces of a text without names, and the same to the letter (marked, so that no hash is of both)."""
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
    """The pairs of a class; `names` are those that everybody had to use, `most` how many pairs are kept to be shown."""
    kept = {*names, *(name for text in given for name in _DEFINED.findall(text))}
    group = _Class.of(texts, given, kept)
    found = group.surprises()
    values = sorted(found.values())
    bound = None
    if len(values) >= _LEAST_PAIRS:
        lower, _middle, upper = quantiles(values, n=4)
        bound = upper + _FAR_OUT * (upper - lower)
    ranked = sorted(found, key=lambda pair: (-found[pair], pair))
    beyond = [pair for pair in ranked if bound is not None and found[pair] > bound]
    return Overlap(
        assignment=assignment,
        texts=dict(texts),
        pairs=tuple(
            group.pair(*pair, found[pair], far_out=pair in beyond) for pair in ranked[:most] if found[pair] > 0
        ),
        count=len(found),
        spread=_spread(values),
        usual=median(values) if values else 0.0,
        bound=bound,
        groups=_joined(beyond),
        unread=tuple(unread),
    )


def _spread(values: Sequence[float]) -> tuple[int, ...]:
    counts = [0] * _STEPS
    most = max(values, default=0.0)
    for value in values:
        counts[min(_STEPS - 1, int(_STEPS * value / most)) if most else 0] += 1
    return tuple(counts)


def _joined(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """The members that are joined by pairs, directly or over others."""
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return tuple(sorted(tuple(sorted(group)) for group in groups))
