"""Which of several files is judged: of several versions of one work, the one in which most is done.

The times of files prove nothing, since a clone, an archive and a download set new ones. So the content decides, and
a note in the report says which version was judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.candidate import PYTHON, Candidate, kind, stem
from grader.intake.submission import Cell
from grader.intake.written import written_names
from grader.report.report import Note, Where

_MAX_VERSIONS = 20
_NAMES_SHOWN = 5
# What people and browsers add to a name when they save the same work again.
_VERSION_MARKS = re.compile(
    r"\(\d+\)|copy of|의 사본|사본|복사본|[-_ ](?:copy|final|최종|수정|제출|draft|old|new)\d*"
    r"|[-_ ]v\d+|[-_ ]?20\d{6}|[-_ ]\d+\Z"
)
_NUMBER = re.compile(r"(?:\((\d{1,9})\)|[-_ ]v(\d{1,9})|[-_ ](\d{1,9}))\Z")


@dataclass(frozen=True)
class Work:
    """What came of a candidate: its cells, or why it can't be read."""

    found: Candidate
    data: bytes
    cells: tuple[Cell, ...] = ()
    notes: tuple[Note, ...] = ()
    error: BadInputError | None = None


def choose(
    found: Sequence[Candidate],
    assignment: str,
    asked: Collection[str],
    open_: Callable[[Candidate], Work],
    where: str,
) -> tuple[Work, tuple[Note, ...]]:
    """The candidate that is meant, and a note where others were left out."""
    meant = _by_name(found, assignment)
    if not meant:
        what = _("There is no Python file and no notebook in this folder.")
        raise BadInputError(what, where=where, hint=_hint(assignment))
    if len(meant) > _MAX_VERSIONS:
        raise _several(meant, assignment, where)
    works = _different([open_(each) for each in meant])
    readable = [work for work in works if work.error is None]
    if not readable:
        raise next(work.error for work in works if work.error is not None)
    if len(readable) == 1:
        return readable[0], ()
    scores = {id(work): _score(work, asked) for work in readable}
    readable.sort(key=lambda work: scores[id(work)], reverse=True)
    best = readable[0]
    others = [work for work in works if work is not best]
    if not _versions(readable, assignment) and not _only(scores, best, asked):
        raise _several([work.found for work in readable], assignment, where)
    return best, _note(best, others, scores)


def _by_name(found: Sequence[Candidate], assignment: str) -> list[Candidate]:
    """Those that the assignment's name is on; else those in a folder of that name; else all."""
    own = [each for each in found if is_named(stem(each.name), assignment)]
    return own or [each for each in found if is_named(each.name.rpartition("/")[0], assignment)] or list(found)


def is_named(text: str, assignment: str) -> bool:
    """`HW_01-kim` names hw1; hw10 does not."""
    word, digits = re.fullmatch(r"(.*?)(\d*)", assignment.lower(), re.DOTALL).groups()  # type: ignore[union-attr]
    number = rf"[\s_-]*0*{int(digits)}(?!\d)" if digits else r"(?![a-z])"
    return re.search(rf"(?<![a-z]){re.escape(word)}{number}", text.lower()) is not None


def _versions(works: Iterable[Work], assignment: str) -> bool:
    """Whether these are one work saved several times."""
    names = [stem(work.found.name) for work in works]
    if all(is_named(name, assignment) for name in names):
        return True
    return len({_VERSION_MARKS.sub("", name.lower()).strip(" -_") for name in names}) == 1


def _only(scores: dict[int, tuple[int, ...]], best: Work, asked: Collection[str]) -> bool:
    """Whether one of them alone has anything of what is asked for."""
    return bool(asked) and [key for key, score in scores.items() if score[0]] == [id(best)]


def _different(works: list[Work]) -> list[Work]:
    """One of each content."""
    return list({work.data: work for work in reversed(works)}.values())[::-1]


def _score(work: Work, asked: Collection[str]) -> tuple[int, ...]:
    """How far a version has come: what is asked for, all that is written, cells run, number in the name."""
    names, written = written_names(work.cells)
    ran = max((cell.count or 0 for cell in work.cells), default=0)
    number = _NUMBER.search(stem(work.found.name))
    version = next((int(digits) for digits in number.groups() if digits), 0) if number else 0
    return (
        len(names & set(asked)),
        written,
        ran,
        version,
        -len(work.found.name),
        kind(work.found.name) == PYTHON,
    )


def _note(best: Work, others: Sequence[Work], scores: dict[int, tuple[int, ...]]) -> tuple[Note, ...]:
    """Which version was taken and why; nothing where the others are unfilled or unreadable."""
    worth = [work for work in others if id(work) in scores and scores[id(work)][1]]
    if not worth:
        return ()
    mine, other = scores[id(best)], max(scores[id(work)] for work in worth)
    left = ", ".join(work.found.name for work in worth[:_NAMES_SHOWN]) + (", …" if len(worth) > _NAMES_SHOWN else "")
    if mine[:2] != other[:2]:
        text = _("{name} was judged, the version with most filled in. Left out: {others}.")
    elif mine[2] != other[2]:
        text = _("{name} was judged, the version whose cells were run last. Left out: {others}.")
    else:
        text = _("{name} was judged, the latest version by its name. Left out: {others}.")
    return (Note("versions", text.format(name=best.found.name, others=left), Where(best.found.name)),)


def _several(found: Sequence[Candidate], assignment: str, where: str) -> BadInputError:
    names = ", ".join(each.name for each in found[:_NAMES_SHOWN]) + (", …" if len(found) > _NAMES_SHOWN else "")
    text = _("Several files could be meant: {names}.").format(names=names)
    return BadInputError(text, where=where, hint=_hint(assignment))


def _hint(assignment: str) -> str:
    return _("Name the file: d2d check {assignment} FILE").format(assignment=assignment)
