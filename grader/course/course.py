"""The course: the folder with `d2d.toml` in which the commands run."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from grader.assignment.manifest import MANIFEST, Assignment, assignment_order, read_assignment
from grader.errors import D2DError, UsageError
from grader.fields import load_table
from grader.i18n import LANGUAGES, _

COURSE_FILE = "d2d.toml"
# Keys of the course file that only the staff's commands read (grader.course.term), when they need them.
TERM_KEYS = ("term", "time_zone", "deadlines", "late", "resubmissions", "signing", "grading", "policy", "feedback")


@dataclass(frozen=True)
class Course:
    """Where a course keeps its things."""

    folder: Path
    name: str
    language: str | None
    assignments: Path
    reference: Path
    install: str
    members: str | None

    def ids(self) -> list[str]:
        """The assignments that the course has."""
        return sorted((file.parent.name for file in self.assignments.glob(f"*/{MANIFEST}")), key=assignment_order)

    def assignment(self, id_: str) -> Assignment:
        """The assignment `id_`, or what might have been meant."""
        known = self.ids()
        if id_ not in known:
            near = get_close_matches(id_.lower(), known, 1)
            hint = _("Did you mean {name}?") if near else _("Known here: {names}.")
            hint = hint.format(name="".join(near), names=", ".join(known))
            raise UsageError(_("There is no assignment {name}.").format(name=id_), where=self.folder, hint=hint)
        reference = self.reference / f"{id_}.py"
        return read_assignment(self.assignments / id_, reference if reference.is_file() else None)


def find_course(start: Path, named: Path | None = None) -> Course:
    """The course in the folder `named`, else in the nearest folder upwards from `start`."""
    for folder in [named] if named else [start, *start.parents]:
        if (folder / COURSE_FILE).is_file():
            return _read(folder)
    hint = _("Go to the course's folder, or name it: --course DIR")
    raise UsageError(_("There is no {file} here or above.").format(file=COURSE_FILE), where=named or start, hint=hint)


def course_language(start: Path, named: Path | None = None) -> str | None:
    """The language of the course; None where the course file names none or can't be read."""
    try:
        return find_course(start, named).language
    except D2DError:
        return None


def _read(folder: Path) -> Course:
    table = load_table(folder / COURSE_FILE)
    course = Course(
        folder=folder,
        name=table.text("name"),
        language=table.one_of("language", LANGUAGES, None),
        assignments=folder / table.text("assignments", default="assignments"),
        reference=folder / table.text("reference", default="reference"),
        install=table.text("install", default="d2d-grader"),
        members=table.text("members", default=None),
    )
    for key in TERM_KEYS:
        table.values.pop(key, None)
    table.finish()
    return course
