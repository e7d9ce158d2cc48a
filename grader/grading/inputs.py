"""One hash of everything that a report depends on: while it stays the same, the report need not be made again.

It covers whatever could change a verdict, a sentence or an input. Times are not in it, and the layers of the sandbox
are not either: they decide no score.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grader
from grader.assignment.manifest import Assignment
from grader.i18n import language
from grader.intake.submission import Submission

_PACKAGE = Path(grader.__file__).parent
# What of an assignment is for people alone: changing it changes no report.
_FOR_PEOPLE = (".md", ".po", ".pot", ".pyc")
_FOR_AUTHORS = "equivalent.toml"


@dataclass(frozen=True)
class Inputs:
    """The hash of what all submissions of a run are judged by."""

    judged_by: str

    @classmethod
    def of(cls, assignment: Assignment, seed_commitment: str, visibility: str) -> Inputs:
        digest = hashlib.sha256()
        for part in (grader_sha256(), assignment_sha256(assignment), seed_commitment, visibility, language()):
            digest.update(part.encode() + b"\0")
        digest.update(repr(assignment.limits).encode() + b"\0" + platform.python_version().encode() + b"\0")
        for name in assignment.imports:
            digest.update(f"{name} {_version(name)}\0".encode())
        return cls(digest.hexdigest())

    def sha256(self, submission: Submission) -> str:
        """The hash with one submission in it: its code, its name, and what was said while it was read."""
        digest = hashlib.sha256(self.judged_by.encode())
        digest.update(repr(submission).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


@cache
def grader_sha256() -> str:
    """The hash of the program itself: a version number says nothing between two releases."""
    return _sha256((file, file.relative_to(_PACKAGE)) for file in _files(_PACKAGE, (".py", ".mo")))


def assignment_sha256(assignment: Assignment) -> str:
    """The hash of everything in an assignment that judges, and of its reference."""
    return _sha256(iter(assignment_files(assignment)))


def assignment_files(assignment: Assignment) -> list[tuple[Path, Path]]:
    """The files of an assignment that judge, each with its name in it."""
    home = assignment.folder
    files = [(file, file.relative_to(home)) for file in _files(home, ()) if file != assignment.reference]
    if assignment.reference is not None:
        files.append((assignment.reference, Path("reference", assignment.reference.name)))
    return files


def _files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix not in _FOR_PEOPLE
        and file.name != _FOR_AUTHORS
        and (not endings or file.suffix in endings)
    )


def _sha256(files: Iterator[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for file, name in files:
        digest.update(name.as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "?"  # a module of the course's own, or one that is packaged under another name
