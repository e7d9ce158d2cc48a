# The system calls themselves are what is tried here.
# ruff: noqa: PTH123
"""Children in which layers are applied for real, and folders that another uid can reach."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]

NOBODY = 65534


@dataclass(frozen=True)
class Outcome:
    """How a child ended, and what its action returned."""

    status: int
    value: Any

    @property
    def signal(self) -> int:
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


def become_nobody() -> None:
    """An ordinary user. Dumpable again, as a process that was never root is: else it could not write its own maps."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


def in_child(action: Callable[[], object], fork: Callable[[], int] = os.fork) -> Outcome:
    """Run `action` in a child; its value has to survive JSON."""
    reading, writing = os.pipe()
    child = fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(action()).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001 — the child must not go on into pytest
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(13)
    os.close(writing)
    with open(reading, "rb") as file:
        said = file.read()
    status = os.waitpid(child, 0)[1]
    return Outcome(status, json.loads(said) if said else None)


def tried(action: Callable[[], object]) -> str:
    """«done», or the name of the error."""
    try:
        action()
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
    except RuntimeError as error:
        return str(error)
    return "done"


@pytest.fixture(params=["root", "nobody"])
def as_user(request: pytest.FixtureRequest) -> Callable[[Callable[[], object]], Any]:
    """Runs an action in a child as root or as an ordinary user, and gives its value."""

    def run(action: Callable[[], object]) -> Any:
        def first() -> object:
            if request.param == "nobody" and os.geteuid() == 0:
                become_nobody()
            return action()

        outcome = in_child(first)
        assert outcome.status == 0
        return outcome.value

    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("root is not there to be tested")
    return run


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with `library/` to read and `scratch/` to write, which every uid reaches."""
    folder = Path(tempfile.mkdtemp(prefix="d2d-layers-"))
    folder.chmod(0o755)
    (folder / "library").mkdir()
    (folder / "library" / "code.py").write_text("answer = 42\n")
    (folder / "secret.txt").write_text("hidden\n")
    (folder / "scratch").mkdir()
    (folder / "scratch").chmod(0o777)
    yield folder
    shutil.rmtree(folder)
