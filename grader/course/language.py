"""Where the course is, and its language. Every command asks this before it does anything, so it imports little."""

from __future__ import annotations

from pathlib import Path

from grader.errors import D2DError
from grader.fields import load_table
from grader.i18n import LANGUAGES

COURSE_FILE = "d2d.toml"
COURSE_VARIABLE = "D2D_COURSE_DIR"  # what `--course` says, in the environment


def course_folder(start: Path, named: Path | None = None) -> Path | None:
    """The folder `named`, else the nearest folder upwards from `start`; None where it has no course file."""
    # Absolute from here on, so that the parts of the course stay where they are whatever becomes of the current folder.
    folders = [named.absolute()] if named else [start, *start.parents]
    return next((folder for folder in folders if (folder / COURSE_FILE).is_file()), None)


def course_language(start: Path, named: Path | None = None) -> str | None:
    """The language of the course; None where the course file names none or can't be read."""
    if (folder := course_folder(start, named)) is None:
        return None
    try:
        language = load_table(folder / COURSE_FILE).values.get("language")
    except D2DError:
        return None  # the command itself says what is wrong
    return language if language in LANGUAGES else None
