"""The lines about one case that did not pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from grader.clean import inline, printable
from grader.i18n import _, ngettext
from grader.render.window import TextLine
from grader.render.words import VERDICTS, place, title
from grader.report.report import CaseResult, Verdict, Visibility

MESSAGE_LINES = 8
OUTPUT_LINES = 5
DETAIL_LINES = 8

SECTION, CASE, BODY = " " * 2, " " * 4, " " * 6
_LABEL = re.compile(r"([^:\s][^:]{0,15}): +(?=\S)")


def case_lines(case: CaseResult) -> Iterator[TextLine]:
    """Everything about one case that did not pass."""
    head = Text(title(case))
    if case.visibility is Visibility.HIDDEN:
        head.append(" · " + _("hidden case"), style="dim")
    if case.verdict not in (Verdict.FAILED, Verdict.MISSING):
        head.append(" — " + VERDICTS[case.verdict](), style="yellow")
    if case.where:
        head.append("  " + place(case.where), style="cyan")
    yield TextLine(Text(CASE), head)
    message = case.message or (_("not written yet") if case.verdict is Verdict.MISSING else "")
    paragraphs = printable(message, 1000).strip("\n").splitlines()
    for paragraph in paragraphs[:MESSAGE_LINES]:
        yield TextLine.of(BODY, paragraph)
    yield from _more_lines(len(paragraphs) - MESSAGE_LINES)
    if case.hint:
        label = Text.assemble(BODY, (_("hint"), "bold magenta"), "  ")
        yield TextLine(label, Text(inline(case.hint.text, 1000), style="magenta"))
    yield from detail_lines(case.details)
    yield from output_lines(case.output)


def detail_lines(details: tuple[str, ...]) -> Iterator[TextLine]:
    """The details; where every line has a label («expected: 2»), the values are in one column."""
    lines = [line for detail in details for line in printable(detail, 600).splitlines()]
    shown = lines[:DETAIL_LINES]
    labels = [_LABEL.match(line) for line in shown]
    width = max((cell_len(label[1]) for label in labels if label), default=0)
    for line, label in zip(shown, labels, strict=True):
        if label and all(labels):
            lead = f"{BODY}{label[1]}: " + " " * (width - cell_len(label[1]))
            yield TextLine(Text(lead, style="dim"), Text(line[label.end() :]))
        else:
            yield TextLine.of(BODY, line)
    yield from _more_lines(len(lines) - len(shown))


def labelled(details: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each line of the details as label and value; the label may be empty."""
    for detail in details:
        for line in printable(detail, 600).splitlines():
            label = _LABEL.match(line)
            yield (label[1], line[label.end() :]) if label else ("", line)


def output_lines(output: str) -> Iterator[TextLine]:
    """The first lines of what the student's code printed."""
    output = output.strip("\r\n")
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
