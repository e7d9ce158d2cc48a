"""Notes beside the cases: what they say, where, and how many."""

from __future__ import annotations

import pytest

from grader.bridge.loader import LoadProblem, NameRemark
from grader.bridge.outcomes import RaisedError
from grader.intake import Cell
from grader.judge.notes import note_of_problem, notes_limited, notes_of_names, notes_of_reading
from grader.report.report import Where
from grader.sandbox.budget import Overrun
from grader.sandbox.worker import EndedError
from grader.worker.survey import Finding, Reading

CELL = Cell("kim.ipynb", "a = 1\ntotal: int = f()\nb == 2\n", 7)


def raised(name: str, text: str) -> RaisedError:
    wire = {"type": name, "bases": [name, "Exception"], "text": text, "frames": []}
    return RaisedError.from_wire(wire)


@pytest.mark.parametrize(
    ("error", "options", "kind", "text"),
    [
        (EndedError("timeout", "", Overrun(2.5)), {}, "cell-set-aside", "to an end within 2.5 seconds of computing"),
        (EndedError("timeout", "", Overrun(25.0, asleep=True)), {}, "cell-set-aside", "slept or waited for 25 seconds"),
        (EndedError("timeout", "", Overrun(60.0, whole=True)), {}, "cell-set-aside", "as a whole was used up here"),
        (EndedError("crashed"), {"recovered": True}, "second-try", "ran at the second; the second counts"),
        (EndedError("memory"), {}, "cell-set-aside", "more memory than there is"),
        (EndedError("crashed"), {}, "cell-set-aside", "ended the process"),
        (raised("SyntaxError", "invalid syntax"), {}, "cell-set-aside", "This is no Python"),
        (raised("ModuleNotFoundError", "No module named 'cupy'"), {}, "import", "cupy'. It is not available"),
        (raised("KeyError", "'x'"), {"rest": True}, "statement-raised", "The rest of this cell was not run."),
    ],
)
def test_a_problem_says_what_and_where(error: RaisedError | EndedError, options: dict, kind: str, text: str) -> None:  # type: ignore[type-arg]
    note = note_of_problem(LoadProblem(CELL, 2, error, **options))
    assert note.kind == kind
    assert text in note.text
    assert note.where == Where("kim.ipynb", 2, 7)


def test_one_slip_that_makes_many_fail_is_not_said_a_hundred_times() -> None:
    notes = notes_limited([note_of_problem(LoadProblem(CELL, 1, EndedError("crashed")))] * 100)
    assert len(notes) == 21
    assert notes[-1].text == "… and 80 more like these."


def test_remarks_about_names() -> None:
    here, there = Where("kim.ipynb", 4, 2), Where("kim.py", 1)
    known = NameRemark("redefined", "mse", here, (there, here))
    (note,) = notes_of_names([known, NameRemark("redefined", "mse", here, ()), NameRemark("?", "mse", here, (there,))])
    assert (note.kind, note.where) == ("redefined", here)
    assert "line 1, cell 2, line 4" in note.text


def test_what_the_staff_should_look_at() -> None:
    finding = Finding("look", "os.system", "kim.ipynb[7]", 2, "")
    elsewhere = Finding("look", "exec", "other.py", 1, "")
    cells = {CELL.label: CELL}
    (note,) = notes_of_reading(Reading(findings=(finding, elsewhere)), cells)
    assert (note.kind, note.text) == ("look", "Worth a look: os.system")
    (note,) = notes_of_reading(Reading(unread="RecursionError"), cells)
    assert note.text == "This code could not be read: RecursionError"
