"""The handout as a notebook: its text, and below the text about each function a cell for it."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.assignment.manifest import Assignment
from grader.errors import BadAssignmentError
from grader.files import read_text
from grader.i18n import _, speaking

MARKER = re.compile(r"^<!--\s*cell:\s*(\w+)\s*-->[ \t]*\n?", re.MULTILINE)


def handout_text(assignment: Assignment, language: str) -> str:
    """The handout without its markers, to read."""
    return MARKER.sub("", _read(assignment, language))


def handout_notebook(assignment: Assignment, language: str, install: str, members: str | None) -> str:
    """The notebook that members fill in, as JSON of nbformat 4.5."""
    cells = list(_cells(assignment, language, install, members))
    notebook = {
        "cells": [_with_id(cell, at) for at, cell in enumerate(cells)],
        "metadata": {
            "colab": {"provenance": [], "toc_visible": True},
            "d2d": {"assignment": assignment.id, "version": assignment.version, "language": language},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cells(assignment: Assignment, language: str, install: str, members: str | None) -> Iterator[dict[str, Any]]:
    with speaking(language):
        installs = _("Installs d2d here, once. Run this cell first.")
        judges = _("Judges this notebook by the public cases.")
    yield _code(f"# {installs}\n{_setup(assignment, install, members)}")
    pieces = MARKER.split(_read(assignment, language))
    sources, preamble = _stub(assignment)
    _check_markers(assignment, language, pieces[1::2], sources)
    yield _text(pieces[0])
    yield _code(preamble)
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield _code(sources[name])
        if text.strip():
            yield _text(text)
    yield _code(f"# {judges}\n%d2d check {assignment.id} --lang {language}")


def _setup(assignment: Assignment, install: str, members: str | None) -> str:
    lines = [
        "import importlib.util",
        "import pathlib",
        "",
        'if importlib.util.find_spec("grader") is None:',
        f"    %pip install --quiet {install}",
    ]
    if members is not None:
        lines += [
            'if not any(pathlib.Path(folder, "d2d.toml").is_file() for folder in (".", "..", "../..", "d2d-course")):',
            f"    !git clone --quiet --depth 1 {members} d2d-course",
        ]
    if assignment.files and members is not None:
        # Data files are beside the notebook; in Colab they are in the repository that was just cloned.
        lines += [
            f"for name in {[file.name for file in assignment.files]}:",
            "    if not pathlib.Path(name).is_file():",
            f'        shutil.copy(pathlib.Path("d2d-course", "assignments", "{assignment.id}", name), name)',
        ]
        lines.insert(1, "import shutil")
    return "\n".join([*lines, "%load_ext grader.colab"])


def _stub(assignment: Assignment) -> tuple[dict[str, str], str]:
    """The source of each definition and each requested value of the stub; and all other statements, such as imports."""
    text = assignment.stub_text
    sources, preamble = {}, []
    for at, node in enumerate(ast.parse(text).body):
        segment = _segment(text, node)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            sources[node.name] = segment
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in assignment.values:
            sources[ast.unparse(node.target)] = segment
        elif not (at == 0 and isinstance(node, ast.Expr)):  # the module's docstring
            preamble.append(segment)
    return sources, "\n".join(preamble)


def _segment(text: str, node: ast.stmt) -> str:
    """A statement's lines, with its decorators and the comment above it."""
    lines, decorators = text.splitlines(), getattr(node, "decorator_list", ())
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return "\n".join(lines[first - 1 : node.end_lineno])


def _check_markers(assignment: Assignment, language: str, markers: list[str], sources: dict[str, str]) -> None:
    """Refuse a handout unless every definition of the stub has exactly one marker and every marker a definition."""
    file, lines = _file(assignment, language), _read(assignment, language).splitlines()
    for name in markers:
        at = [number for number, line in enumerate(lines, 1) if (match := MARKER.match(line)) and match[1] == name]
        if name not in sources:
            what = _("The marker {name} has no definition in the stub.").format(name=name)
            hint = _("Define it in {stub}, or take the marker out.").format(stub=assignment.stub.name)
            raise BadAssignmentError(what, where=f"{file}:{at[0]}", hint=hint)
        if len(at) > 1:
            what = _("The marker {name} stands twice.").format(name=name)
            raise BadAssignmentError(what, where=f"{file}:{at[1]}", hint=_("Take one of them out."))
    for name in sources:
        if name not in markers:
            what = _("The handout has no marker for {name}.").format(name=name)
            hint = _("Put «<!-- cell: {name} -->» on a line of its own below the text about it.").format(name=name)
            raise BadAssignmentError(what, where=file, hint=hint)


def _file(assignment: Assignment, language: str) -> Path:
    return assignment.folder / f"handout.{language}.md"


def _read(assignment: Assignment, language: str) -> str:
    return read_text(_file(assignment, language))


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.strip("\n").splitlines(keepends=True)}


def _code(source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": lines}


def _with_id(cell: dict[str, Any], at: int) -> dict[str, Any]:
    """The cell with an id made of its content, so that two releases are the same to the byte."""
    digest = hashlib.sha256(f"{at}\0{''.join(cell['source'])}".encode()).hexdigest()
    return {"cell_type": cell["cell_type"], "id": digest[:12], **cell}
