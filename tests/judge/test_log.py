"""What went over the bridge in a case: kept as bytes, read as answers, told apart, and shown to the staff."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judge.log import REFERENCE, SUBMISSION, Answered, BridgeLog, Evidence, Outliner, same_answers, same_request
from grader.judge.verdict import Outcome
from grader.report.report import Verdict
from grader.worker.wire import Handle, Name, TensorValue, encode


def said(log: BridgeLog, who: str, request: tuple[Any, ...], reply: bytes) -> None:
    log.listening(who, lambda _message: reply)(encode((7, False, *request)))


def value(answer: Any) -> bytes:
    return encode((7, "value", answer))


def test_a_request_without_an_answer_is_kept_too() -> None:
    def ended(_message: bytes) -> bytes:
        raise EOFError

    log = BridgeLog()
    with pytest.raises(EOFError):
        log.listening(SUBMISSION, ended)(b"asked")
    assert log.entries == [(SUBMISSION, b"asked", None)]
    assert not log.answered
    assert log.answers() == []


def test_answers_are_the_submission_s_own_and_no_housekeeping() -> None:
    log = BridgeLog()
    said(log, REFERENCE, ("read", Handle(1, "T")), value(1.0))
    assert not log.answered
    said(log, SUBMISSION, ("drop", [1]), value(None))
    said(log, SUBMISSION, ("read", Handle(5, "T")), value(Handle(9, "T")))
    said(log, SUBMISSION, ("read", Handle(5, "T")), b"nonsense")
    (first, second) = log.answers() or ()
    assert first == Answered([False, "read", ["object", 0]], "value", "(stays there)")
    assert second == Answered([False, "read", ["object", 0]], "broken", None)


def test_what_a_case_tells_apart_from_chance_is_the_answer_in_its_place() -> None:
    log = BridgeLog(most=1000)
    said(log, SUBMISSION, ("read", Handle(5, "T")), value(0.123))
    log.apart_from_chance(0.0)
    said(log, SUBMISSION, ("read", Handle(5, "T")), value(0.456))
    said(log, SUBMISSION, ("read", Handle(5, "T")), value(b"x" * 1000))
    assert [answer.answer for answer in replace(log, size=0).answers() or ()] == [0.0, 0.456]
    log.apart_from_chance(1.0)  # of a reply that was not kept
    assert [answer.answer for answer in replace(log, size=0).answers() or ()] == [0.0, 0.456]


def test_a_log_that_would_be_too_large_keeps_its_beginning_and_is_no_evidence() -> None:
    log = BridgeLog(most=1000)
    said(log, SUBMISSION, ("get", Name("mse"), "x"), value(1.0))
    (first,) = log.answers() or ()
    said(log, SUBMISSION, ("get", Name("mse"), "y"), value(b"x" * 1000))
    said(log, SUBMISSION, ("get", Name("mse"), "z"), value(2.0))
    assert len(log.entries) == 1
    assert log.answered
    assert not log.is_whole
    assert log.answers() is None
    assert first.answer == 1.0


def test_requests_are_alike_whatever_their_number_and_the_ids_in_them() -> None:
    one, other = Outliner(), Outliner()
    first, second = Handle(3, "T"), Handle(8, "T")
    asked = [one(encode((number, False, "read", handle))) for number, handle in ((1, first), (2, second), (3, first))]
    again = [other(encode((9, False, "read", handle))) for handle in (Handle(40, "T"), first, Handle(40, "T"))]
    assert asked == again
    assert asked[0] != asked[1]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (math.nan, math.nan, True),
        (1.0, 1.0 + 1e-9, True),
        (1.0, 1.001, False),
        (1, 1.0, False),
        (1, True, False),
        ([1.0, ["a"]], [1.0 + 1e-9, ["a"]], True),
        ([1.0], [1.0, 1.0], False),
        ("a", "b", False),
    ],
)
def test_outlines_are_the_same_up_to_the_last_bits(one: Any, other: Any, alike: bool) -> None:
    assert same_request(one, other) is same_request(other, one) is alike


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Answered("f", "value", np.ones(2)), Answered("f", "value", np.ones(2) + 1e-12), True),
        (Answered("f", "value", np.ones(2)), Answered("f", "value", np.ones(3)), False),
        (Answered("f", "value", 1.0), Answered("f", "missing", 1.0), False),
        (Answered("f", "value", 1.0), Answered("g", "value", 1.0), False),
        (
            Answered("f", "raised", {"type": "A", "text": "x"}),
            Answered("f", "raised", {"type": "A", "text": "y"}),
            True,
        ),
        (Answered("f", "raised", {"type": "A"}), Answered("f", "raised", {"type": "B"}), False),
    ],
)
def test_answers_are_the_same_up_to_rounding(one: Answered, other: Answered, alike: bool) -> None:
    assert same_answers([one], [other]) is alike
    assert not same_answers([one], [])


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (("call", Name("f"), [1, "a"], {"by": 2.0}), "f(1, 'a', by=2.0)"),
        (("get", Handle(2, "Value"), "grad"), "<Value 2>.grad"),
        (("set", Handle(2, "Value"), "grad", None), "<Value 2>.grad = None"),
        (("operate", "add", Handle(2, "Value"), 1), "<Value 2> + 1"),
        (("operate", "getitem", Handle(2, "Value"), 0), "<Value 2>[0]"),
        (("operate", "neg", Handle(2, "Value")), "neg(<Value 2>)"),
        (("hold", TensorValue(np.ones(1))), "hold(tensor([1.], float64, shape (1,)))"),
    ],
)
def test_a_request_is_shown_as_python_writes_it(request_: tuple[Any, ...], text: str) -> None:
    log = BridgeLog()
    said(log, SUBMISSION, request_, value(None))
    assert [(call.who, call.asked, call.answer) for call in shown(log)] == [(SUBMISSION, text, "None")]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (b"", "(no answer)"),
        (b"\xff" * 20, "(no answer)"),
        (encode(1), "(no answer)"),
        (encode((7, "missing", "f")), "missing: 'f'"),
        (encode((7, "raised", {"type": "ValueError", "text": "no"})), "raised ValueError: no"),
        (encode((7, "raised", ["no record"])), "raised: ['no record']"),
    ],
)
def test_a_reply_is_the_submission_s_and_may_be_anything(reply: bytes, text: str) -> None:
    log = BridgeLog()
    said(log, SUBMISSION, ("read", Handle(1, "T")), reply)
    assert [call.answer for call in shown(log)] == [text]


def shown(log: BridgeLog) -> Any:
    return Evidence("case", Outcome(Verdict.PASSED, "", ""), log, "", (), None, 0.0).calls
