"""An assignment as it travels to another machine: the files that judge, and the hash that they must have there.

Nodes of a cluster need d2d and the libraries, and no copy of the course that could be an old one.
"""

from __future__ import annotations

import importlib.metadata
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment.manifest import read_assignment
from grader.errors import OurFaultError
from grader.grading.inputs import assignment_files, assignment_sha256, grader_sha256
from grader.grading.task import Setting
from grader.i18n import _


@dataclass(frozen=True)
class Parcel:
    """A setting whose assignment is packed with it."""

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
    found = {"d2d": grader_sha256()[:16], "Python": platform.python_version()}
    for name in imports:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "–"
    return found


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for a parcel that nobody else on the machine may look into."""
    return tempfile.TemporaryDirectory(prefix="d2d-parcel-")
