"""Where the course is, and its language. Every command asks this before it does anything, so it imports little."""

from __future__ import annotations

from pathlib import Path

from grader.errors import D2DError
from grader.fields import load_table
from grader.i18n import LANGUAGES

COURSE_FILE = "d2d.toml"


def course_folder(start: Path, named: Path | None = None) -> Path | None:
    """The folder `named`, else the nearest folder upwards from `start`; None where it has no course file."""
    folders = [named] if named else [start, *start.parents]
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
