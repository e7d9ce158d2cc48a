"""From how a case ended to its verdict; of a hidden case nothing that the student's code chose."""

from __future__ import annotations

import pytest

from grader.assignment.manifest import Limits
from grader.bridge.outcomes import Frame, MissingNameError, RaisedError, RefusedError
from grader.errors import UsageError
from grader.judge.verdict import KINDS, CaseFailure, Outcome, Shown, outcome_of
from grader.report.report import Verdict
from grader.sandbox.worker import EndedError

OWN = "the-input-is-3.25"  # what a student's code could write into anything that it chooses


def outcome(error: BaseException | None, *, answered: bool = True) -> Outcome:
    limits = Limits(case_seconds=5)
    return outcome_of(error, called="f", answered=answered, signatures={"f": "f(x, y)"}, limits=limits)


def raised(type_name: str, *bases: str, frames: tuple[Frame, ...] = ()) -> RaisedError:
    return RaisedError(type_name, frozenset((type_name, *bases)), OWN, frames)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (None, Verdict.PASSED),
        (CaseFailure("values", OWN), Verdict.FAILED),
        (AssertionError(OWN), Verdict.FAILED),
        (RefusedError("no-value"), Verdict.FAILED),
        (RefusedError("not-callable"), Verdict.FAILED),
        (RefusedError("too-large"), Verdict.FAILED),
        (MissingNameError("f"), Verdict.MISSING),
        (raised("NotImplementedError", "RuntimeError"), Verdict.MISSING),
        (raised("ValueError"), Verdict.ERROR),
        (RaisedError(OWN, frozenset({"ValueError"}), OWN, ()), Verdict.ERROR),
        (raised("RecursionError"), Verdict.ERROR),
        (raised("MemoryError"), Verdict.MEMORY),
        (EndedError("memory", OWN), Verdict.MEMORY),
        (EndedError("timeout", OWN), Verdict.TIMEOUT),
        (EndedError("crashed", OWN), Verdict.CRASHED),
        (NameError(OWN), Verdict.UNGRADABLE),
        (UsageError(OWN), Verdict.UNGRADABLE),
    ],
)
def test_each_ending_has_its_verdict_and_tells_nothing_of_a_hidden_case(
    error: BaseException | None, verdict: Verdict
) -> None:
    ended = outcome(error)
    assert ended.verdict is verdict
    assert OWN not in ended.general
    assert bool(ended.general) is bool(ended.message) is (error is not None)


def test_an_odd_answer_is_the_student_s_fault_only_once_there_was_an_answer() -> None:
    def ended(*, answered: bool) -> Verdict:
        try:
            len(None)  # type: ignore[arg-type]
        except TypeError as error:
            return outcome(error, answered=answered).verdict
        raise AssertionError

    # These lines stand outside the program, as those of a case do.
    assert ended(answered=True) is Verdict.FAILED
    assert ended(answered=False) is Verdict.UNGRADABLE


def test_an_error_of_the_program_itself_costs_the_student_nothing() -> None:
    with pytest.raises(ValueError, match="no record") as ended:
        RaisedError.from_wire(None)
    assert outcome(ended.value).verdict is Verdict.UNGRADABLE


def test_a_call_that_does_not_fit_is_shown_the_signature() -> None:
    assert "f(x, y)" in outcome(raised("TypeError")).message
    assert "f(x, y)" not in outcome(raised("TypeError", frames=(Frame("kim.py", 1, "f"),))).message
    assert "f(x, y)" not in outcome(raised("ValueError")).message


def test_what_is_shown_of_a_failure_is_made_once_and_only_when_asked_for() -> None:
    made = []

    def show() -> Shown:
        made.append(1)
        return Shown(("expected: 1",))

    ended = outcome(CaseFailure("values", show=show))
    assert not made
    assert ended.shown.details == ended.shown.details == ("expected: 1",)
    assert made == [1]
    assert outcome(None).shown == Shown()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_has_its_sentence(kind: str) -> None:
    failure = CaseFailure(kind)
    assert failure.message == failure.general == str(failure)
    assert failure.general.endswith(".")
