"""A new assignment: one small function taught, asked for and judged, to be replaced by what the author has in mind.

It is whole on purpose: `d2d audit` is green on it from the first minute, and stays the measure while it is changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.course.course import Course
from grader.errors import UsageError
from grader.i18n import _

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")

# Files with `{hw}` in their names and texts; the ending `.in` keeps tools from taking them for Python.
_SKELETON = Path(__file__).with_name("skeleton")


def begin(course: Course, name: str) -> list[Path]:
    """Write the files of a new assignment; nothing that is there is touched."""
    if not _NAME.fullmatch(name):
        hint = _("Small letters, digits and _, beginning with a letter: hw6")
        raise UsageError(_("{name} can't be the name of an assignment.").format(name=name), hint=hint)
    folders = {"assignments": course.assignments, "reference": course.reference}
    files = {}
    for file in sorted(_SKELETON.rglob("*.in")):
        room, *rest = file.relative_to(_SKELETON).with_suffix("").parts
        files[folders[room].joinpath(*(part.replace("{hw}", name) for part in rest))] = file.read_text("utf-8")
    for path in (course.assignments / name, course.reference / f"{name}.py"):
        if path.exists():
            raise UsageError(_("This is there already."), where=path, hint=_("Choose another name."))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{hw}", name), "utf-8")
    return list(files)
