"""The feedback in a member's notebook, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.i18n import _
from grader.render import words
from grader.render.markdown import code, escaped, mark, section_blocks
from grader.report.report import Note, Report, Section

_NOTES = 20


def above(report: Report, sections: Sequence[Section], notes: Sequence[Note]) -> str:
    """The feedback at the top: the score, and what belongs to no cell."""
    return "\n".join(_head(report)) + "\n" + below(sections, notes)


def below(sections: Sequence[Section], notes: Sequence[Note]) -> str:
    """The feedback below a cell: the sections that it answers, and notes about it."""
    return "\n".join([*(line for section in sections for line in _section(section)), *_notes(notes)])


def _head(report: Report) -> Iterator[str]:
    yield f"## d2d · {escaped(words.heading(report))}\n"
    if report.cases:
        yield f"**{escaped(words.points(report))}** · {escaped(words.standing(report))}\n"
    for text in words.reservations(report):
        yield f"> {escaped(text)}\n"


def _section(section: Section) -> Iterator[str]:
    sign = mark({case.verdict for case in section.cases})
    points = _("{score} of {max_score} points").format(
        score=words.amount(section.points), max_score=words.amount(section.max_points)
    )
    yield f"**d2d** · {sign} {code(section.name)} · {escaped(points)}\n"
    yield from section_blocks(section)


def _notes(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes[:_NOTES]:
        where = f" {code(words.within_file(note.where))}" if note.where and words.within_file(note.where) else ""
        yield f"- **d2d** ·{where} {escaped(note.text, 600)}"
