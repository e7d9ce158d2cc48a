"""The members' folder: handout, stub, notebook, public cases and what the reference answered to them.

Its workflow runs `d2d actions check` on every push, with pinned versions. Each file is copied by name, so that nothing
hidden gets into the folder. The notebook is the handout's text, with a cell for each function below the text about it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader import __version__
from grader.assignment.manifest import MANIFEST, RECORDING, Assignment
from grader.authoring.firstcell import FirstCell
from grader.course.course import Course
from grader.course.language import COURSE_FILE
from grader.errors import BadAssignmentError, UsageError
from grader.files import read_text
from grader.i18n import _, speaking
from grader.judge.cases import collect_cases
from grader.judge.hints import LiveHints, read_misconceptions
from grader.judge.recording import record
from grader.render.notebook import notebook_text

PLACE = Path(".github", "workflows", "check.yml")
TORCH = "2.13.0"
_TEMPLATE = Path(__file__).with_name("check.yml")
_PIP = "python -m pip install --disable-pip-version-check"
_TORCH_ONLY_CPU = "https://download.pytorch.org/whl/cpu"  # the one on PyPI has gigabytes for graphics cards
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z,]+\])?")
_COURSE = """\
# Made by `d2d release`. In this folder, and below it, the commands of d2d run.
name = {name}
assignments = "assignments"
"""
MARKER = re.compile(r"^<!--\s*cell:\s*(\w+)\s*-->[ \t]*\n?", re.MULTILINE)


def write_release(course: Course, ids: Sequence[str], out: Path, languages: Sequence[str]) -> list[Path]:
    """Write the members' folder for these assignments to `out`; returns the files.

    All files are made in a folder beside `out` first, so a mistake in one assignment changes nothing in `out`.
    """
    if out.exists() and any(out.iterdir()) and not (out / COURSE_FILE).is_file():
        hint = _("Name an empty folder, or one that an earlier release made.")
        raise UsageError(_("This folder holds something else."), where=out, hint=hint)
    first = FirstCell.of(course)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".d2d-release-", dir=out.parent) as name:
        made = Path(name)
        (made / COURSE_FILE).write_text(_COURSE.format(name=json.dumps(course.name, ensure_ascii=False)), "utf-8")
        for id_ in ids:
            _assignment(first, course.assignment(id_), made / "assignments" / id_, languages)
        (made / PLACE).parent.mkdir(parents=True)
        language = languages[0] if len(languages) == 1 else course.language or "ko"
        there = {file.parent.name for file in out.glob(f"assignments/*/{MANIFEST}")}  # by an earlier release
        released = [course.assignment(id_) for id_ in course.ids() if id_ in there or id_ in ids]
        (made / PLACE).write_text(workflow(course.install, released, language), "utf-8")
        files = sorted(file.relative_to(made) for file in made.rglob("*") if file.is_file())
        for file in files:
            (out / file).parent.mkdir(parents=True, exist_ok=True)
            (made / file).replace(out / file)
    return [out / file for file in files]


def _assignment(first: FirstCell, assignment: Assignment, folder: Path, languages: Sequence[str]) -> None:
    assert assignment.needed_reference
    folder.mkdir(parents=True)
    cases = assignment.public_cases, *assignment.common
    for file in (assignment.folder / MANIFEST, assignment.stub, *cases, *assignment.files):
        shutil.copy(file, folder / file.name)
    for language in languages:
        (folder / f"handout.{language}.md").write_text(handout_text(assignment, language), "utf-8")
        notebook = handout_notebook(assignment, language, first)
        (folder / f"{assignment.id}.{language}.ipynb").write_text(notebook, "utf-8")
    for catalog in assignment.folder.glob("locale/*/LC_MESSAGES/*.mo"):
        target = folder / catalog.relative_to(assignment.folder)
        target.parent.mkdir(parents=True)
        shutil.copy(catalog, target)
    hints = LiveHints(assignment, read_misconceptions(assignment))
    (folder / RECORDING).write_bytes(record(collect_cases(assignment), hints))


def workflow(install: str, assignments: Sequence[Assignment], language: str) -> str:
    """The workflow that checks these assignments and prints in `language`."""
    lines = []
    if any("torch" in assignment.imports for assignment in assignments):
        lines.append(f"{_PIP} --index-url {_TORCH_ONLY_CPU} torch=={TORCH}")
    lines.append(f"{_PIP} {shlex.quote(_pinned(install))}")
    template = _TEMPLATE.read_text("utf-8")
    return template.replace("{install}", "\n          ".join(lines)).replace("{language}", language)


def _pinned(install: str) -> str:
    """The requirement of the course; a bare name means the version that made the release."""
    requirement = " ".join(install.split())
    return f"{requirement}=={__version__}" if _BARE.fullmatch(requirement) else requirement


def handout_text(assignment: Assignment, language: str) -> str:
    """The handout without its markers, to read."""
    return MARKER.sub("", _read(assignment, language))


def handout_notebook(assignment: Assignment, language: str, first: FirstCell) -> str:
    """The notebook that members fill in, as JSON of nbformat 4.5."""
    cells = [_with_id(cell, at) for at, cell in enumerate(_cells(assignment, language, first))]
    made_of = {"assignment": assignment.id, "version": assignment.version, "language": language}
    return notebook_text(cells, colab={"provenance": [], "toc_visible": True}, d2d=made_of)


def _cells(assignment: Assignment, language: str, first: FirstCell) -> Iterator[dict[str, Any]]:
    with speaking(language):
        judges = _("Judges this notebook by the public cases.")
    yield _code(first.source(assignment, language))
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
