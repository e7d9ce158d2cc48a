r"""A report as Markdown for GitHub: a job's summary, a comment, an issue.

On GitHub some plain text has a meaning: `@name` notifies a person, `#1` and `owner/repository#1` name an issue, an
address becomes a link, `$x$` a formula. So what a student wrote or printed is shown as code, where none of this works.
In all other text, punctuation is escaped, and an invisible mark is put behind `@`, `#` and the `GH` of `GH-1`.
Notebooks look for formulas a second time, when the Markdown is a page already and `\$` is a `$` again: there an element
of its own keeps it from being the beginning of one. Titles are the author's: their formulas stay.

    >>> escaped("@kim, see #1 or <b>www.d2d.org</b>")
    '\\@\u2060kim, see \\#\u20601 or \\<b\\>www\\.d2d\\.org\\</b\\>'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.clean import first_few, inline, printable
from grader.i18n import _
from grader.render import words
from grader.report.report import CaseResult, Report, Section, Verdict, Visibility

# GitHub takes comments of 65,536 characters; the rest is room for what is sent with them.
MAX_COMMENT = 60_000
_MARKS = {Verdict.PASSED: "✅", Verdict.SKIPPED: "➖", Verdict.UNGRADABLE: "⚠️"}
_MESSAGE, _OUTPUT, _OUTPUT_LINES, _NOTES, _NAMES = 1000, 2000, 20, 20, 10
_PUNCTUATION = re.compile(r"([!#$&*+.:<=>@\[\\\]^_`{|}~-])")
# As in pandoc: no space at its ends and no digit behind it, so that «from $5 to $6» is none.
_FORMULA = re.compile(r"((?<![\\$\d])\$(?=[^\s$])[^$`<>&]{1,200}(?<![\s\\])\$(?![$\d]))")
_NAMING = re.compile(r"([@#]|GH(?=\\-))", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_TICKS = re.compile("`+")


def markdown(report: Report, *, longest: int = MAX_COMMENT) -> str:
    """The report in at most `longest` characters; blocks that don't fit are left out whole, and a line says so."""
    kept: list[str] = []
    end = "\n" + _("… and more than fits here; the report itself has everything.") + "\n"
    room = longest - len(end)
    for text in _blocks(report):
        room -= len(text) + 1
        if room < 0:
            return "\n".join(kept) + end
        kept.append(text)
    return "\n".join(kept) + "\n"


def markdown_of_all(reports: Iterable[Report]) -> str:
    """The reports, one below the other."""
    return "\n".join(map(markdown, reports))


def escaped(text: str, limit: int = 300) -> str:
    """A line of text in which nothing has a meaning in Markdown, also in a table."""
    return _escaped(inline(text, limit))


def titled(text: str) -> str:
    """A title, in which formulas stay formulas and nothing else has a meaning."""
    parts = _FORMULA.split(inline(text, 300))
    return "".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(line: str) -> str:
    return _NAMING.sub(rf"\1{_WORD_JOINER}", _PUNCTUATION.sub(_meaningless, line))


def _meaningless(mark: re.Match[str]) -> str:
    return f"<span>\\{mark[0]}</span>" if mark[0] in "$\\" else f"\\{mark[0]}"


