"""The members' folder: handout, stub, notebook, public cases and what the reference answered to them.

Its workflow runs `d2d actions check` on every push, with pinned versions.

Each file is copied by name, so that nothing hidden gets into the folder.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader import __version__
from grader.assignment.manifest import MANIFEST, RECORDING, Assignment
from grader.authoring.handout import handout_notebook, handout_text
from grader.course.course import COURSE_FILE, Course
from grader.errors import UsageError
from grader.i18n import _
from grader.judge.cases import collect_cases
from grader.judge.hints import LiveHints, read_misconceptions
from grader.judge.recording import record

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


def write_release(course: Course, ids: Sequence[str], out: Path, languages: Sequence[str]) -> list[Path]:
    """Write the members' folder for these assignments to `out`; returns the files.

    All files are made in a folder beside `out` first, so a mistake in one assignment changes nothing in `out`.
    """
    if out.exists() and any(out.iterdir()) and not (out / COURSE_FILE).is_file():
        hint = _("Name an empty folder, or one that an earlier release made.")
        raise UsageError(_("This folder holds something else."), where=out, hint=hint)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".d2d-release-", dir=out.parent) as name:
        made = Path(name)
        (made / COURSE_FILE).write_text(_COURSE.format(name=json.dumps(course.name, ensure_ascii=False)), "utf-8")
        for id_ in ids:
            _assignment(course, course.assignment(id_), made / "assignments" / id_, languages)
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


def _assignment(course: Course, assignment: Assignment, folder: Path, languages: Sequence[str]) -> None:
    assert assignment.needed_reference
    folder.mkdir(parents=True)
    for file in (assignment.folder / MANIFEST, assignment.stub, assignment.public_cases, *assignment.files):
        shutil.copy(file, folder / file.name)
    for language in languages:
        (folder / f"handout.{language}.md").write_text(handout_text(assignment, language), "utf-8")
        notebook = handout_notebook(assignment, language, course.install, course.members)
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
