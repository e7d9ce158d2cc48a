"""NumPy and PyTorch compute under all layers, loaded and forked as a zygote does it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.spec import WORKER_SCRIPT, worker_spec
from grader.worker.layers import compose

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


@pytest.mark.parametrize("without", WITHOUT)
@pytest.mark.parametrize("library", ["numpy", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_it_computes_and_nothing_else(library: str, without: str, user: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    if user == "root" and os.geteuid() != 0:
        pytest.skip("root is not there to be tested")
    if user == "nobody" and os.geteuid() == 0 and private():
        pytest.skip("the interpreter is in a private folder, which an ordinary user could not have started")
    contained(library, WITHOUT[without], user=user == "nobody" and os.geteuid() == 0)
