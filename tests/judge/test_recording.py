"""A recording of the reference: what it answers, to whom, and what is no recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.bridge.student import Student, read
from grader.errors import BadAssignmentError
from grader.judge.recording import RECORDING_SCHEMA, RecordedReference, Recorder, read_recording
from grader.judge.reference import LiveReference
from grader.worker.wire import encode

SOURCE = """
class Counter:
    def __init__(self, start):
        self.total = start
    def add(self, x):
        self.total = self.total + x

def scale(x, by=2.0):
    return by * x
"""


def story(side: Student, x: Any) -> list[Any]:
    counter = side.live.Counter(x)
    counter.add(1.0)
    return [side.scale(x), read(counter.total)]


@pytest.fixture
def recorded(tmp_path: Path) -> RecordedReference:
    """A reference of which one case was recorded."""
    source, file = tmp_path / "reference.py", tmp_path / "answers.d2d"
    source.write_text(SOURCE, "utf-8")
    recorder = Recorder(LiveReference(source))
    story(Student(recorder.begin("case")), np.arange(3.0))
    file.write_bytes(recorder.recording("0" * 64))
    return RecordedReference(read_recording(file))


def test_the_same_questions_get_the_recorded_answers(recorded: RecordedReference) -> None:
    # An input drawn on another machine may differ in the last bits.
    for x in (np.arange(3.0), np.arange(3.0) + 1e-12):
        np.testing.assert_array_equal(story(Student(recorded.begin("case")), x), [[0, 2, 4], [1, 2, 3]])


@pytest.mark.parametrize("x", [np.arange(4.0), np.arange(3.0) + 1, np.arange(3), np.arange(3.0, dtype=np.float32), 1.0])
def test_another_question_is_not_answered(recorded: RecordedReference, x: Any) -> None:
    with pytest.raises(BadAssignmentError, match=r"don't fit"):
        story(Student(recorded.begin("case")), x)


def test_neither_is_one_more_nor_one_of_another_case(recorded: RecordedReference) -> None:
    side = Student(recorded.begin("case"))
    story(side, np.arange(3.0))
    for asked in (side, Student(recorded.begin("another"))):
        with pytest.raises(BadAssignmentError, match=r"don't fit"):
            asked.scale(np.arange(3.0))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 100,
        encode([]),
        encode({"schema": RECORDING_SCHEMA}),
        encode({"schema": "another/1", "cases": {}, "wrong": {}}),
        encode({"schema": RECORDING_SCHEMA, "cases": {}, "wrong": {}})[:-1],
    ],
)
def test_what_is_no_recording_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "answers.d2d"
    file.write_bytes(content)
    with pytest.raises(BadAssignmentError) as raised:
        read_recording(file)
    assert raised.value.where == str(file)
    with pytest.raises(BadAssignmentError):
        read_recording(tmp_path / "not-there")
