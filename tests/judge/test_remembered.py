"""The reference that is asked once: answers from memory, a copy for each case, itself where it must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.student import Student, read
from grader.bridge.transport import ByteTransport
from grader.judge.reference import LiveReference
from grader.judge.remembered import RememberedReference

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
"""


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
