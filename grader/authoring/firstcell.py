"""The first cell of a released notebook: it installs d2d and fetches the course where these are not there.

A cell that can't do so is not written. In Colab a notebook stands alone: what it installs has to be an address that
everybody can fetch, and so has the members' repository. A notebook that stays in the members' folder needs neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.assignment.manifest import Assignment
from grader.course.course import Course
from grader.course.language import COURSE_FILE
from grader.errors import BadAssignmentError
from grader.fields import load_table
from grader.i18n import _, speaking

# A commit, which stays what it is, or a file. Nothing that a shell or IPython would take for something else.
_INSTALLED = re.compile(
    r"(?:[\w.-]+(?:\[[\w,-]+\])? ?@ ?)?"
    r"(?:git\+(?:https|file)://[\w./~:%+-]+@[0-9a-f]{40}(?:#[\w.=&/-]+)?|(?:https|file)://[\w./~:%+-]+\.(?:whl|zip|tar\.gz))"
)
_CLONED = re.compile(r"(?:https|file)://[\w./~:%+-]+")
_EXAMPLE_INSTALL = "git+https://github.com/GROUP/d2d@<40 hex digits>"
_EXAMPLE_MEMBERS = "https://github.com/GROUP/assignments.git"


@dataclass(frozen=True)
class FirstCell:
    """What the first cells of a course's notebooks install and clone; None for what lies there already."""

    install: str | None
    members: str | None

    @classmethod
    def of(cls, course: Course) -> FirstCell:
        """The first cell by the course file; refused where it could not work."""
        install = " ".join(course.install.split())
        is_address = _INSTALLED.fullmatch(install) is not None
        if course.members is not None:
            if not _CLONED.fullmatch(course.members):
                what = _("Colab can't clone {address}: it has no key and no password.").format(address=course.members)
                hint = _("Set the address of a public repository: {example}")
                raise _refusal(course, "members", what, hint.format(example=f'members = "{_EXAMPLE_MEMBERS}"'))
            if not is_address:
                what = _("Colab can't install {name}: it is no address of a public commit or file.")
                hint = _("Set what pip can fetch without a password, by its full hash: {example}")
                example = f'install = "{_EXAMPLE_INSTALL}"'
                raise _refusal(course, "install", what.format(name=install), hint.format(example=example))
        return cls(install if is_address else None, course.members)

    @property
    def lacking(self) -> str:
        """What the course file lacks for notebooks that stand alone; empty where it lacks nothing."""
        examples = [] if self.install else [f'install = "{_EXAMPLE_INSTALL}"']
        examples += [] if self.members else [f'members = "{_EXAMPLE_MEMBERS}"']
        if not examples:
            return ""
        text = _("These notebooks work only in this folder, with d2d installed. For Colab, set in {file}: {examples}")
        return text.format(file=COURSE_FILE, examples="; ".join(examples))

    def source(self, assignment: Assignment, language: str) -> str:
        """The cell for the notebook of one assignment."""
        with speaking(language):
            about = _("Installs d2d here, once. Run this cell first.") if self.install else _("Run this cell first.")
            no_program = _("d2d is not installed here. Install it in the kernel of this notebook, as your group does.")
            no_course = _("The assignments are not here. Open this notebook in the folder that you received.")
        lines = [f"# {about}", "import importlib.util", "import pathlib"]
        lines += ["import shutil"] if assignment.files and self.members else []
        lines += ["", 'if importlib.util.find_spec("grader") is None:']
        lines += [f"    %pip install --quiet {_quoted(self.install)}" if self.install else f"    print({no_program!r})"]
        lines += [
            'if not any(pathlib.Path(folder, "d2d.toml").is_file() for folder in (".", "..", "../..", "d2d-course")):'
        ]
        if self.members is None:
            return "\n".join([*lines, f"    print({no_course!r})", "%load_ext grader.colab"])
        lines += [f"    !git clone --quiet --depth 1 {self.members} d2d-course"]
        if assignment.files:
            # Data files are beside the notebook; in Colab they are in the repository that was just cloned.
            lines += [
                f"for name in {[file.name for file in assignment.files]}:",
                "    if not pathlib.Path(name).is_file():",
                f'        shutil.copy(pathlib.Path("d2d-course", "assignments", "{assignment.id}", name), name)',
            ]
        return "\n".join([*lines, "%load_ext grader.colab"])


def _refusal(course: Course, key: str, what: str, hint: str) -> BadAssignmentError:
    return load_table(course.folder / COURSE_FILE).error(what, key, hint)


def _quoted(requirement: str) -> str:
    """A requirement as a shell takes it; it has no quotes of its own."""
    return requirement if re.fullmatch(r"[\w./:@+%~-]+", requirement) else f'"{requirement}"'
