"""grader/__main__.py: the program is run by its path, and what lies in the current folder is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader import colab

PROGRAM = Path(grader.__file__).with_name("__main__.py")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A member's folder with modules of the names that the program imports."""
    (tmp_path / "grader").mkdir()
    for name in ("grader/__init__.py", "grader/__main__.py", "numpy.py", "click.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong one')\n", "utf-8")
    return tmp_path


def test_a_folder_called_grader_is_not_run(hostile: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "--version"], cwd=hostile, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert grader.__version__ in done.stdout


def test_a_notebook_in_that_folder_runs_the_program_too(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile)
    colab.run("--version", None, hostile)
    assert grader.__version__ in capfd.readouterr().out


def test_what_a_notebook_imports_changes_nothing_of_its_kernel() -> None:
    """Neither the search path nor a module of click's, nor gettext's domain, nor the environment."""
    script = """
import gettext, os, sys
import click.core
sys.path.append("/somewhere")
os.environ["PYTHONPATH"] = "/somewhere"
def state(): return list(sys.path), dict(os.environ), gettext.textdomain(), click.core._, click.core.ngettext
before = state()
import grader.colab, grader.cli.check
assert state() == before
"""
    subprocess.run([sys.executable, "-c", script], check=True)
