"""What several tests share: a small course, the judge kept ready, the command, and proof that nothing stays behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from grader.assignment.limits import Limits
from grader.assignment.manifest import Assignment
from grader.bridge.session import WorkerSource
from grader.course.course import find_course
from grader.intake.read import read
from grader.intake.submission import Cell, Submission
from grader.judge.cases import collect_cases
from grader.judge.reference import LiveReference
from grader.judge.rng import PUBLIC_SECRET
from grader.judge.run import Judge
from grader.report.report import Report
from grader.sandbox.start import start

ROOT = Path(__file__).resolve().parent.parent
PR_SET_CHILD_SUBREAPER = 36
# A shell lets what it runs in the background ignore these, and so would every command that the tests start.
for _number, _default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(_number, _default)

# A hang costs half as long here as in the course; an honest answer takes a millisecond.
QUICK = Limits(case_seconds=2.5, load_seconds=2.5, cell_seconds=2.5, total_seconds=30.0, memory_mb=128)

MANIFEST = """
id = "mini"
version = "1.0.0"
stub = "mini.py"
[title]
ko = "작은 과제"
en = "Mini"
[worker]
imports = ["numpy"]
[limits]
case_seconds = 1
load_seconds = 1
[sections.mse]
asks = ["mse"]
points = 3
[sections.double]
asks = ["double"]
points = 2
"""
STUB = '''
import numpy as np


def mse(x, y):
    """The mean of the squared errors."""
    raise NotImplementedError


def double(x):
    """Twice x."""
    raise NotImplementedError
'''
RIGHT = """
import numpy as np


def mse(x, y):
    return np.mean((x - y) ** 2)


def double(x):
    return 2 * x
"""
PUBLIC = '''
from grader.judge import case, close


@case("mse", points=1, concept="value")
def test_mse(student, reference, rng):
    """mse has the right value."""
    x, y = rng.normal(size=(2, 4, 3))
    close(student.mse(x, y), reference.mse(x, y))


@case("mse", points=1, concept="batch-of-one", needs="test_mse")
def test_one_row(student, reference, rng):
    """mse of a batch of one."""
    x, y = rng.normal(size=(2, 1, 3))
    close(student.mse(x, y), reference.mse(x, y))


@case("double", points=2, concept="value")
def test_double(student, reference, rng):
    """double gives twice its input."""
    x = rng.normal(size=(4, 3))
    close(student.double(x), reference.double(x))
'''
HIDDEN = '''
from grader.judge import case, close


@case("mse", points=1, concept="mean-over-all")
def test_wide(student, reference, rng):
    """mse of wide rows."""
    x, y = rng.normal(size=(2, 2, 9))
    close(student.mse(x, y), reference.mse(x, y))
'''


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Layers are applied in forks of the test process itself, so those tests come before any that starts a thread."""
    items.sort(key=lambda item: "worker/layers" not in item.nodeid)


def make_course(folder: Path, **files: str) -> Path:
    """A course with one small assignment, whose files may be replaced by name (`test_public="…"`)."""
    home = folder / "assignments" / "mini"
    home.mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "d2d.toml").write_text('name = "Mini course"\n', "utf-8")
    (home / "assignment.toml").write_text(files.get("manifest", MANIFEST), "utf-8")
    (home / "mini.py").write_text(files.get("stub", STUB), "utf-8")
    (home / "test_public.py").write_text(files.get("test_public", PUBLIC), "utf-8")
    (home / "test_hidden.py").write_text(files.get("test_hidden", HIDDEN), "utf-8")
    (folder / "reference" / "mini.py").write_text(files.get("reference", RIGHT), "utf-8")
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course; its stub is not filled in."""
    return make_course(tmp_path / "course")


@pytest.fixture
def new_course(tmp_path: Path) -> Callable[..., Path]:
    """Makes a small course with files of the test's own."""
    return lambda **files: make_course(tmp_path / "course", **files)


def code(source: str, name: str = "kim.py") -> Submission:
    """A submission of this source."""
    return Submission(Path(name).stem, name, (Cell(name, source),), "0" * 64)


