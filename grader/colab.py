"""`%d2d check hw1` in a notebook: judges the notebook that it stands in.

    %load_ext grader.colab
    %d2d check hw1

The kernel holds the student's code, so nothing is judged in it: the notebook's cells go to `d2d` in a process of its
own, and what it shows comes back as HTML. Colab is asked for the notebook itself; elsewhere the cells that were run in
this session are taken, the last run of each.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from grader import i18n
from grader.i18n import _

_COURSES = ("d2d-course",)  # where the first cell of a released notebook puts the course
_ASK_SECONDS = 10


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext grader.colab`."""

    def d2d(line: str) -> None:
        run(line, ipython)

    ipython.register_magic_function(d2d, "line", "d2d")


def run(line: str, ipython: Any) -> None:
    """One `%d2d …`: judge and show."""
    arguments = shlex.split(line)
    i18n.use(_option(arguments, "--lang") or i18n.from_locale())
    with tempfile.TemporaryDirectory(prefix="d2d-notebook-") as folder:
        if arguments[:1] == ["check"] and not _names_a_file(arguments):
            notebook = Path(folder, f"{arguments[1] if len(arguments) > 1 else 'notebook'}.ipynb")
            notebook.write_text(json.dumps(current_notebook(ipython), ensure_ascii=False), "utf-8")
            arguments.insert(2, str(notebook))
        page = Path(folder, "report.html")
        if arguments[:1] == ["check"]:
            arguments += ["--html", str(page), "--fragment"]
        command = [sys.executable, "-m", "grader", *arguments, *_course(arguments)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603
        if page.is_file() and page.stat().st_size:
            _show_html(page.read_text("utf-8"))
        else:
            print(done.stdout, end="")  # noqa: T201 — a cell's output is where this belongs
        if done.stderr:
            print(done.stderr, end="", file=sys.stderr)  # noqa: T201


def current_notebook(ipython: Any) -> dict[str, Any]:
    """The notebook as Colab has it, else one made of the cells that were run in this session."""
    try:
        from google.colab import _message
    except ImportError:
        return _from_history(ipython)
    answer = _message.blocking_request("get_ipynb", request="", timeout_sec=_ASK_SECONDS)
    notebook = answer.get("ipynb") if isinstance(answer, dict) else None
    if not isinstance(notebook, dict):
        print(_("Colab did not hand out this notebook; the cells that were run are judged instead."))  # noqa: T201
        return _from_history(ipython)
    return notebook


def _from_history(ipython: Any) -> dict[str, Any]:
    """The cells that were run, as typed. Each keeps its number of execution, which the member sees beside it."""
    typed = ipython.history_manager.input_hist_raw
    cells = [
        {"cell_type": "code", "execution_count": at, "metadata": {}, "outputs": [], "source": source}
        for at, source in enumerate(typed)
        if at
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def _show_html(page: str) -> None:
    from IPython.display import HTML, display

    display(HTML(page))


def _option(arguments: list[str], name: str) -> str | None:
    for at, argument in enumerate(arguments):
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
        if argument == name and at + 1 < len(arguments):
            return arguments[at + 1]
    return None


def _names_a_file(arguments: list[str]) -> bool:
    return len(arguments) > 2 and not arguments[2].startswith("-")


def _course(arguments: list[str]) -> list[str]:
    """The course that the notebook's first cell fetched, unless the command names one or lies in one."""
    if _option(arguments, "--course") or any(Path(folder, "d2d.toml").is_file() for folder in _upwards()):
        return []
    return next((["--course", name] for name in _COURSES if Path(name, "d2d.toml").is_file()), [])


def _upwards() -> list[Path]:
    here = Path.cwd()
    return [here, *here.parents]
