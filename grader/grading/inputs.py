"""What a report depends on: one hash of it all, and how it travels to another machine.

While the hash stays the same, the report need not be made again. It covers whatever could change a verdict, a sentence
or an input. Times are not in it, and the layers of the sandbox are not either: they decide no score.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import grader
from grader.assignment.manifest import Assignment, read_assignment
from grader.errors import OurFaultError
from grader.grading import Setting
from grader.i18n import _, language
from grader.intake import Submission

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
        judging = (grader_sha256(), assignment_sha256(assignment), repr(assignment.limits), about(assignment.imports))
        parts = map(str, (*judging, seed_commitment, visibility, language()))
        return cls(hashlib.sha256("\0".join(parts).encode()).hexdigest())

    def sha256(self, submission: Submission) -> str:
        """The hash with one submission in it: its code, its name, and what was said while it was read."""
        return hashlib.sha256(self.judged_by.encode() + repr(submission).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Parcel:
    """A setting with the files that judge, and the hash that they must have where they arrive.

    Nodes of a cluster need d2d and the libraries, and no copy of the course that could be an old one.
    """

    setting: Setting
    files: tuple[tuple[str, bytes], ...]
    sha256: str
    about: Mapping[str, str]  # the machine that packed it

    @classmethod
    def of(cls, setting: Setting) -> Parcel:
        assignment = setting.assignment
        files = tuple((name.as_posix(), file.read_bytes()) for file, name in assignment_files(assignment))
        return cls(setting, files, assignment_sha256(assignment), about(assignment.imports))

    def unpacked(self, folder: Path) -> Setting:
        """The setting with its assignment in `folder`, which is another machine's."""
        own = self.setting.assignment
        for name, content in self.files:
            file = folder / own.id / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        reference = folder / own.id / "reference" / f"{own.id}.py"
        assignment = replace(read_assignment(folder / own.id, reference), limits=own.limits)
        if assignment_sha256(assignment) != self.sha256:
            raise OurFaultError(_("The cases did not arrive as they were sent."), where=platform.node())
        return replace(self.setting, assignment=assignment)


def about(imports: tuple[str, ...]) -> dict[str, str]:
    """What must be the same on every machine for reports to be the same."""
    own = {"d2d": grader_sha256()[:16], "Python": platform.python_version()}
    return own | {name: _version(name) for name in imports}


@cache
def grader_sha256() -> str:
    """The hash of the program itself: a version number says nothing between two releases."""
    return files_sha256((file, file.relative_to(_PACKAGE)) for file in _files(_PACKAGE, (".py", ".mo")))


def assignment_sha256(assignment: Assignment) -> str:
    """The hash of everything in an assignment that judges, and of its reference."""
    return files_sha256(assignment_files(assignment))


def assignment_files(assignment: Assignment) -> list[tuple[Path, Path]]:
    """The files of an assignment that judge, each with its name in it."""
    home = assignment.folder
    files = [(file, file.relative_to(home)) for file in _files(home, ()) if file != assignment.reference]
    if assignment.reference is not None:
        files.append((assignment.reference, Path("reference", assignment.reference.name)))
    return files


def _files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files that are not for people alone, of all kinds where no endings are named."""
    files = (file for file in folder.rglob("*") if file.suffix not in _FOR_PEOPLE and file.name != _FOR_AUTHORS)
    return sorted(file for file in files if file.is_file() and (not endings or file.suffix in endings))


def files_sha256(files: Iterable[tuple[Path, Path]]) -> str:
    """One hash of files, each with the name by which it counts."""
    digest = hashlib.sha256()
    for file, name in files:
        digest.update(name.as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _version(library: str) -> str:
    from importlib import metadata  # large, and not every command that imports this module asks

    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "–"  # a module of the course's own, or one that is packaged under another name
