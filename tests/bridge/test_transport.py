"""A worker that does not keep to the protocol ends; nothing else comes of it on the judge's side."""

import gc
import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.manifest import Limits
from grader.bridge.outcomes import BridgeError, MissingNameError, RaisedError, RefusedError
from grader.bridge.student import Remote, Student, read
from grader.bridge.transport import ByteTransport
from grader.judge.verdict import outcome_of
from grader.sandbox.worker import EndedError
from grader.worker.server import Server
from grader.worker.wire import Bounds, Handle, Name, TensorValue, decode, encode
from tests.examples import examples

quick = settings(max_examples=examples(60, 300), deadline=None, database=None, derandomize=True)
RECORD = {"type": "ValueError", "bases": ["ValueError", "Exception"], "text": "t", "frames": [("kim.py", 3, "f")]}


class Worker:
    """Answers each request with what `reply` makes of its number."""

    def __init__(self, reply):
        self.reply, self.requests = reply, []

    def __call__(self, message):
        self.requests.append(decode(message))
        answer = self.reply(self.requests[-1][0])
        return answer if isinstance(answer, bytes) else encode(answer)


def student_of(reply):
    worker = Worker(reply)
    return Student(ByteTransport(worker)), worker


def always(what, status="value"):
    return student_of(lambda number: (number, status, what))[0]


@pytest.mark.parametrize(
    "reply",
    [
        lambda n: b"",
        lambda n: b"garbage",
        lambda n: b"\0" * 100,
        lambda n: encode((n, "value", 1)) + b"N",
        lambda n: encode((n, "value", 1))[:-1],
        lambda n: encode((n, "value", 1)) * 2,
        lambda n: b"l\xff\xff\xff\xff",
        lambda n: None,
        lambda n: (n,),
        lambda n: (n, "value"),
        lambda n: (n, "value", 1, 2),
        lambda n: [n, "value", 1],
        lambda n: {"number": n},
        lambda n: (n + 1, "value", 1),
        lambda n: (n - 1, "value", 1),
        lambda n: (float(n), "value", 1),
        lambda n: (True, "value", 1),
        lambda n: (np.int64(n), "value", 1),
        lambda n: (np.array(n), "value", 1),
        lambda n: (np.array([n, n]), "value", 1),
        lambda n: (Handle(1, "int"), "value", 1),
        lambda n: (n, Handle(1, "str"), 1),
        lambda n: (n, np.array(["value"] * 0, dtype=float), 1),
        lambda n: (n, b"value", 1),
        lambda n: (n, "VALUE", 1),
        lambda n: (n, "", 1),
        lambda n: (n, "value", Name("f")),
        lambda n: (n, "value", [Name("f")]),
        lambda n: (n, "value", {"a": (Name("f"),)}),
        lambda n: (n, "missing", 3),
        lambda n: (n, "missing", Name("f")),
        lambda n: (n, "missing", "what the hidden input was"),
        lambda n: (n, "refused", None),
        lambda n: (n, "refused", Handle(1, "str")),
    ],
)
def test_a_malformed_reply_ends_the_worker(reply):
    student, _worker = student_of(reply)
    with pytest.raises(EndedError) as caught:
        student.f(1)
    assert caught.value.how == "crashed"


@pytest.mark.parametrize(
    "record",
    [
        None,
        3,
        "text",
        [],
        {},
        Handle(1, "dict"),
        Name("f"),
        {**RECORD, "extra": 1},
        {key: RECORD[key] for key in ("type", "bases", "text")},
        {**RECORD, "type": 3},
        {**RECORD, "type": [b"x"] * 1000},
        {**RECORD, "type": Handle(1, "str")},
        {**RECORD, "text": None},
        {**RECORD, "text": {"a": 1}},
        {**RECORD, "bases": "ValueError"},
        {**RECORD, "bases": ["ValueError", 3]},
        {**RECORD, "bases": [Name("ValueError")]},
        {**RECORD, "bases": ["ValueError"] * 60},
        {**RECORD, "frames": {}},
        {**RECORD, "frames": [None]},
        {**RECORD, "frames": [["kim.py", 3, "f"]]},
        {**RECORD, "frames": [("kim.py", 3)]},
        {**RECORD, "frames": [("kim.py", "3", "f")]},
        {**RECORD, "frames": [("kim.py", True, "f")]},
        {**RECORD, "frames": [("kim.py", 3.0, "f")]},
        {**RECORD, "frames": [("kim.py", -1, "f")]},
        {**RECORD, "frames": [("kim.py", 10**300, "f")]},
        {**RECORD, "frames": [("kim.py", np.int64(3), "f")]},
        {**RECORD, "frames": [("kim.py", 3, Handle(1, "str"))]},
        {**RECORD, "frames": [("kim.py", 3, "f")] * 60},
    ],
    ids=repr,
)
def test_an_exception_of_another_form_ends_the_worker(record):
    with pytest.raises(EndedError) as caught:
        always(record, "raised").f()
    assert caught.value.how == "crashed"


