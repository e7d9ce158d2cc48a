"""Workers of both kinds: values come and go, and each end has its word."""

from __future__ import annotations

import importlib.util
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.session import WorkerSource
from grader.bridge.student import Student
from grader.errors import BadAssignmentError
from grader.sandbox.budget import Overrun, TimeBudget
from grader.sandbox.worker import WORKER_SCRIPT, EndedError, Output, ProcessWorker, status_text, worker_spec
from grader.worker.service import HEADER
from tests.sandbox.sessions import LIMITS, loaded
from tests.waiting import wait_until


def test_values_come_and_go(server: WorkerSource) -> None:
    kept, student = loaded(server, "def twice(x):\n    return 2 * x\ndef fails():\n    raise KeyError('k')\n")
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(student.twice(x), 2 * x)
    with pytest.raises(RaisedError) as caught:
        student.fails()
    assert (caught.value.type_name, caught.value.frames[-1].line) == ("KeyError", 4)
    with pytest.raises(MissingNameError):
        student.other()
    with pytest.raises(RefusedError):
        student.live.twice(3.0)()
    kept.drop()


def test_a_large_array_comes_and_goes(server: WorkerSource) -> None:
    kept, student = loaded(server, "def same(x):\n    return x\n")
    x = np.random.default_rng(1).normal(size=1 << 20)
    np.testing.assert_array_equal(student.same(x), x)
    kept.drop()


def test_a_worker_that_is_gone_is_replaced_and_the_code_loaded_again(server: WorkerSource) -> None:
    kept, student = loaded(server, "import os\ndef leave():\n    os._exit(7)\ndef one():\n    return 1\n")
    with pytest.raises(EndedError) as caught:
        student.leave()
    assert (caught.value.how, caught.value.detail) == ("crashed", "exit 7")
    kept.drop()
    kept.budget.grant(60)
    assert Student(kept.transport()).one() == 1
    kept.drop()


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("os._exit(0)", ("crashed", "exit 0")),
        ("os._exit(255)", ("crashed", "exit 255")),
        ("ctypes.string_at(0)", ("crashed", "SIGSEGV")),
        ("time.sleep(600)", ("timeout", "")),
        ("os.kill(os.getpid(), signal.SIGSTOP); time.sleep(600)", ("timeout", "")),
    ],
)
def test_how_a_worker_ended_is_told(server: WorkerSource, body: str, how: tuple[str, str]) -> None:
    kept, student = loaded(server, f"import ctypes, os, signal, time\ndef f():\n    {body}\n")
    kept.budget.grant(60.0 if how[0] == "crashed" else 0.1)
    with pytest.raises(EndedError) as caught:
        student.f()
    assert caught.value.how == how[0]
    if how[0] == "crashed":
        assert caught.value.detail == how[1]
    else:
        assert caught.value.overrun == Overrun(1.0, asleep=True)
    kept.drop()


def test_a_worker_once_ended_stays_ended(server: WorkerSource) -> None:
    kept, student = loaded(server, "import os\ndef f():\n    os._exit(3)\n")
    for _ in range(3):
        with pytest.raises(EndedError):
            student.f()
    kept.drop()
    kept.drop()


def test_what_is_printed_is_kept_up_to_the_bound(server: WorkerSource) -> None:
    session, student = loaded(server, "def f(n):\n    print('x' * n)\n", replace(LIMITS, output_kb=1))
    printed: list[tuple[str, bool]] = []

    def has_come() -> bool:  # threads bring it where pipes can't be polled
        printed.append(session.output())
        return printed[-1][0] != ""

    student.f(10)
    wait_until(has_come)
    assert printed[-1] == ("x" * 10 + "\n", False)
    student.f(5_000)
    wait_until(has_come)
    assert len(printed[-1][0]) <= 1024
    session.drop()


