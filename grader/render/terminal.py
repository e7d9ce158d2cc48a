"""A report as a member reads it in the terminal.

The lines are made here; `print_line` fits them into the window. Only `rich.text` is used: tables and markup would make
the start slower, and markup could be read out of what a student wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from grader.clean import first_few, inline, printable
from grader.i18n import _, ngettext
from grader.render import words
from grader.report.report import CaseResult, Note, Report, Section, Verdict, Visibility, Where

if TYPE_CHECKING:
    from rich.console import Console

MESSAGE_LINES = 8
OUTPUT_LINES = 5
DETAIL_LINES = 8
NAMES_IN_A_FOLD = 6
NOTES = 8
PLACES_IN_A_NOTE = 6
SECTION, CASE, BODY = " " * 2, " " * 4, " " * 6
_NAME_CELLS = 36  # a longer name of a section is cut, so that its points stay in their column on 80 cells
_TAB = 4
_LEAST_ROOM = 8
# What to print where the terminal is not UTF-8; each is one cell wide, so that columns stay.
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "·": ".", "–": "-", "—": "-", "…": "~", "│": "|"})


@dataclass(frozen=True)
class TextLine:
    """A line that wraps below the start of `body`, or, where `cut`, ends in an ellipsis."""

    lead: Text
    body: Text
    cut: bool = False

    @classmethod
    def of(cls, lead: str, body: str = "", style: str = "") -> TextLine:
        """A line in one style."""
        return cls(Text(lead, style=style), Text(body, style=style))

    @property
    def blank(self) -> bool:
        """Whether the line is empty."""
        return not (self.lead or self.body)


def print_report(report: Report, console: Console) -> None:
    """Print the whole report, without two blank lines in a row."""
    for blank, lines in groupby(_report_lines(report), key=lambda line: line.blank):
        for line in [TextLine.of("")] if blank else lines:
            print_line(line, console)


def print_line(line: TextLine, console: Console) -> None:
    """Print `line` within the width of `console`, in characters that it can show."""
    room = max(console.width - line.lead.cell_len, _LEAST_ROOM)
    if line.cut:
        body = line.body.copy()
        body.expand_tabs(_TAB)
        body.truncate(room, overflow="ellipsis")
        rows = [body]
    else:
        rows = list(line.body.wrap(console, room, overflow="fold", tab_size=_TAB)) or [Text()]
    lead = line.lead
    for row in rows:
        printed = lead + row
        printed.rstrip()
        printed.plain = encodable(printed.plain, console.encoding)
        console.print(printed, markup=False, highlight=False, emoji=False)
        lead = Text(" " * line.lead.cell_len, style=line.lead.style)


def encodable(text: str, encoding: str) -> str:
    """`text` with other characters in place of those that `encoding` lacks, so that printing can't fail."""
    if encoding.startswith("utf"):
        return text
    return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)


def _report_lines(report: Report) -> Iterator[TextLine]:
    title = Text.assemble((words.heading(report), "bold"))
    if words.whose(report):
        title.append(" — " + words.whose(report))
    if report.visibility == "public":
        title.append(" · " + _("public cases"), style="dim")
    yield TextLine(Text(), title)
    yield TextLine.of("")
    columns = _Columns(report.sections)
    for section in report.sections:
        yield from _section_lines(section, columns)
    yield TextLine.of("")
    yield from _note_lines(report.notes)
    yield TextLine.of("")
    yield from _summary_lines(report)


class _Columns:
    """The lines of sections, in columns that are wide enough for all of them."""

    def __init__(self, sections: Iterable[Section]) -> None:
        rows = [self._cells(section) for section in sections]
        self._widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        # Where points are fractions, spaces set the slash between them apart.
        self._slash = " / " if any("/" in points + most for _name, points, most in rows) else "/"

    def row(self, section: Section) -> str:
        """Name and points of one section. Widths are in cells: a Hangul syllable takes two."""
        name, points, most = self._cells(section)
        width, of_points, of_most = self._widths
        return f"{name}{' ' * (width - cell_len(name))}  {points:>{of_points}}{self._slash}{most:<{of_most}}"

    @staticmethod
    def _cells(section: Section) -> tuple[str, str, str]:
        name = Text(inline(section.name))
        name.truncate(_NAME_CELLS, overflow="ellipsis")
        return name.plain, words.amount(section.points), words.amount(section.max_points)


def _section_lines(section: Section, columns: _Columns) -> Iterator[TextLine]:
    """A line for the section, and below it the cases that did not pass."""
    verdicts = {case.verdict for case in section.cases}
    mark, style = _section_mark(section, verdicts)
    body = Text(columns.row(section), style="dim" if style == "dim" else "")
    if section.missing:
        body.append("  " + _("not written yet"))
    yield TextLine(Text(f"{SECTION}{mark} ", style=style), body)
    if section.missing or verdicts == {Verdict.PASSED}:
        return
    for first, *others in words.wrong_cases(section):
        yield from _case_lines(first)
        if others:
            yield TextLine.of(BODY, words.same_way(others, first_few(_names(first, others), NAMES_IN_A_FOLD)), "dim")
    if skipped := words.skipped_cases(section):
        yield TextLine.of(f"{CASE}– ", words.waiting(skipped), "dim")
    yield TextLine.of("")


