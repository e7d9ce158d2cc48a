"""What can go wrong, as one tree.

    D2DError                    a sentence for the person, and an exit code
    ├── UsageError          2   the command was called in a way that can't be carried out
    ├── BadInputError       2   a file that somebody handed in or wrote is not what it has to be
    │   ├── FileError           2   … or can't be read or written at all
    │   └── BadAssignmentError  2   … or is the author's: manifest, course file, cases, recordings
    └── OurFaultError       3   infrastructure or judge: never the student's fault, a rerun is due
        └── MachineError        3   … for everybody: the run ends, and no member is to blame
            └── NoRoomError         3   … because a disk is full

What happens inside a submission is no error of ours: it is a verdict (`grader.report.report`).
"""

from __future__ import annotations

from pathlib import Path

ALL_PASSED, NOT_ALL_PASSED, BAD_INPUT, OUR_FAULT = 0, 1, 2, 3
STOPPED = 130  # by Ctrl-C, as a shell counts it: nothing was judged to its end


class D2DError(Exception):
    """What went wrong, where, and what to do next: each a sentence or nothing."""

    exit_code = OUR_FAULT

    def __init__(self, what: str, *, where: str | Path | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = None if where is None else str(where)
        self.hint = hint
        self.trace = ""  # where it was raised, if it was kept for later or came from another process

    def __str__(self) -> str:
        return self.what if self.where is None else f"{self.where}: {self.what}"


class UsageError(D2DError):
    """The command was called in a way that can't be carried out."""

    exit_code = BAD_INPUT


class BadInputError(D2DError):
    """A file that somebody handed in or wrote is not what it has to be."""

    exit_code = BAD_INPUT


class FileError(BadInputError):
    """A file or folder can't be read or written."""


class BadAssignmentError(BadInputError):
    """An assignment contradicts itself: the author has to mend it."""


class OurFaultError(D2DError):
    """Infrastructure or judge failed; no score may come of it."""

    exit_code = OUR_FAULT


class MachineError(OurFaultError):
    """What the machine can't do for anybody, so there is no use in going on."""


class NoRoomError(MachineError):
    """A disk is full, or what this user or process may write on it is used up."""
