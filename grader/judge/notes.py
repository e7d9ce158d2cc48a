"""Notes on a submission beside its cases: cells that did not run, names defined twice, code that is worth a look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from grader.bridge.loader import LoadProblem, NameRemark
from grader.bridge.outcomes import RaisedError
from grader.i18n import _
from grader.intake.submission import Cell
from grader.report.report import Note, Where
from grader.worker.survey import Reading

_MOST = 20  # one slip at the top of a notebook makes all that follows fail too


def notes_of_problems(problems: Iterable[LoadProblem]) -> tuple[Note, ...]:
    """A note for each statement that did not run, the first ones alone if there are many."""
    notes = [_note(problem) for problem in problems]
    if len(notes) > _MOST:
        rest = Note("more", _("… and {count} more like these.").format(count=len(notes) - _MOST))
        return (*notes[:_MOST], rest)
    return tuple(notes)


def unmade(name: str, problems: Iterable[LoadProblem]) -> Where | None:
    """The line that kept a variable from being made, where a cell that assigns it did not run to its end."""
    makes = re.compile(rf"^[ \t]*{re.escape(name)}\b[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
    return next((problem.cell.at(problem.line) for problem in problems if makes.search(problem.cell.source)), None)


def _note(problem: LoadProblem) -> Note:
    where = problem.cell.at(problem.line)
    error = problem.error
    if not isinstance(error, RaisedError):
        text = {
            "timeout": _timeout(problem.seconds),
            "memory": _("This needed more memory than there is for it and was set aside."),
        }.get(error.how, _("This ended the process that ran your code and was set aside."))
        return Note("cell-set-aside", text + _rest(problem), where)
    if "SyntaxError" in error.bases:
        return Note(
            "cell-set-aside", _("This is no Python and was set aside: {reason}").format(reason=error.text), where
        )
    if "ModuleNotFoundError" in error.bases:
        text = _("{error}. It is not available where your code is judged.")
        return Note("import", text.format(error=error.text) + _rest(problem), where)
    text = _("This raised {error} while your code was loaded.").format(error=error)
    return Note("statement-raised", text + _rest(problem), where)


def _timeout(seconds: float | None) -> str:
    if seconds is None:
        return _("The time that a submission has as a whole was used up here.")
    return _("This did not come to an end within {seconds} seconds and was set aside.").format(seconds=f"{seconds:g}")


def _rest(problem: LoadProblem) -> str:
    return " " + _("The rest of this cell was not run.") if problem.rest else ""


def notes_of_reading(reading: Reading, cells: Mapping[str, Cell]) -> list[Note]:
    """What the staff should look at: no verdict, since honest code may need it too."""
    if reading.unread:
        return [Note("look", _("This code could not be read: {reason}").format(reason=reading.unread))]
    return [
        Note("look", _("Worth a look: {what}").format(what=finding.what), cells[finding.cell].at(finding.line))
        for finding in reading.findings
        if finding.kind == "look" and finding.cell in cells
    ][:_MOST]


def notes_of_names(remarks: Iterable[NameRemark]) -> tuple[Note, ...]:
    """A note for each remark of a kind that is known here."""
    return tuple(note for remark in remarks if (note := _note_of_name(remark)) is not None)


def _note_of_name(remark: NameRemark) -> Note | None:
    if not remark.others:
        return None
    texts = {
        "redefined": _("{name} is defined more than once, and not the same; this last one counts, not {places}."),
        "placeholder-wins": _(
            "{name} is defined more than once; this last one counts, and it is not filled in. "
            "Delete it if {places} is the one that you mean."
        ),
        "only-exploration": _(
            "{name} is used here, but only code that is not run makes it ({places}): "
            "just imports, constants, functions and classes are run. Pass it as an argument instead."
        ),
        "exploration-changes": _(
            "{name} is used here with the value of its constant; code that is not run changes it later ({places})."
        ),
    }
    if remark.kind not in texts:
        return None
    places = ", ".join(_place(where) for where in remark.others)
    return Note(remark.kind, texts[remark.kind].format(name=remark.name, places=places), remark.where)


def _place(where: Where) -> str:
    if where.cell is None:
        return _("line {line}").format(line=where.line)
    return _("cell {cell}, line {line}").format(cell=where.cell, line=where.line)
