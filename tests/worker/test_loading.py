"""What can be imported in a worker, and what it finds around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import worker
from grader.bridge.session import WorkerSource
from grader.sandbox.start import start
from grader.worker import loading
from grader.worker.layers.compose import LAYERS
from tests.families import Family
from tests.sandbox.conftest import server
from tests.sandbox.sessions import loaded

__all__ = ["server"]  # a fixture


def test_the_folder_is_the_list_of_modules() -> None:
    folder = Path(worker.__file__).parent
    files = {file.relative_to(folder).with_suffix("") for file in folder.rglob("*.py")}
    names = {".".join(("grader.worker", *(part for part in file.parts if part != "__init__"))) for file in files}
    assert {"grader.worker", *loading.modules()} == names


def test_a_worker_has_loaded_all_of_the_folder_and_nothing_else_of_the_program(server: WorkerSource) -> None:
    session, student = loaded(
        server, "import sys\ndef f():\n    return [name for name in sys.modules if name.startswith('grader')]\n"
    )
    assert set(student.f()) == {"grader", "grader.worker", *loading.modules()}
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
    server = start(["numpy"], without=LAYERS)
    source = (
        "import numpy as np, os\ndef threads():\n    return len(os.listdir('/proc/self/task'))\n"
        "def f():\n    before = threads()\n    a = np.ones((400, 400))\n    a @ a\n    return threads() - before\n"
    )
    kept, student = loaded(server, source)
    assert student.f() == 0
    kept.drop()
    server.close()


def test_a_library_brings_what_it_imports_itself() -> None:
    assert loading.with_support(["numpy"]) == ["numpy"]
    assert loading.with_support(["numpy", "torch"])[:2] == ["numpy", "torch"]
    assert "sympy" in loading.with_support(["torch"])
