"""Notes on a submission beside its cases: cells that did not run, names defined twice, code that is worth a look.

Whether an answer was borrowed from what the assignment rules out is seen by a canary: a passed case is asked again of a
worker in which the ruled-out parts of torch give other values (`worker/canary.py`). If it fails there and still passes
in an ordinary worker, the answer came from those parts. Only answers are compared, because whatever is counted inside a
worker can be forged. The result is a note for a person and never costs a point: code can notice the canary, and honest
code may change with it for reasons that nobody thought of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from grader.bridge.loader import LoadProblem, NameRemark
from grader.bridge.outcomes import RaisedError
from grader.bridge.session import Session
from grader.i18n import _
from grader.intake import Cell
from grader.judge.cases import Case
from grader.report.report import CaseResult, Note, Where
from grader.sandbox.budget import Overrun
from grader.sandbox.worker import EndedError
from grader.worker.survey import Reading

# Runs a case in a session; the exception that ended it, None if it passed.
Play = Callable[[Session, Case], BaseException | None]
_MOST_ENDED = 2  # workers that ended: each may have cost the whole time of a case
_MOST = 20  # one slip at the top of a notebook makes all that follows fail too


def notes_limited(notes: list[Note]) -> tuple[Note, ...]:
    """The first of these notes, and how many more there are."""
    if len(notes) > _MOST:
        rest = Note("more", _("… and {count} more like these.").format(count=len(notes) - _MOST))
        return (*notes[:_MOST], rest)
    return tuple(notes)


def note_of_problem(problem: LoadProblem) -> Note:
    """What kept a statement from running."""
    where, error = problem.cell.at(problem.line), problem.error
    rest = " " + _("The rest of this cell was not run.") if problem.rest else ""
    if problem.recovered:
        text = _("This ended its process at the first try and ran at the second; the second counts.")
        return Note("second-try", text, where)
    if not isinstance(error, RaisedError):
        text = {
            "timeout": _timeout(error.overrun),
            "memory": _("This needed more memory than there is for it and was set aside."),
            "left-out": _("This was not run, since statements before it took too long."),
        }.get(error.how, _("This ended the process that ran your code and was set aside."))
        return Note("cell-set-aside", text + rest, where)
    if "SyntaxError" in error.bases:
        return Note(
            "cell-set-aside", _("This is no Python and was set aside: {reason}").format(reason=error.text), where
        )
    if "ModuleNotFoundError" in error.bases:
        text = _("{error}. It is not available where your code is judged.")
        return Note("import", text.format(error=error.text) + rest, where)
    text = _("This raised {error} while your code was loaded.").format(error=error)
    return Note("statement-raised", text + rest, where)


def _timeout(overrun: Overrun | None) -> str:
    if overrun is None or overrun.whole:
        return _("The time that a submission has as a whole was used up here.")
    text = _("This did not come to an end within {seconds} seconds of computing and was set aside.")
    if overrun.asleep:
        text = _("This slept or waited for {seconds} seconds and was set aside.")
    return text.format(seconds=f"{overrun.seconds:g}")


def note_of_second_try(first: CaseResult, second: CaseResult) -> list[Note]:
    """What is said where a case ended in two ways."""
    if first.verdict is second.verdict:
        return []
    text = _("«{title}» ended in another way when it was asked again, in a process of its own. The second try counts.")
    return [Note("second-try", text.format(title=second.title))]


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
        "deleted": _("{name} is used here, and deleted afterwards ({places}): take that line out."),
        "overwritten": _(
            "{name} is used here as a function, and what it answered takes its place ({places}): "
            "give that another name."
        ),
    }
    if remark.kind not in texts:
        return None
    places = ", ".join(place_in_words(where) for where in remark.others)
    return Note(remark.kind, texts[remark.kind].format(name=remark.name, places=places), remark.where)


def place_in_words(where: Where) -> str:
    """A place in words: the line, with the cell where there are cells."""
    if where.line is None:
        return str(where)
    if where.cell is None:
        return _("line {line}").format(line=where.line)
    return _("cell {cell}, line {line}").format(cell=where.cell, line=where.line)


def witnesses(passed: Mapping[str, Sequence[Case]], cases: Sequence[Case]) -> dict[str, Case]:
    """One passed case for each function or class, because running all of them twice would take as long as judging did.

    It is the one that most other cases need, since such a case compares values.
    """
    needs = Counter(name for case in cases for name in case.info.needs)
    return {name: max(own, key=lambda case: sum(needs[named] for named in case.names)) for name, own in passed.items()}


def borrowed(witnesses: Mapping[str, Case], canary: Session, ordinary: Session, play: Play) -> list[str]:
    """The names whose answers change with the canary and stay the same without it. One worker runs at a time."""
    changed, ended = [], 0
    try:
        with suppress(EndedError):  # code that ends the worker there does so in each case too
            canary.transport()
        for name, case in witnesses.items():
            error = play(canary, case)
            if isinstance(error, EndedError) and error.how != "timeout":
                canary.drop()
                error = play(canary, case)  # the machine may have ended it, which it does not do twice
            if isinstance(error, EndedError):
                canary.drop()
                ended += 1
            if error is not None and not canary.budget.is_used_up:
                changed.append(name)
            if ended == _MOST_ENDED or canary.budget.is_used_up:
                break
    finally:
        canary.drop()
    return [name for name in changed if play(ordinary, witnesses[name]) is None]


def notes_of_borrowing(names: Iterable[str], places: Mapping[str, Where]) -> list[Note]:
    """A note for the staff on each."""
    text = _("Worth a look: {name} gives other answers once torch's own solutions do, so it seems to call them.")
    return [Note("look", text.format(name=name), places.get(name)) for name in names]
