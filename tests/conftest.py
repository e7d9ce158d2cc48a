"""What tests of several rooms share: a small course, judges kept ready, the command, and the processes of a test."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from tests import nursery as nurseries
from tests.benches import Bench
from tests.commands import Command
from tests.courses import ROOT, make_course
from tests.families import Family
from tests.warm import WarmCommand

PR_SET_CHILD_SUBREAPER = 36
# For addresses that no schema of ours has, jsonschema would let this build its grammar, for seconds in every process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as `d2d` does for its own process, before anything imports PyTorch
# A shell lets what it runs in the background ignore these, and so would every command that the tests start.
for _number, _default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(_number, _default)


# What takes longest by itself: begun first, it does not keep one processor busy while the others have nothing left.
LONGEST = (
    "attacks/",
    "grading/test_dask",
    "browser/",
    "grading/test_batch",
    "cli/test_grade",
    "cli/test_regrade",
    "cli/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, and before them layers: they are applied in forks of the test process without threads."""
    order = ("worker/layers/", *LONGEST)
    files = {item: item.nodeid.partition("::")[0] for item in items}
    items.sort(key=lambda item: next((at for at, part in enumerate(order) if part in files[item]), len(order)))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course; its stub is not filled in."""
    return make_course(tmp_path / "course")


@pytest.fixture
def new_course(tmp_path: Path) -> Callable[..., Path]:
    """Makes a small course with files of the test's own."""
    return lambda **files: make_course(tmp_path / "course", **files)


@pytest.fixture(scope="session")
def scratch_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which workers get their scratch folders, for the whole run."""
    folder = tmp_path_factory.mktemp("scratch")
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    yield folder
    tempfile.tempdir = before


@pytest.fixture(scope="session", autouse=True)
def nursery() -> Iterator[nurseries.Nursery | None]:
    """The process from which zygotes are forked, those of commands too."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        yield None
        return
    nursery = nurseries.Nursery()
    nurseries.fork_from(nursery.address)
    yield nursery
    nursery.close()


@pytest.fixture(scope="module", autouse=True)
def zygotes(request: pytest.FixtureRequest) -> None:
    """Zygotes are executed where they are what is tested, and forked elsewhere."""
    file = request.path.relative_to(ROOT / "tests").as_posix()
    nurseries.forking = not file.startswith(("attacks/", "worker/", "sandbox/test_forkserver"))


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


@pytest.fixture
def family() -> Iterator[Family]:
    """All processes below the test, orphans included, since for its time the test adopts them."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    family = Family()
    yield family
    family.end()
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@pytest.fixture(scope="session")
def warm(nursery: nurseries.Nursery | None) -> Iterator[WarmCommand]:
    """Runs commands in forks of one process."""
    warm = WarmCommand(nursery.address if nursery else "")
    yield warm
    warm.close()


@pytest.fixture
def d2d(course: Path, tmp_path: Path, warm: WarmCommand, family: Family) -> Command:
    """The command, run in the small course."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(temporary), "COLUMNS": "100"}
    return Command(course, temporary, family, environment, warm)


@pytest.fixture
def hw1_copy(tmp_path: Path) -> Path:
    """A copy of the real course that a submission may attack."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(ROOT / "d2d.toml", folder)
    for part in ("assignments", "reference"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