def test_a_folder_of_its_own_that_goes_with_the_worker(server: WorkerSource, scratch_home: Path) -> None:
    source = (
        "import os\ndef put():\n    os.makedirs('a/b')\n    open('a/b/c', 'w').close()\n"
        "def see():\n    return [os.listdir('.'), os.path.exists('a/b/c')]\n"
    )
    for _ in range(2):
        kept, student = loaded(server, source)
        assert student.see() == [[], False]
        student.put()
        assert student.see() == [["a"], True]
        kept.drop()
    assert list(scratch_home.rglob("c")) == []


def test_memory_is_bounded(server: WorkerSource) -> None:
    kept, student = loaded(server, "import numpy as np\ndef f(mb):\n    return np.ones(mb << 17).size\n")
    assert student.f(32) == 32 << 17
    with pytest.raises(RaisedError) as caught:
        student.f(2048)
    assert "MemoryError" in caught.value.bases
    kept.drop()


def test_output_keeps_the_beginning() -> None:
    output = Output(10)
    output.add(b"12345678")
    output.add(b"90ab")
    output.add(b"cd")
    assert output.take() == ("1234567890", True)
    assert output.take() == ("", False)
    output.add("한글".encode()[:4])
    assert output.take() == ("한�", False)


@pytest.mark.parametrize(
    ("status", "text"), [(0, "exit 0"), (7 << 8, "exit 7"), (9, "SIGKILL"), (11, "SIGSEGV"), (62, "signal 62")]
)
def test_a_wait_status_in_words(status: int, text: str) -> None:
    assert status_text(status) == text
    assert signal.SIGKILL == 9


class PiecewiseWorker(ProcessWorker):
    """Replies with what it is told to, piece by piece."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(100, reply_bound=100)
        self.pieces = list(pieces)

    def _has_replied(self) -> bool:
        return False

    def _send(self, frame: bytes) -> None:
        assert frame == HEADER.pack(2) + b"ok"

    def _receive(self, budget: TimeBudget) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def _ends_by_itself(self) -> bool:
        return not self.pieces

    def end(self) -> str:
        return "exit 0"


def test_a_frame_that_comes_in_pieces() -> None:
    worker = PiecewiseWorker(b"\x03\0\0", b"\0\0\0\0\0a", b"bc", b"d")
    assert worker.exchange(b"ok", TimeBudget(1)) == b"abc"
    assert worker.pieces == [b"d"]  # no more is read than the frame needs


@pytest.mark.parametrize(
    ("pieces", "detail"),
    [
        ([b"\x03\0\0", b"\0\0\0\0\0ab", b"cd"], "more than one reply"),
        ([HEADER.pack(93), bytes(93)], "a reply longer than allowed"),  # which its header tells
        ([HEADER.pack(92), bytes(91), b"", b"."], "closed its side of the bridge"),
        ([HEADER.pack(92), bytes(91)], "exit 0"),
    ],
)
def test_a_frame_that_is_no_reply(pieces: list[bytes], detail: str) -> None:
    with pytest.raises(EndedError) as caught:
        PiecewiseWorker(*pieces).exchange(b"ok", TimeBudget(1))
    assert (caught.value.how, caught.value.detail) == ("crashed", detail)


def test_a_frame_as_long_as_is_allowed() -> None:
    assert PiecewiseWorker(HEADER.pack(92), bytes(92)).exchange(b"ok", TimeBudget(1)) == bytes(92)


def test_a_library_that_is_not_there_is_the_authors_business() -> None:
    with pytest.raises(BadAssignmentError, match="no_such_library"):
        worker_spec(["no_such_library"])


def test_the_folders_are_those_of_the_libraries() -> None:
    found = importlib.util.find_spec("numpy")
    assert found is not None
    assert found.origin is not None
    spec = worker_spec(["numpy"], without=["root"])
    assert spec.folders == (str(Path(found.origin).parent.parent),)
    assert (spec.imports, spec.without) == (("numpy",), ("root",))
    assert Path(WORKER_SCRIPT).is_file()
