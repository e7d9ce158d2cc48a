"""What can be imported in a worker, and what it finds around it; NumPy and PyTorch compute under all layers."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import worker
from grader.bridge.session import WorkerSource
from grader.sandbox import start
from grader.sandbox.worker import WORKER_SCRIPT, worker_spec
from grader.worker import libraries
from grader.worker.layers import compose
from tests.families import Family
from tests.sandbox.conftest import server
from tests.sandbox.sessions import loaded

__all__ = ["server"]  # a fixture

WITHOUT = {"all": [], "no namespaces": ["namespaces", "root"]}
OFFERED = compose.survey()


def contained(library: str, without: list[str], *, user: bool) -> None:
    wanted = worker_spec([library])
    other = importlib.util.find_spec("pytest")
    assert other is not None
    order = {
        "imports": wanted.imports,
        "folders": wanted.folders,
        "script": WORKER_SCRIPT,
        "other": other.origin,
        "without": without,
        "user": user,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(Path(__file__).parent / "small_zygote.py"), json.dumps(order)],
        env={},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    got = json.loads(done.stdout)
    if "unreadable" in got:
        pytest.skip(f"the interpreter is in a private folder: {got['unreadable']}")
    assert got["active"] == [
        name for name, reason in OFFERED.items() if reason is None and name not in ("rlimits", *without)
    ]
    assert set(got["escapes"].values()) == {"contained"}, got["escapes"]


def private() -> bool:
    """Whether an ordinary user could not even start this interpreter."""
    folder = Path(os.path.realpath(sys.executable)).parent
    return any(not parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


@pytest.mark.parametrize(
    ("library", "without"),
    [
        *(("numpy", without) for without in WITHOUT),
        *(
            pytest.param("torch", without, marks=[pytest.mark.torch, pytest.mark.slow])
            for without in ("all", "no namespaces")
        ),
    ],
)
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_it_computes_and_nothing_else(library: str, without: str, user: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    if user == "root" and os.geteuid() != 0:
        pytest.skip("root is not there to be tested")
    if user == "nobody" and os.geteuid() == 0 and private():
        pytest.skip("the interpreter is in a private folder, which an ordinary user could not have started")
    contained(library, WITHOUT[without], user=user == "nobody" and os.geteuid() == 0)


def test_the_folder_is_the_list_of_modules() -> None:
    folder = Path(worker.__file__).parent
    files = {file.relative_to(folder).with_suffix("") for file in folder.rglob("*.py")}
    names = {".".join(("grader.worker", *(part for part in file.parts if part != "__init__"))) for file in files}
    assert {"grader.worker", *libraries.modules()} == names


def test_a_worker_has_loaded_all_of_the_folder_and_nothing_else_of_the_program(server: WorkerSource) -> None:
    session, student = loaded(
        server, "import sys\ndef f():\n    return [name for name in sys.modules if name.startswith('grader')]\n"
    )
    assert set(student.f()) == {"grader", "grader.worker", *libraries.modules()}
    session.drop()


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
    server = start(["numpy"], without=compose.LAYERS)
    source = (
        "import numpy as np, os\ndef threads():\n    return len(os.listdir('/proc/self/task'))\n"
        "def f():\n    before = threads()\n    a = np.ones((400, 400))\n    a @ a\n    return threads() - before\n"
    )
    kept, student = loaded(server, source)
    assert student.f() == 0
    kept.drop()
    server.close()


def test_a_library_brings_what_it_imports_itself() -> None:
    assert libraries.with_support(["numpy"]) == ["numpy"]
    assert libraries.with_support(["numpy", "torch"])[:2] == ["numpy", "torch"]
    assert "sympy" in libraries.with_support(["torch"])