def test_a_true_record_is_an_exception():
    with pytest.raises(RaisedError) as caught:
        always(RECORD, "raised").f()
    assert (caught.value.type_name, caught.value.text) == ("ValueError", "t")
    assert caught.value.frames[0].line == 3


def test_everything_that_the_record_says_is_short():
    long = "x" * 100_000
    with pytest.raises(RaisedError) as caught:
        always({"type": long, "bases": [], "text": long, "frames": [(long, 1, long)]}, "raised").f()
    error = caught.value
    assert len(str(error)) < 3000
    assert len(error.frames[0].cell) + len(error.frames[0].function) < 3000


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({**RECORD, "type": "input was 0.125", "bases": ["input was 0.125", "ValueError"]}, "raised"),
        ("input was 0.125", "refused"),
        ("input was 0.125", "missing"),
    ],
)
def test_no_words_of_the_worker_are_general(what, status):
    """What a hidden case says must not be chosen by the process that saw its input."""
    with pytest.raises((BridgeError, EndedError)) as caught:
        always(what, status).f()
    assert "0.125" not in outcome_of(caught.value, called="f", answered=True, signatures={}, limits=Limits()).general


def test_a_name_that_was_asked_for_may_be_missing():
    with pytest.raises(MissingNameError, match="f"):
        always("f", "missing").f()
    student = always("g", "missing")
    with pytest.raises(MissingNameError, match="g"):
        student.f([student.g])


def test_a_reason_is_cut():
    with pytest.raises(RefusedError) as caught:
        always("x" * 1000, "refused").f()
    assert len(caught.value.reason) == 200


HANDLE = Handle(1, "Value")


@pytest.mark.parametrize(
    ("use", "answer"),
    [
        (len, -1),
        (len, 2**70),
        (len, True),
        (len, 3.0),
        (len, "3"),
        (len, None),
        (len, HANDLE),
        (list, HANDLE),
        (lambda v: list(iter(v)), None),
        (lambda v: list(iter(v)), (1, 2)),
        (lambda v: list(iter(v)), {"a": 1}),
        (lambda v: list(iter(v)), np.ones(2)),
        (lambda v: list(iter(v)), HANDLE),
        (lambda v: list(iter(v)), [0] * 10_001),
        (lambda v: 1 in v, 1),
        (lambda v: 1 in v, HANDLE),
        (lambda v: setattr(v, "x", 1), 1),
        (lambda v: v.__exit__(None, None, None), True),
    ],
)
def test_an_answer_of_the_wrong_type_ends_the_worker(use, answer):
    student, worker = student_of(lambda n: (n, "value", HANDLE))
    value = student.Value(1)
    worker.reply = lambda n: (n, "value", answer)
    with pytest.raises(EndedError):
        use(value)


@pytest.mark.parametrize("answer", [None, 3, np.ones(2), [HANDLE], "text"])
def test_what_should_have_stayed_in_the_worker_stays_or_the_worker_ends(answer):
    student = always(answer)
    for ask in (
        lambda: student.array(np.ones(2)),
        lambda: student.tensor(np.ones(2)),
        lambda: student.live.f(),
        lambda: student.live.f.x,
        lambda: student.live.f[0],
        lambda: student.live.f + 1,
        lambda: student.live.f.__enter__(),
    ):
        with pytest.raises(EndedError):
            ask()


def test_items_of_something_live_are_all_objects():
    with pytest.raises(EndedError):
        iter(always([HANDLE, 3]).live.f)
    assert all(isinstance(item, Remote) for item in iter(always([HANDLE, HANDLE]).live.f))


