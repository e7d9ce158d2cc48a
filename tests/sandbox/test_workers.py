"""Workers of both kinds, forked and spawned: the same code, the same verdicts, the same end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from grader.assignment.limits import Limits
from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.errors import BadAssignmentError, OurFaultError
from grader.intake.submission import Cell, Submission
from grader.report.report import Verdict
from grader.sandbox import processor, watchdog
from grader.sandbox.spec import worker_spec
from grader.sandbox.start import start
from grader.sandbox.worker import EndedError, Output, status_text
from grader.worker.layers.compose import LAYERS
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.benches import Bench
    from tests.families import Family

CORPUS = Path(__file__).parents[1] / "corpus" / "hw1"
# Spawned workers cost an interpreter each; these are the kinds of ending that differ between the two.
SMALL_CORPUS = [
    *"garbage-to-the-judge kills-itself notebook-with-a-syntax-error prints-100-mb".split(),
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "array-that-agrees closes-every-descriptor closes-sys-stdout endless-recursion loop-in-a-function "
            "memory-hog not-a-function os-exit-in-a-function returns-a-generator returns-a-view-of-1-tb stops-itself "
            "sys-exit-at-top-level"
        ).split()
    ),
]
LIMITS = Limits(case_seconds=30.0, load_seconds=30.0, total_seconds=300.0, memory_mb=256)


@pytest.fixture(params=[False, True], ids=["forked", "spawned"])
def server(request: pytest.FixtureRequest, scratch_home: Path, family: Family) -> Iterator[WorkerSource]:
    before = set(scratch_home.iterdir())
    server = start(["numpy"], spawn=request.param)
    yield server
    server.close()
    family.gone()
    assert set(scratch_home.iterdir()) == before


def host(server: WorkerSource, source: str, limits: Limits = LIMITS) -> Session:
    return Session(server, Submission("kim", "kim.py", (Cell("kim.py", source),), "0" * 64), limits)


def loaded(server: WorkerSource, source: str, limits: Limits = LIMITS) -> tuple[Session, Student]:
    kept = host(server, source, limits)
    student = Student(kept.transport())
    kept.budget.grant(limits.case_seconds)
    return kept, student


@pytest.mark.parametrize("name", SMALL_CORPUS)
def test_spawned_workers_end_as_forked_ones_do(
    hw1_public: Bench, scratch_home: Path, family: Family, name: str
) -> None:
    file = next((CORPUS / name).glob("submission.*"))
    before = set(scratch_home.iterdir())
    server = start(["numpy"], spawn=True)
    try:
        spawned = hw1_public.judge(file, server=server)
    finally:
        server.close()
    forked = hw1_public.judge(file)
    assert [case.verdict for case in spawned.cases] == [case.verdict for case in forked.cases]
    assert [case.points for case in spawned.cases] == [case.points for case in forked.cases]
    assert [(note.kind, note.where) for note in spawned.notes] == [(note.kind, note.where) for note in forked.notes]
    assert Verdict.UNGRADABLE not in {case.verdict for case in spawned.cases}
    family.gone()
    assert set(scratch_home.iterdir()) == before


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
    kept.budget.grant(30)
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
    limits = Limits(case_seconds=0.5, load_seconds=60.0)
    kept, student = loaded(server, f"import ctypes, os, signal, time\ndef f():\n    {body}\n", limits)
    kept.budget.grant(60.0 if how[0] == "crashed" else 0.5)
    with pytest.raises(EndedError) as caught:
        student.f()
    assert caught.value.how == how[0]
    if how[0] == "crashed":
        assert caught.value.detail == how[1]
    kept.drop()


def test_a_worker_once_ended_stays_ended(server: WorkerSource) -> None:
    kept, student = loaded(server, "import os\ndef f():\n    os._exit(3)\n")
    for _ in range(3):
        with pytest.raises(EndedError):
            student.f()
    kept.drop()
    kept.drop()


def printed(session: Session) -> tuple[str, bool]:
    """What was printed; where pipes can't be polled, a thread brings it some time later."""
    output = [("", False)]

    def arrived() -> bool:
        output.append(session.output())
        return bool(output[-1][0])

    wait_until(arrived)
    return output[-1]