def code(text: str, limit: int = 300) -> str:
    """A line of text as code."""
    shown = inline(text, limit)
    if not shown:
        return ""
    fence = _fence(shown, 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"{fence}{shown}{fence}"


def code_cell(text: str, limit: int = 300) -> str:
    """A line of text as code in a table, where an unescaped bar ends the cell, even inside code."""
    return code(text, limit).replace("\\", "＼").replace("|", "\\|")


def block(text: str, limit: int, indent: str = "") -> str:
    """Several lines as a block of code; `indent` puts it below an item of a list."""
    shown = printable(text, limit).strip("\n")
    fence = _fence(shown, 3)
    return "\n".join(indent + line for line in [f"{fence}text", *shown.splitlines(), fence])


def _fence(text: str, least: int) -> str:
    """More backticks than any row of them in the text has."""
    return "`" * max(least, 1 + max(map(len, _TICKS.findall(text)), default=0))


def _blocks(report: Report) -> Iterator[str]:
    whose = words.whose(report)
    yield f"## {titled(words.heading(report))}" + (f" — {code(whose)}" if whose else "") + "\n"
    if not report.cases:
        yield escaped(_("There was no case to judge.")) + "\n"
        return
    yield from score_blocks(report)
    yield f"| | {escaped(_('Section'))} | {escaped(_('Points'))} |\n|---|---|--:|"
    for section in report.sections:
        points = f"{words.amount(section.points)} / {words.amount(section.max_points)}"
        yield f"| {mark(section.cases)} | {code_cell(section.name)} | {points} |"
    yield ""
    for section in report.sections:
        if any(case.verdict is not Verdict.PASSED for case in section.cases):
            yield f"### {code(section.name)}\n"
            yield from section_blocks(section)
    yield from _notes(report)
    yield f"<sub>{escaped(words.sandbox(report))} · d2d {escaped(report.grader_version)}</sub>"


def score_blocks(report: Report) -> Iterator[str]:
    """The score, and what limits it."""
    if report.cases:
        yield f"**{escaped(words.points(report))}** · {escaped(words.standing(report))}\n"
    yield from (f"> {escaped(text)}\n" for text in words.reservations(report))


def mark(cases: Iterable[CaseResult]) -> str:
    """One sign for these cases."""
    verdicts = {case.verdict for case in cases}
    if verdicts == {Verdict.PASSED}:
        return _MARKS[Verdict.PASSED]
    if verdicts <= {Verdict.PASSED, Verdict.UNGRADABLE}:
        return _MARKS[Verdict.UNGRADABLE]
    return _MARKS[Verdict.SKIPPED] if verdicts == {Verdict.SKIPPED} else "❌"


def section_blocks(section: Section) -> Iterator[str]:
    """The cases of a section that did not pass; of those with the same message only the first is shown in full."""
    if section.missing:
        yield escaped(_("not written yet")) + "\n"
        return
    for first, *others in words.wrong_cases(section):
        yield from _case(first)
        if others:
            names = first_few((_name(words.title(case)) for case in others), _NAMES)
            yield f"  {escaped(words.same_way(others, ''))} {names}\n"
    if skipped := words.skipped_cases(section):
        yield f"- {_MARKS[Verdict.SKIPPED]} {escaped(words.waiting(skipped), 600)}\n"


def _name(title: str) -> str:
    """A title as code, unless it has formulas, which code shows as they are written."""
    return titled(title) if _FORMULA.search(title) else code(title)


def _case(case: CaseResult) -> Iterator[str]:
    parts = [f"- {mark([case])} **{titled(words.title(case))}**"]
    if case.visibility is Visibility.HIDDEN:
        parts.append(escaped(_("hidden case")))
    if case.verdict is not Verdict.FAILED:
        parts.append(escaped(words.VERDICTS[case.verdict]()))
    if case.where:
        parts.append(code(str(case.where)))
    yield " · ".join(parts) + "\n"
    if text := "\n".join(filter(None, [case.message, *case.details])):
        yield block(text, _MESSAGE, "  ") + "\n"
    if case.hint:
        yield f"  💡 {escaped(case.hint.text, _MESSAGE)}\n"
    if case.output.strip():
        yield "  " + escaped(_("your code printed:")) + "\n"
        lines = case.output.strip("\r\n").splitlines()
        more = ["…"] if len(lines) > _OUTPUT_LINES else []
        yield block("\n".join(lines[:_OUTPUT_LINES] + more), _OUTPUT, "  ") + "\n"


def _notes(report: Report) -> Iterator[str]:
    if not report.notes:
        return
    yield "### " + escaped(_("Notes")) + "\n"
    for note in report.notes[:_NOTES]:
        where = f"{code(str(note.where))} " if note.where else ""
        yield f"- {where}{escaped(note.text, 600)}"
    if len(report.notes) > _NOTES:
        yield "- " + escaped(words.more_notes(len(report.notes) - _NOTES))
    yield ""
