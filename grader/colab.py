"""`%d2d check hw1` in a notebook judges that notebook.

    %load_ext grader.colab
    %d2d check hw1

The kernel holds the student's code, so nothing is judged in it: the notebook's cells go to `d2d` in a process of its
own, and what it shows comes back as HTML. Colab is asked for the notebook itself; elsewhere the cells that were run in
this session are taken, of each the last run. A notebook that `d2d release` made is answered in its language.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader import i18n
from grader.course.language import COURSE_FILE, COURSE_VARIABLE
from grader.i18n import _
from grader.runs import follow, runs_of
from grader.scratch import Scratch

_COURSE = "d2d-course"  # where the first cell of a released notebook puts the course
_PROGRAM = str(Path(__file__).with_name("__main__.py"))  # by its path: the current folder may hold a grader/ of its own
_ASK_SECONDS = 10


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext grader.colab`."""
    start = _here()  # a later cell may leave it, by `os.chdir` or `%cd`
    if named := os.environ.get(COURSE_VARIABLE):
        os.environ[COURSE_VARIABLE] = str(start / named)

    def d2d(line: str) -> None:
        run(line, ipython, start)

    follow(ipython)
    ipython.register_magic_function(d2d, "line", "d2d")


def run(line: str, ipython: Any, start: Path) -> None:
    """Run the command that stands after `%d2d`, and show what it gives; `start` is where the notebook began."""
    try:
        arguments = shlex.split(line)
    except ValueError as error:  # a quote that nothing closes
        print(f"%d2d: {error}", file=sys.stderr)  # noqa: T201 — a cell's output is where this belongs
        return
    asked = _asked(arguments)
    i18n.use(asked.get("lang") or i18n.from_locale())
    with Scratch("notebook") as folder:
        page = folder / "report.html"
        if asked.get("hw"):
            if asked["path"] is None:
                notebook = current_notebook(ipython)
                if not asked["lang"] and (known := _language(notebook)):
                    i18n.use(known)
                    arguments += ["--lang", known]
                file = folder / f"{asked['hw']}.ipynb".replace("/", "-")
                file.write_text(json.dumps(notebook, ensure_ascii=True), "utf-8")
                arguments.append(str(file))
            arguments += ["--html", str(page), "--fragment"]
        command = [sys.executable, _PROGRAM, *arguments, *_course(arguments, start)]
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, encoding="utf-8", errors="replace", env=_environment(), check=False
        )
        if page.is_file() and page.stat().st_size and asked["json_file"] != "-":
            from IPython.display import display

            # The text is for what shows no pages: a terminal, a notebook's copy, whoever searches the file.
            display({"text/html": page.read_text("utf-8"), "text/plain": done.stdout.rstrip("\n")}, raw=True)
        else:
            print(done.stdout, end="")  # noqa: T201
        if done.stderr:
            print(done.stderr, end="", file=sys.stderr)  # noqa: T201


def _environment() -> dict[str, str]:
    """That of the kernel, without its order to every program to print in colours, which a copy would keep as signs."""
    forced = ("FORCE_COLOR", "CLICOLOR_FORCE")
    kept = {name: value for name, value in os.environ.items() if name not in forced}
    return kept | {"PYTHONIOENCODING": "utf-8"}


def _asked(arguments: list[str]) -> dict[str, Any]:
    """The options of a `check`; empty for another command."""
    if arguments[:1] != ["check"]:
        return {}
    from grader.cli.check import check_command

    return dict(check_command.make_context("check", arguments[1:], resilient_parsing=True).params)


def current_notebook(ipython: Any) -> dict[str, Any]:
    """The notebook as Colab has it, else one made of the cells that were run in this session."""
    try:
        from google.colab import _message
    except ImportError:
        return _from_history(ipython)
    try:
        answer = _message.blocking_request("get_ipynb", request="", timeout_sec=_ASK_SECONDS)
    except Exception as error:  # noqa: BLE001 — Colab's own, of whatever kind: the work is judged all the same
        answer = {"error": type(error).__name__}
    notebook = answer.get("ipynb") if isinstance(answer, dict) else None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        print(_("Colab did not hand out this notebook; the cells that were run are judged instead."))  # noqa: T201
        return _from_history(ipython)
    return notebook


def _language(notebook: dict[str, Any]) -> str | None:
    """The language that a released notebook is written in."""
    value: Any = notebook
    for key in ("metadata", "d2d", "language"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if value in i18n.LANGUAGES else None


def _from_history(ipython: Any) -> dict[str, Any]:
    """A notebook of the cells that were run, as typed, with the numbers that the member sees beside them."""
    cells = [
        {"cell_type": "code", "execution_count": run.number, "metadata": {}, "outputs": [], "source": run.source}
        for run in runs_of(ipython)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def _course(arguments: list[str], start: Path) -> list[str]:
    """The option for the course of the notebook, unless one is named or lies around the current folder."""
    named = any(argument.partition("=")[0] == "--course" for argument in arguments) or os.environ.get(COURSE_VARIABLE)
    here = _here()
    if not arguments or arguments[0].startswith("-") or named or _around(here) is not None:
        return []
    courses = (_fetched(here), _fetched(start), _around(start))
    return next((["--course", str(folder)] for folder in courses if folder is not None), [])


def _here() -> Path:
    """The current folder; where it was deleted, `d2d` itself says so."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.sep)


def _around(place: Path) -> Path | None:
    """The course that a folder lies in."""
    return next((folder for folder in (place, *place.parents) if (folder / COURSE_FILE).is_file()), None)


def _fetched(place: Path) -> Path | None:
    """The course that the first cell put into a folder."""
    return place / _COURSE if (place / _COURSE / COURSE_FILE).is_file() else None