def test_objects_without_end_are_no_recursion():
    """A worker that answers every question with one more object is asked no more than the case asks."""
    student, worker = student_of(lambda n: (n, "value", HANDLE))
    assert isinstance(read(student.f(1)[0].x), Remote)
    with pytest.raises(EndedError):
        list(iter(student.f(1)))
    assert len(worker.requests) < 20


def test_handles_of_a_hostile_reply_never_break_the_next_request():
    most = [HANDLE] * (Bounds().items - 10)
    student, worker = student_of(lambda n: (n, "value", most))
    student.f(1)
    gc.collect()
    worker.reply = lambda n: (n, "value", None)
    assert student.f(1) is None
    drops = [request for request in worker.requests if request[2] == "drop"]
    assert sum(len(request[3]) for request in drops) > 100_000


def test_an_answer_to_a_drop_ends_the_worker():
    student, worker = student_of(lambda n: (n, "value", [HANDLE] * 300))
    student.f(1)
    gc.collect()
    with pytest.raises(EndedError):
        student.f(1)
    assert len(worker.requests) == 2


def test_a_tensor_without_torch_is_a_value():
    assert isinstance(always(TensorValue(np.ones(2), requires_grad=True)).f(), TensorValue)
    frame = bytearray(encode((1, "value", TensorValue(np.ones(1, int)))))
    frame[frame.index(b"t\0a") + 1] = 1
    with pytest.raises(EndedError):
        student_of(lambda n: bytes(frame))[0].f()


def test_a_message_longer_than_any_reply():
    with pytest.raises(EndedError):
        student_of(lambda n: b"b" + struct.pack("<I", 1 << 27) + bytes(1 << 27))[0].f()


def test_what_the_worker_answered_may_be_too_large_to_hand_on():
    bounds = Bounds(total=1000)
    worker = Worker(lambda n: (n, "value", bytes(950)))
    student = Student(ByteTransport(worker, bounds))
    with pytest.raises(RefusedError, match="too-large"):
        student.g([student.f(), student.f()])


def test_an_ended_worker_stays_ended():
    def gone(_message):
        raise EndedError("timeout")

    with pytest.raises(EndedError, match="timeout"):
        Student(ByteTransport(gone)).f()


json_like = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(),
        st.sampled_from(["value", "raised", "missing", "refused", "type", "bases", "text", "frames", "f"]),
        st.just(HANDLE),
        st.just(Name("f")),
        st.just(np.ones(2)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner, inner),
        st.dictionaries(st.sampled_from(["type", "bases", "text", "frames"]), inner, max_size=4),
    ),
    max_leaves=8,
)
USES = [
    lambda s: s.f(1),
    lambda s: s.live.f(1),
    lambda s: len(s.f),
    lambda s: list(s.f),
    lambda s: s.array(np.ones(1)),
    lambda s: s.f + 1,
    lambda s: np.ones(2) * s.f,
    lambda s: 1 in s.f,
    lambda s: s.f.x,
    lambda s: read(s.f),
]


@quick
@given(st.sampled_from(USES), json_like, st.sampled_from(["value", "raised", "missing", "refused", None]))
def test_whatever_is_answered_the_ending_is_a_declared_one(use, what, status):
    student, _worker = student_of(lambda n: what if status is None else (n, status, what))
    try:
        use(student)
    except (BridgeError, EndedError):
        return


@quick
@given(st.sampled_from(USES), st.data())
def test_broken_bytes_end_in_a_declared_way(use, data):
    server = Server()
    server.module.f = lambda *_arguments: {"a": [1.0, server], "b": np.ones(3)}

    def exchange(message):
        reply = bytearray(server.answer(message))
        for _ in range(data.draw(st.integers(1, 3))):
            reply[data.draw(st.integers(0, len(reply) - 1))] = data.draw(st.integers(0, 255))
        return bytes(reply)

    try:
        use(Student(ByteTransport(exchange)))
    except (BridgeError, EndedError):
        return


def test_the_greatest_length_is_a_length():
    student, _worker = student_of(lambda n: (n, "value", sys.maxsize))
    with pytest.raises(RefusedError, match="too-large"):
        len(student.f)
