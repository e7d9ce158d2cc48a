"""A report as a member reads it in the terminal.

The lines are made here; `print_line` fits them into the window. Only `rich.text` is used: tables and markup would make
the start slower, and markup could be read out of what a student wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from grader.clean import inline
from grader.i18n import _, ngettext
from grader.render import words
from grader.render.cases import BODY, CASE, SECTION, case_lines
from grader.render.window import TextLine, print_line
from grader.report.report import CaseResult, Note, Report, Section, Verdict, Where

if TYPE_CHECKING:
    from rich.console import Console

NAMES_IN_A_FOLD = 6
NOTES = 8
PLACES_IN_A_NOTE = 6
_NAME_CELLS = 36  # a longer name of a section is cut, so that its points stay in their column on 80 cells


def print_report(report: Report, console: Console) -> None:
    """Print the whole report."""
    for line in report_lines(report):
        print_line(line, console)


def report_lines(report: Report) -> Iterator[TextLine]:
    """The whole report, line by line, without two blank lines in a row."""
    after_blank = False
    for line in _parts(report):
        if not (line.blank and after_blank):
            yield line
        after_blank = line.blank


def _parts(report: Report) -> Iterator[TextLine]:
    yield title_line(report)
    yield TextLine.of("")
    columns = Columns.of(report.sections)
    for section in report.sections:
        yield from section_lines(section, columns)
    yield TextLine.of("")
    if report.notes:
        yield from note_lines(report.notes)
        yield TextLine.of("")
    yield from summary_lines(report)


def title_line(report: Report) -> TextLine:
    """The assignment, the member, and which cases were judged."""
    body = Text.assemble((words.heading(report), "bold"))
    if words.whose(report):
        body.append(" — " + words.whose(report))
    if report.visibility == "public":
        body.append(" · " + _("public cases"), style="dim")
    return TextLine(Text(), body)


@dataclass(frozen=True)
class Columns:
    """The widths of the columns in the lines of sections."""

    name: int
    points: int
    max_points: int
    slash: str

    @classmethod
    def of(cls, sections: Iterable[Section]) -> Columns:
        """Wide enough for all `sections`. Where points are fractions, spaces set the slash between them apart."""
        rows = [
            (_name(section), words.amount(section.points), words.amount(section.max_points)) for section in sections
        ]
        name, points, max_points = (max((cell_len(row[i]) for row in rows), default=0) for i in range(3))
        return cls(name, points, max_points, " / " if any("/" in row[1] + row[2] for row in rows) else "/")

    def row(self, section: Section) -> str:
        """Name and points of one section. Widths are in cells: a Hangul syllable takes two."""
        name = _name(section)
        padding = " " * (self.name - cell_len(name))
        points = words.amount(section.points).rjust(self.points)
        of = words.amount(section.max_points).ljust(self.max_points)
        return f"{name}{padding}  {points}{self.slash}{of}"


def section_lines(section: Section, columns: Columns) -> Iterator[TextLine]:
    """A line for the section, and below it the cases that did not pass."""
    verdicts = {case.verdict for case in section.cases}
    mark, style = _section_mark(section, verdicts)
    body = Text(columns.row(section), style="dim" if style == "dim" else "")
    if section.missing:
        body.append("  " + _("not written yet"))
    yield TextLine(Text(f"{SECTION}{mark} ", style=style), body)
    if section.missing or verdicts == {Verdict.PASSED}:
        return
    skipped = [case for case in section.cases if case.verdict is Verdict.SKIPPED]
    for first, *others in words.wrong_cases(section):
        yield from case_lines(first)
        if others:
            yield _fold(first, others)
    if skipped:
        yield TextLine.of(f"{CASE}– ", words.waiting(skipped), "dim")
    yield TextLine.of("")


def note_lines(notes: tuple[Note, ...]) -> Iterator[TextLine]:
    """The notes about the submission; notes with the same text are one line, with all places."""
    by_text: dict[str, list[Where]] = {}
    for note in notes:
        by_text.setdefault(inline(note.text, 600), []).extend(filter(None, [note.where]))
    for text, places in list(by_text.items())[:NOTES]:
        named = _listed(list(_places(places)), PLACES_IN_A_NOTE)
        body = Text.assemble((named, "cyan"), "  " if named else "", text)
        yield TextLine(Text(f"{SECTION}– ", style="dim"), body)
    rest = len(by_text) - NOTES
    if rest > 0:
        text = ngettext("… and {n} more note", "… and {n} more notes", rest)
        yield TextLine.of(CASE, text.format(n=rest), "dim")


def summary_lines(report: Report) -> Iterator[TextLine]:
    """Points, how many are missing to the pass mark, and how this was judged."""
    if not report.cases:
        yield TextLine.of(SECTION, _("There was no case to judge."))
        return
    body = Text.assemble(
        (words.points(report), "bold"),
        (" · ", "dim"),
        (words.standing(report), "green" if report.passed else "yellow"),
    )
    yield TextLine(Text(SECTION), body)
    for text in words.reservations(report):
        yield TextLine.of(SECTION, text, "dim" if report.complete else "yellow")
    yield TextLine.of(SECTION, words.sandbox(report), "dim")


def _places(places: list[Where]) -> Iterator[str]:
    """Each place; the file's name is left out where the place before was in the same file."""
    file = None
    for where in places:
        yield words.within_file(where) if where.file == file and where.cell is not None else words.place(where)
        file = where.file


def _section_mark(section: Section, verdicts: set[Verdict]) -> tuple[str, str]:
    """The mark of a section and its style."""
    if verdicts == {Verdict.PASSED}:
        return "✓", "green"
    if section.missing:
        return "·", "dim"
    if verdicts == {Verdict.SKIPPED}:
        return "–", "dim"
    return ("!", "yellow") if verdicts <= {Verdict.PASSED, Verdict.UNGRADABLE} else ("✗", "red")


def _fold(first: CaseResult, others: list[CaseResult]) -> TextLine:
    """The other cases with the same message; those with the same title by their parameters alone."""
    names: list[str] = []
    for shared, cases in groupby(others, key=lambda case: case.title):
        variants = [words.parameters(case) for case in cases]
        if shared == first.title and all(variants):
            names.extend(variants)
        else:
            names.append(" ".join([inline(shared).removesuffix("."), *filter(None, variants)]))
    text = ngettext("and {n} more case the same way: {names}", "and {n} more cases the same way: {names}", len(others))
    return TextLine.of(BODY, text.format(n=len(others), names=_listed(names, NAMES_IN_A_FOLD)), "dim")


def _listed(names: list[str], limit: int) -> str:
    return ", ".join(names[:limit]) + (", …" if len(names) > limit else "")


def _name(section: Section) -> str:
    name = Text(inline(section.name))
    name.truncate(_NAME_CELLS, overflow="ellipsis")
    return name.plain
