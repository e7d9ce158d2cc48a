"""The local engine: which judge has something to say, and what becomes of a task whose judge is lost."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.errors import OurFaultError
from grader.grading import Done, Lost, Setting, Task
from grader.grading import local as module
from grader.grading.local import LocalEngine
from tests.benches import code
from tests.courses import RIGHT

SECRET = b"a secret"


@pytest.fixture
def engine(course: Path) -> LocalEngine:
    (course / "assignments" / "mini" / "misconceptions.py").write_text("", "utf-8")
    return LocalEngine(Setting(find_course(course).assignment("mini"), SECRET, "en"), 1)


def test_a_pipe_of_another_kind_is_heard_too(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a pipe's end is no `Connection`."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        judge: Any = module._Judge(ours, None, ready=True)  # type: ignore[arg-type]
        engine.judges = {ours: judge}  # type: ignore[dict-item]
        theirs.send(b"x")
        monkeypatch.setattr(module, "wait", lambda connections, _patience: list(connections))
        assert engine._heard() == [judge]
        engine.judges = {}


def test_a_task_whose_judge_is_lost_goes_to_another(engine: LocalEngine) -> None:
    killed = []

    def tasks() -> Iterator[Task]:
        yield Task("first", code(RIGHT), SECRET)
        for judge in engine.judges.values():  # the second task is asked for when the first is done
            os.kill(judge.process.pid or 0, signal.SIGKILL)
            killed.append(judge.process.pid)
        yield Task("second", code(RIGHT), SECRET)

    ended = {done.key: type(done) for done in engine.judge(tasks())}
    assert killed
    assert ended == {"first": Done, "second": Done}


@pytest.mark.slow
def test_a_task_that_loses_every_judge_is_lost(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    give, received = module._Judge.give, LocalEngine._received

    def end(judge: Any) -> None:
        if judge.ready and judge.task is not None and judge.task.key == "deadly":
            os.kill(judge.process.pid, signal.SIGKILL)

    def given(judge: Any, task: Task, seconds: float) -> None:
        give(judge, task, seconds)
        end(judge)

    def heard(engine: LocalEngine, judge: Any) -> Any:
        was_ready, answer = judge.ready, received(engine, judge)
        if judge.ready and not was_ready:
            end(judge)
        return answer

    monkeypatch.setattr(module._Judge, "give", given)
    monkeypatch.setattr(LocalEngine, "_received", heard)
    slow = "import time\ndef mse(x, y): time.sleep(0.5)\n"  # longer than a signal takes
    sources = {"first": RIGHT, "deadly": slow, "last": RIGHT}
    ended = {done.key: done for done in engine.judge(Task(key, code(text), SECRET) for key, text in sources.items())}
    assert {key: type(done) for key, done in ended.items()} == {"first": Done, "deadly": Lost, "last": Done}


def test_a_judge_for_which_there_was_no_room_is_started_again(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failures = SpawnProcess.start, [errno.EAGAIN, errno.ENOMEM]

    def started(process: SpawnProcess) -> None:
        if failures:
            raise OSError(failures.pop(), "No room")
        start(process)

    monkeypatch.setattr(SpawnProcess, "start", started)
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.01)
    ended = list(engine.judge([Task("kim", code(RIGHT), SECRET)]))
    assert [type(done) for done in ended] == [Done]
    assert failures == []
    failures += [errno.EAGAIN] * 100
    with pytest.raises(OurFaultError, match="could not be started: No room"):
        list(engine.judge([Task("kim", code(RIGHT), SECRET)]))


def test_the_time_of_a_task_begins_when_its_judge_is_ready(engine: LocalEngine) -> None:
    """However slow the start was, none of it is missing afterwards."""
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        judge: Any = module._Judge(ours, None, task=Task("kim", code(RIGHT), SECRET), until=0.0)  # type: ignore[arg-type]
        theirs.send("ready")
        assert engine._received(judge) is None
        assert judge.until > engine._seconds
