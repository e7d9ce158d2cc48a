"""Who answers for the reference: itself, or memory, with a copy for each case, and itself again where it must be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.student import Student, read
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError
from grader.judge.log import REFERENCE, BridgeLog
from grader.judge.reference import LiveReference, RememberedReference
from grader.worker.wire import TensorValue

SOURCE = """
import numpy as np

calls = []

class Counter:
    def __init__(self, start):
        self.total = start
    def add(self, x):
        calls.append("add")
        self.total = self.total + x
        return self
    def both(self):
        return [self.total, {"twice": 2 * self.total}]

def scale(x, by=2.0):
    calls.append("scale")
    if by == 0:
        raise ValueError("by")
    return by * x

def count():
    return len(calls)

def outline(x):
    return repr(x), getattr(x, "dtype", "").__str__(), getattr(x, "tobytes", bytes)()
"""

# Values that are equal or alike in some way, and not the same.
ALIKE = (
    1, True, 1.0, 0.0, -0.0, np.nan, "1", b"1", None, (), [], {}, (1,), [1], [True], [[1], []], [[], [1]],
    {1: 2}, {True: 2}, {"a": 1, "b": 2}, {"b": 2, "a": 1}, np.float64(1), np.float32(1), np.int64(1), np.bool_(True),
    np.array(1.0), np.array([1.0]), np.array([[1.0]]), np.array([1]), np.array([1.0], ">f8"), np.array([]),
    np.zeros((0, 2)), np.arange(4.0)[::2], np.arange(4.0)[::-2], np.arange(4).reshape(2, 2),
    np.arange(4).reshape(2, 2).T, TensorValue(np.ones(2)), TensorValue(np.ones(2), requires_grad=True), 1 << 70,
)  # fmt: skip


class Sub(str):
    """A text of a class of its own, which is sent as a text."""

    __slots__ = ()


class Counted(LiveReference):
    """Counts how often a case needs the reference itself."""

    begun = 0

    def begin(self, case_id: str) -> ByteTransport:
        self.begun += 1
        return super().begin(case_id)


@pytest.fixture
def live(tmp_path: Path) -> Counted:
    file = tmp_path / "reference.py"
    file.write_text(SOURCE, "utf-8")
    return Counted(file)


def story(side: Student, x: Any) -> list[Any]:
    """Values, an object, exceptions: what a case may ask for."""
    found: list[Any] = [side.scale(x), side.scale(x, by=np.float64(3))]
    counter = side.live.Counter(x)
    counter.add(1.5).add(x)
    found += [read(counter.total), read(counter.both())]
    for wrong in (lambda: side.scale(x, by=0), lambda: side.nothing(x)):
        with pytest.raises((RaisedError, MissingNameError)) as raised:
            wrong()
        found.append(str(raised.value))
    return found


def same(one: Any, other: Any) -> bool:
    np.testing.assert_equal(one, other)
    return True


def test_a_case_is_asked_once(live: Counted) -> None:
    x = np.array([1.0, np.nan, -0.0])
    expected = story(Student(live.begin("case")), x)
    reference = RememberedReference(live)
    begun = live.begun
    for _submission in range(3):
        assert same(story(Student(reference.begin("case")), x), expected)
    assert live.begun == begun + 1


def test_another_input_goes_to_the_reference_itself(live: Counted) -> None:
    x = np.array([1.0, 2.0])
    reference = RememberedReference(live)
    for given in (x, x + 1, x, -x, np.float32(2) * x.astype(np.float32)):
        assert same(story(Student(reference.begin("case")), given), story(Student(live.begin("other")), given))


def test_a_case_that_parts_in_the_middle_goes_on_with_the_same_objects(live: Counted) -> None:
    reference = RememberedReference(live)
    for last in (1.0, 2.0, 0.0, -0.0, 1):
        side = Student(reference.begin("case"))
        counter = side.live.Counter(np.ones(2))
        counter.add(10.0)
        assert same(read(counter.add(last).total), np.ones(2) + 10 + last)


def test_a_case_that_goes_on_where_the_one_before_stopped(live: Counted) -> None:
    reference = RememberedReference(live)
    Student(reference.begin("case")).scale(1.0)
    begun = live.begun
    for _submission in range(2):
        side = Student(reference.begin("case"))
        assert [side.scale(1.0), side.scale(2.0)] == [2.0, 4.0]
    assert live.begun == begun + 1


def test_what_a_case_does_to_an_answer_or_an_input_stays_its_own(live: Counted) -> None:
    reference = RememberedReference(live)
    for _submission in range(2):
        x = np.ones(2)
        answer = Student(reference.begin("case")).scale(x)
        assert same(answer, [2.0, 2.0])
        answer += 1
        x += 1


def test_an_object_of_the_submission_is_refused_as_the_reference_itself_refuses_it(live: Counted) -> None:
    reference = RememberedReference(live)
    for _submission in range(2):
        theirs = Student(live.begin("theirs")).live.Counter(1.0)
        with pytest.raises(RefusedError):
            Student(reference.begin("case")).scale(theirs)


def test_values_that_are_nearly_the_same_are_told_apart(live: Counted) -> None:
    expected = [Student(live.begin("case")).outline(value) for value in ALIKE]
    for remembered in ALIKE:
        reference = RememberedReference(live)
        Student(reference.begin("case")).outline(remembered)
        assert [Student(reference.begin("case")).outline(value) for value in ALIKE] == expected


def test_a_remembered_request_is_neither_written_nor_read(live: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(side: Student) -> list[Any]:
        counter = side.live.Counter(x)
        held = side.array(x)
        return [side.scale(x, by=3.0), read(counter.both()), read(held), *side.outline([(1, None), {"a": "b"}])]

    x = np.arange(3.0)
    reference = RememberedReference(live)
    expected = asked(Student(reference.begin("case")))
    for name in ("encode", "decode"):
        monkeypatch.delattr(f"grader.bridge.transport.{name}")
    assert same(asked(Student(reference.begin("case"))), expected)


def test_what_is_not_quick_to_compare_is_remembered_by_its_bytes(live: Counted) -> None:
    reference = RememberedReference(live)
    for _submission in range(3):
        assert Student(reference.begin("case")).outline(Sub("a"))[0] == "'a'"
        assert live.begun == 1


def test_thousands_of_objects_come_and_go(live: Counted) -> None:
    """The worker is told in heaps which objects nobody holds; remembering must not make one of them go too soon."""
    reference = RememberedReference(live)
    for _submission in range(2):
        counter = Student(reference.begin("case")).live.Counter(0)
        for _step in range(600):
            counter.add(1)
        assert read(counter.total) == 600
    assert live.begun == 1


def test_a_request_that_can_not_be_sent_is_not_remembered(live: Counted) -> None:
    reference = RememberedReference(live)
    for _submission in range(2):
        side = Student(reference.begin("case"))
        with pytest.raises(TypeError):
            side.scale({1, 2})
        assert side.scale(1.0) == 2.0


def test_who_listens_hears_what_is_remembered_too(live: Counted) -> None:
    reference, logs = RememberedReference(live), []
    for _submission in range(2):
        transport, log = reference.begin("case"), BridgeLog()
        transport.exchange = log.listening(REFERENCE, transport.exchange)
        Student(transport).scale(1.0)
        logs.append(log.entries)
    assert logs[0] == logs[1]
    assert len(logs[0]) == 1


def test_what_is_large_is_not_remembered_and_answered_all_the_same(live: Counted) -> None:
    memory = RememberedReference(live)
    large = np.ones(1 << 20)
    for _submission in range(2):
        side = Student(memory.begin("case"))
        assert side.scale(1.0) == 2.0
        assert side.scale(large)[-1] == 2.0
        assert side.scale(2.0) == 4.0
    assert len(memory.steps["case"]) == 1
    assert memory.sizes["case"] < 1000


def reference(folder: Path, source: str) -> Path:
    file = folder / "reference.py"
    file.write_text(source, "utf-8")
    return file


def test_each_case_begins_with_no_objects_and_the_same_ids(tmp_path: Path) -> None:
    live = LiveReference(reference(tmp_path, "class Thing:\n    pass\n"))
    ids = [Student(live.begin(case)).Thing()._d2d_target.id for case in ("first", "second")]
    assert ids == [1, 1]
    assert len(live.server.handles) == 1


@pytest.mark.parametrize("source", ["def f(:\n", "x = 1\n1 / 0\n"])
def test_a_reference_that_does_not_load_is_the_author_s_mistake(tmp_path: Path, source: str) -> None:
    file = reference(tmp_path, source)
    with pytest.raises(BadAssignmentError) as raised:
        LiveReference(file)
    assert str(raised.value.where) == f"{file}:{source.count(chr(10))}"


def test_importing_it_changes_no_environment() -> None:
    code = "import os; before = dict(os.environ); import grader.judge.reference; assert dict(os.environ) == before"
    subprocess.run([sys.executable, "-c", code], check=True)
