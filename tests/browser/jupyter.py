"""Jupyter servers for tests: a members' folder, and a server of either kind in it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat

from grader.authoring.release import write_release
from grader.course.course import find_course
from tests.waiting import BACKSTOP, wait_until

ROOT = Path(__file__).parents[2]
TOKEN = "d2d"
# What a member has by then: one right, one wrong, one that raises; the rest is as it was released.
WRITTEN = {
    "sigmoid": "def sigmoid(x):\n    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))",
    "softmax": "def softmax(x):\n    e = np.exp(x - x.max(-1, keepdims=True))\n    return e / e.sum()",
    "l1_loss": 'def l1_loss(x, y, reduction="mean"):\n    return np.abs(x - y).mean(axis=0)[reduction]',
}


def write_members(out: Path) -> None:
    """The members' folder, hw1's notebooks begun."""
    write_release(find_course(ROOT), ["hw1"], out, ("ko", "en"))
    for file in out.rglob("*.ipynb"):
        fill(file, file, WRITTEN)


def fill(blank: Path, file: Path, written: dict[str, str]) -> None:
    """The released notebook as `file`, with these functions in their cells."""
    notebook = nbformat.read(blank, 4)
    for cell in notebook.cells:
        name = re.match(r"def (\w+)", cell.source)
        if name and name[1] in written:
            cell.source = written[name[1]]
    nbformat.write(notebook, file)


@contextmanager
def serving(module: str, folder: Path, home: Path, options: Sequence[str] = ()) -> Iterator[str]:
    """The address of a Jupyter server in `folder`, with a home of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    environment = {**os.environ, **dict.fromkeys(names, str(home)), "LANG": "C.UTF-8"}
    settings = [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    settings += ["--ServerApp.ip=127.0.0.1", "--no-browser", "--allow-root", *options]
    command = [sys.executable, "-m", module, *settings]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        status = f"{address}/api/status?token={TOKEN}"
        wait_until(lambda: _answers(status) or server.poll() is not None)
        assert server.poll() is None, (home / "log").read_text("utf-8")
        yield address
    finally:
        server.terminate()  # it ends its kernels
        try:
            server.wait(BACKSTOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=BACKSTOP) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