def _section_mark(section: Section, verdicts: set[Verdict]) -> tuple[str, str]:
    """The mark of a section and its style."""
    if verdicts == {Verdict.PASSED}:
        return "✓", "green"
    if section.missing:
        return "·", "dim"
    if verdicts == {Verdict.SKIPPED}:
        return "–", "dim"
    return ("!", "yellow") if verdicts <= {Verdict.PASSED, Verdict.UNGRADABLE} else ("✗", "red")


def _case_lines(case: CaseResult) -> Iterator[TextLine]:
    """Everything about one case that did not pass."""
    head = Text(words.title(case))
    if case.visibility is Visibility.HIDDEN:
        head.append(" · " + _("hidden case"), style="dim")
    if case.verdict not in (Verdict.FAILED, Verdict.MISSING):
        head.append(" — " + words.VERDICTS[case.verdict](), style="yellow")
    if case.where:
        head.append("  " + words.place(case.where), style="cyan")
    yield TextLine(Text(CASE), head)
    message = case.message or (_("not written yet") if case.verdict is Verdict.MISSING else "")
    paragraphs = printable(message, 1000).strip("\n").splitlines()
    yield from (TextLine.of(BODY, paragraph) for paragraph in paragraphs[:MESSAGE_LINES])
    yield from _more_lines(len(paragraphs) - MESSAGE_LINES)
    if case.hint:
        label = Text.assemble(BODY, (_("hint"), "bold magenta"), "  ")
        yield TextLine(label, Text(inline(case.hint.text, 1000), style="magenta"))
    yield from _detail_lines(words.detail_lines(case.details))
    yield from _output_lines(case.output.strip("\r\n"))


def _detail_lines(lines: Sequence[str]) -> Iterator[TextLine]:
    """The details; where every line has a label («expected: 2»), the values are in one column."""
    shown = lines[:DETAIL_LINES]
    pairs = [words.label_and_value(line) for line in shown]
    if all(label for label, _value in pairs):
        width = max((cell_len(label) for label, _value in pairs), default=0)
        for label, value in pairs:
            yield TextLine(Text(f"{BODY}{label}: {' ' * (width - cell_len(label))}", style="dim"), Text(value))
    else:
        yield from (TextLine.of(BODY, line) for line in shown)
    yield from _more_lines(len(lines) - len(shown))


def _output_lines(output: str) -> Iterator[TextLine]:
    """The first lines of what the student's code printed."""
    lines = printable(output, 4000).splitlines()
    if not lines:
        return
    yield TextLine.of(BODY, _("your code printed:"), "dim")
    for line in lines[:OUTPUT_LINES]:
        yield TextLine(Text(f"{BODY}│ ", style="dim"), Text(line, style="dim"), cut=True)
    yield from _more_lines(max(len(lines), output.count("\n") + 1) - OUTPUT_LINES)


def _more_lines(n: int) -> Iterator[TextLine]:
    if n > 0:
        yield TextLine.of(BODY, ngettext("… {n} more line", "… {n} more lines", n).format(n=n), "dim")


def _names(first: CaseResult, others: list[CaseResult]) -> Iterator[str]:
    """What the other cases are called; those with the title of the first by their parameters alone."""
    for shared, cases in groupby(others, key=lambda case: case.title):
        variants = [words.parameters(case) for case in cases]
        if shared == first.title and all(variants):
            yield from variants
        else:
            yield " ".join([inline(shared).removesuffix("."), *filter(None, variants)])


def _note_lines(notes: Iterable[Note]) -> Iterator[TextLine]:
    """The notes about the submission; notes with the same text are one line, with all places."""
    by_text: dict[str, list[Where]] = {}
    for note in notes:
        by_text.setdefault(inline(note.text, 600), []).extend(filter(None, [note.where]))
    for text, places in list(by_text.items())[:NOTES]:
        named = first_few(_places(places), PLACES_IN_A_NOTE)
        body = Text.assemble((named, "cyan"), "  " if named else "", text)
        yield TextLine(Text(f"{SECTION}– ", style="dim"), body)
    if len(by_text) > NOTES:
        yield TextLine.of(CASE, words.more_notes(len(by_text) - NOTES), "dim")


def _places(places: Iterable[Where]) -> Iterator[str]:
    """Each place; the file's name is left out where the place before was in the same file."""
    file = None
    for where in places:
        yield words.within_file(where) if where.file == file and where.cell is not None else words.place(where)
        file = where.file


def _summary_lines(report: Report) -> Iterator[TextLine]:
    """Points, how many are missing to the pass mark, and how this was judged."""
    if not report.cases:
        yield TextLine.of(SECTION, _("There was no case to judge."))
        return
    standing = (words.standing(report), "green" if report.passed else "yellow")
    yield TextLine(Text(SECTION), Text.assemble((words.points(report), "bold"), (" · ", "dim"), standing))
    for text in words.reservations(report):
        yield TextLine.of(SECTION, text, "dim" if report.complete else "yellow")
    yield TextLine.of(SECTION, words.sandbox(report), "dim")