def test_what_is_printed_is_kept_up_to_the_bound(server: WorkerSource) -> None:
    limits = Limits(output_kb=1)
    kept, student = loaded(server, "def f(n):\n    print('x' * n)\n", limits)
    student.f(10)
    assert printed(kept) == ("x" * 10 + "\n", False)
    student.f(5_000)
    text, _cut = printed(kept)
    assert len(text) <= 1024
    kept.drop()


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


def test_no_library_but_those_of_the_assignment(server: WorkerSource) -> None:
    kept, student = loaded(
        server,
        "def has(name):\n    try:\n        __import__(name)\n    except ImportError:\n"
        "        return False\n    return True\n",
    )
    assert student.has("numpy")
    assert student.has("statistics")
    for name in ("torch", "pytest", "click", "rich", "grader.judge", "grader.report", "grader.course", "reference"):
        assert not student.has(name), name
    kept.drop()


def test_memory_is_bounded(server: WorkerSource) -> None:
    kept, student = loaded(server, "import numpy as np\ndef f(mb):\n    return np.ones(mb << 17).size\n")
    assert student.f(32) == 32 << 17
    with pytest.raises(RaisedError) as caught:
        student.f(2048)
    assert "MemoryError" in caught.value.bases
    kept.drop()


CROWD = """
import os
import time

def crowd():
    for _ in range(10):
        if os.fork() == 0:
            held = bytearray(40 << 20)
            held[::4096] = b"x" * len(held[::4096])
            time.sleep(600)
    time.sleep(600)
"""


def test_a_crowd_that_is_large_together_is_seen_from_outside(
    scratch_home: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing keeps a worker from forking, each process has its own limit; the watchdog adds them up."""
    limits = replace(LIMITS, memory_mb=64, case_seconds=30.0)
    for watched, how in ((True, "memory"), (False, "timeout")):
        if not watched:
            limits = replace(limits, case_seconds=1.5)
            monkeypatch.setattr(watchdog, "memory_of", lambda *_arguments: 0)
        server = start(["numpy"], without=LAYERS)
        try:
            kept, student = loaded(server, CROWD, limits)
            with pytest.raises(EndedError) as error:
                student.crowd()
            assert error.value.how == how
            kept.drop()
        finally:
            server.close()
        family.gone()


def test_closing_twice_and_without_a_worker_is_no_matter(family: Family) -> None:
    for spawn in (False, True):
        server = start(["numpy"], spawn=spawn)
        server.close()
        server.close()
    family.gone()


def test_a_library_that_is_not_there_is_the_authors_business() -> None:
    with pytest.raises(BadAssignmentError, match="no_such_library"):
        worker_spec(["no_such_library"])


def test_a_zygote_that_can_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: Family) -> None:
    (tmp_path / "brokenlib.py").write_text("raise RuntimeError('broken on purpose')\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    server = start(["brokenlib"])
    try:
        with pytest.raises(OurFaultError, match="broken on purpose"):
            server.worker(LIMITS, 1 << 20)
    finally:
        server.close()
    family.gone()


def test_a_judge_that_is_killed_while_its_zygote_starts_leaves_no_folder(tmp_path: Path, family: Family) -> None:
    (tmp_path / "slowlib.py").write_text("import time; time.sleep(0.5)\n", "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    code = "import os; from grader.sandbox.start import start; start(['numpy', 'slowlib']); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), "TMPDIR": str(folder)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    family.gone()
    assert list(folder.iterdir()) == []


JUDGE = """
import sys, time
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.assignment.limits import Limits
from grader.intake.submission import Cell, Submission
from grader.sandbox.start import start

server = start(["numpy"], spawn={spawn})
source = '''{source}'''
host = Session(server, Submission("kim", "kim.py", (Cell("kim.py", source),), ""), Limits(case_seconds=60))
transport = host.transport()
print("ready", flush=True)
host.budget.grant(60)
Student(transport).f()
"""


@contextmanager
def judge_of(source: str, folder: Path, *, spawn: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A judge in a process of its own that calls `f` of this source."""
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE.format(spawn=spawn, source=source)],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert judge.stdout is not None
    with judge.stdout:
        try:
            assert judge.stdout.readline() == b"ready\n"
            time.sleep(0.4)  # the call comes right after that line
            yield judge
        finally:
            judge.kill()
            judge.wait()


