"""Of a session, the last run of each cell is what the notebook holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.runs import CellRun, last_runs
from tests.courses import RIGHT

if TYPE_CHECKING:
    from tests.commands import Command

V1, V2 = "def f(x):\n    return x", "def f(x):\n    return 2 * x"
STRAY = "def double(x):\n    return 3 * x"


def kept(*runs: tuple[str, str | None], deleted: tuple[str, ...] = ()) -> list[int]:
    """Which of these runs are kept, counted from 1."""
    return [run.number for run in last_runs([CellRun(n, *run) for n, run in enumerate(runs, 1)], deleted)]


def test_the_last_run_of_a_named_cell_counts() -> None:
    assert kept((V1, "a"), ("x = 1", "b"), (V2, "a")) == [2, 3]
    assert kept((V1, "a"), (V2, "b")) == [1, 2], "two cells that define one name are two cells"
    assert kept((V1, "a"), (V1, "b")) == [1, 2]
    assert kept((V1, "a"), ("", "b")) == [1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (V1, V1),
        (V1, V2),
        ("x = 1", "x = 1\n"),
        (V1 + "\nf(1) / 0", V1 + "\nf(1) / 2"),
        ("def f(x)\n    return x", V1),
        ("x = (1", "x = (1)"),
        ("print(1", "print(1)"),
        (V1, V2 + "\ndef g(x):\n    return x"),
        ("%time\n" + V1, V2),
    ],
)
def test_without_names_the_text_tells_which_cell_was_run_again(first: str, second: str) -> None:
    assert kept((first, None), ("import numpy as np", None), (second, None)) == [2, 3]
    assert kept((first, None), (second, "a")) == [2], "the first ran before the cells were followed"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (V1 + "\ndef g(x):\n    return x", V2),
        (V1 + "\nscale = 2", V2),
        ("import torch\n" + V1, V2),
        ("f = abs", "f = f(1)"),
        ("x = 1", "x = x + 1"),
        ("def g(x):\n    return x\n" + V1, V2),
        ("def f(x)\n    return x", "print(1)"),
    ],
)
def test_what_only_an_earlier_run_made_is_never_lost(first: str, second: str) -> None:
    assert kept((first, None), (second, None)) == [1, 2]


def test_an_import_may_have_moved_to_a_cell_of_its_own() -> None:
    assert kept(("import torch\n" + V1, None), ("import torch", None), (V2, None)) == [2, 3]


def test_a_deleted_cell_goes_unless_it_alone_made_something() -> None:
    assert kept((V1, "a"), (V2, "b"), deleted=("a",)) == [2]
    assert kept((V1, "a"), (V2, "b"), deleted=("b",)) == [1], "also where it ran last"
    assert kept((V1, "a"), ("x = 1", "b"), deleted=("a",)) == [1, 2], "its code may stand in a cell that was not run"


class Kernel:
    """A real kernel that is talked to as a page talks to it: each request may name its cell."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        from jupyter_client.manager import start_new_kernel

        self.manager, self.client = start_new_kernel(
            startup_timeout=600, kernel_name="python3", cwd=str(folder), env=environment
        )

    def run(self, source: str, cell: str | None = None, deleted: tuple[str, ...] = ()) -> str:
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": False}
        metadata = {"cellId": cell, "deletedCells": list(deleted)} if cell else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        shown = []
        while True:
            answer = self.client.get_iopub_msg(timeout=600)
            if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                return "\n".join(shown)
            data: Any = answer["content"].get("data") or {}
            shown.append(answer["content"].get("text") or data.get("text/html") or "")

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


SHELL = """
from IPython.core.interactiveshell import InteractiveShell
from grader.runs import follow, runs_of
shell = InteractiveShell.instance()
follow(shell)
shell.register_magic_function(lambda line: print([(run.number, run.cell) for run in runs_of(shell)]), "line", "shown")
for source, cell in (("a = 1", "x"), ("b = 1", "y"), ("%shown", "z"), ("a = 2", "x"), ("%shown", "z")):
    shell.run_cell(source, store_history=True, cell_id=cell)
"""


def test_each_run_is_of_its_own_cell_also_the_one_right_before_the_check(tmp_path: Path) -> None:
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SHELL], env=environment, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == "[(1, 'x'), (2, 'y'), (3, 'z')]"
    assert second == "[(2, 'y'), (4, 'x'), (5, 'z')]"


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False])
def test_in_a_real_kernel_a_cell_that_was_run_twice_is_one(
    d2d: Command, course: Path, tmp_path: Path, named: bool
) -> None:
    """As JupyterLab and VS Code ask, and as a page that names no cells does."""
    places = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"), str(tmp_path))
    kernel = Kernel(course, {**os.environ, **d2d.env(), **places})
    try:
        kernel.run(STRAY, "b" if named else None)
        kernel.run("%load_ext grader.colab", "a" if named else None)
        kernel.run("def double(x)\n    return x", "b" if named else None)
        kernel.run(STRAY + "\nraise_something()", "b" if named else None)
        kernel.run(RIGHT, "b" if named else None)
        kernel.run("import os; os.chdir('/')", "c" if named else None)
        shown = kernel.run("%d2d check mini --lang en", "d" if named else None, ("x", "y"))
    finally:
        kernel.close()
    assert "100%" in shown
    for word in ("more than once", "raise_something", "no Python"):
        assert word not in shown