class Bench:
    """An assignment's cases and a warm zygote, and judges made of them for as long as the tests run."""

    def __init__(
        self, assignment: Assignment, *, hidden: bool, limits: Limits = QUICK, mode: str = "definitions"
    ) -> None:
        self.assignment = replace(assignment, limits=limits, mode=mode)
        self.server: WorkerSource = start(assignment.imports)
        self.case_set = collect_cases(self.assignment, hidden=hidden)

    def judge(
        self,
        submission: Submission | Path | str,
        *,
        secret: bytes = PUBLIC_SECRET,
        reference: Any = None,
        server: WorkerSource | None = None,
    ) -> Report:
        """The report on a submission, a file or a source."""
        if isinstance(submission, Path):
            submission = read(submission, self.assignment.id)
        elif isinstance(submission, str):
            submission = code(submission)
        answers = reference or LiveReference(self.assignment.reference or Path())
        return Judge(self.case_set, answers, server or self.server, secret).judge(submission)

    def close(self) -> None:
        self.server.close()


@pytest.fixture(scope="session")
def scratch_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which workers get their scratch folders, for the whole run."""
    folder = tmp_path_factory.mktemp("scratch")
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    yield folder
    tempfile.tempdir = before


def _bench(scratch_home: Path, *, hidden: bool) -> Iterator[Bench]:
    before = set(scratch_home.iterdir())
    # Whole: what these submissions do at top level is part of what is tried.
    bench = Bench(find_course(ROOT).assignment("hw1"), hidden=hidden, mode="whole")
    own = set(scratch_home.iterdir()) - before
    yield bench
    bench.close()
    assert not own & set(scratch_home.iterdir())


@pytest.fixture(scope="session")
def hw1_public(scratch_home: Path) -> Iterator[Bench]:
    """hw1 by its public cases."""
    yield from _bench(scratch_home, hidden=False)


@pytest.fixture(scope="session")
def hw1_full(scratch_home: Path) -> Iterator[Bench]:
    """hw1 by its public and hidden cases."""
    yield from _bench(scratch_home, hidden=True)


@pytest.fixture
def bench(scratch_home: Path) -> Iterator[Callable[..., Bench]]:
    """Makes a bench for an assignment of the test's own."""
    made: list[Bench] = []

    def make(course: Path, id_: str = "mini", **options: Any) -> Bench:
        made.append(Bench(find_course(course).assignment(id_), **{"hidden": True, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


# -- processes -------------------------------------------------------------------------------------------------------


def descendants(pid: int) -> set[int]:
    """The processes below `pid`, zombies left out."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(entry.name))
    found, todo = set(), [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found.update(below)
        todo += below
    return found


def wait_until(true: Callable[[], object], seconds: float = 10.0, what: str = "it did not come to pass") -> None:
    """Look again and again until `true` is; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@dataclass
class Family:
    """The processes of a test: whatever it starts, and whatever those leave behind as orphans."""

    before: set[int] = field(default_factory=lambda: descendants(os.getpid()))

    def members(self) -> set[int]:
        return descendants(os.getpid()) - self.before

    def end(self) -> None:
        """Kill what a failed test has left, lest it disturbs the others."""
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def gone(self, seconds: float = 1.0) -> None:
        """Nothing is left, at the latest after so many seconds."""
        wait_until(lambda: not self.members(), seconds, "processes are left behind")


@pytest.fixture
def family() -> Iterator[Family]:
    """All processes below the test, orphans included, since for its time the test adopts them."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    family = Family()
    yield family
    family.end()
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@dataclass
class Command:
    """`d2d` in a folder of its own, with a temporary folder of its own."""

    folder: Path
    temporary: Path
    family: Family
    environment: dict[str, str]

    def argv(self, arguments: Sequence[object], *, module: bool = False) -> list[str]:
        program = [sys.executable, "-m", "grader"] if module else [str(Path(sys.executable).with_name("d2d"))]
        return [*program, *map(str, arguments)]

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**self.environment, **(more or {})}

    def __call__(
        self,
        *arguments: object,
        folder: Path | None = None,
        module: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; nothing may be left of it."""
        done = subprocess.run(
            self.argv(arguments, module=module),
            cwd=folder or self.folder,
            env=self.env(env),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        self.nothing_left()
        return done

    def begin(self, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        """Start it and go on."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(self.argv(arguments), cwd=self.folder, env=self.env(), **options)

    def nothing_left(self) -> None:
        """No process and no scratch folder."""
        self.family.gone()
        assert sorted(self.temporary.iterdir()) == []


@pytest.fixture
def d2d(course: Path, tmp_path: Path, family: Family) -> Command:
    """The command, run in the small course."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(temporary), "COLUMNS": "100"}
    return Command(course, temporary, family, environment)


@pytest.fixture
def hw1_copy(tmp_path: Path) -> Path:
    """A copy of the real course that a submission may attack."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(ROOT / "d2d.toml", folder)
    for part in ("assignments", "reference"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