@pytest.mark.parametrize("spawn", [False, True], ids=["forked", "spawned"])
@pytest.mark.parametrize(
    "body",
    ["while True: pass", "time.sleep(600)", "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"],
    ids=["busy", "asleep", "deaf"],
)
def test_the_processes_die_with_the_judge(tmp_path: Path, family: Family, spawn: bool, body: str) -> None:
    source = f"import signal, time\ndef f():\n    {body}\n"
    with judge_of(source, tmp_path, spawn=spawn) as judge:
        assert len(family.members()) >= 2
        judge.kill()
        judge.wait()
        family.gone()


def test_a_daemon_dies_with_the_judge(tmp_path: Path, family: Family) -> None:
    source = (
        "import os, time\ndef f():\n    try:\n        if os.fork() == 0:\n            os.setsid()\n"
        "            if os.fork() == 0:\n                os.setsid()\n                time.sleep(600)\n"
        "            os._exit(0)\n        os.wait()\n    except OSError:\n        pass\n"
        "    time.sleep(600)\n"
    )
    with judge_of(source, tmp_path) as judge:
        judge.kill()
        judge.wait()
        family.gone()


# -- small parts ------------------------------------------------------------------------------------------------------


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


def test_the_environment_of_both_kinds_is_empty(server: WorkerSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D2D_SECRET", "seed of hidden inputs")
    kept, student = loaded(
        server,
        "import os\ndef f():\n    try:\n        return open('/proc/self/environ').read()\n    except OSError:\n"
        "        return ''  # there is no /proc\ndef g():\n    return sorted(os.environ)\n",
    )
    assert student.f() == ""
    assert set(student.g()) <= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE"}
    kept.drop()


def test_numpy_computes_on_one_thread(scratch_home: Path, family: Family) -> None:
    """Seen where there is a /proc to see it in; the same zygote forks all workers."""
    server = start(["numpy"], without=LAYERS)
    source = (
        "import numpy as np, os\ndef threads():\n    return len(os.listdir('/proc/self/task'))\n"
        "def f():\n    before = threads()\n    a = np.ones((400, 400))\n    a @ a\n    return threads() - before\n"
    )
    kept, student = loaded(server, source)
    assert student.f() == 0
    kept.drop()
    server.close()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no such thing here: a process may run anywhere")
def test_judges_have_a_processor_each_with_their_worker_for_as_long_as_there_is_one(
    scratch_home: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = os.sched_getaffinity(0)
    if len(every) == 1:
        pytest.skip("this machine has one processor")
    monkeypatch.setattr(processor, "_NAME", f"\0d2d-test-{os.getpid()}-")  # judges of other tests are at work too
    servers = [start(["numpy"]) for _one in range(len(every) + 1)]
    seen, hosts = [], []
    try:
        for server in servers:
            kept, student = loaded(server, "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
            seen.append(student.where())
            hosts.append(kept)
        assert sorted(seen[:-1]) == sorted([one] for one in every)
        assert os.sched_getaffinity(0) == set(seen[-2])  # the last one found none that was free
        hosts[0].drop()
        assert os.sched_getaffinity(0) == every
        kept, student = loaded(servers[0], "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
        assert student.where() == seen[0]
    finally:
        for server in servers:
            server.close()
    assert os.sched_getaffinity(0) == every
