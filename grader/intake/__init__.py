"""What a member hands in, as cells of code that know where they come from.

A new kind of file is one module here and one line in READERS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.errors import BadInputError
from grader.i18n import _
from grader.report.report import Note, Where

PYTHON, NOTEBOOK = ".py", ".ipynb"
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
# Which function reads the files with this ending. What reads code gives cells; what reads an archive, candidates.
READERS = {
    PYTHON: "script:cells_of_script",
    NOTEBOOK: "notebook:cells_of_notebook",
    ".zip": "zip:candidates_of_zip",
    ".tar": "tar:candidates_of_tar",
    ".tar.gz": "tar:candidates_of_tar",
    ".tgz": "tar:candidates_of_tar",
}
MAX_CODE = 8 << 20  # characters in all cells together: the work of a whole term has a tenth of that


@dataclass(frozen=True)
class Cell:
    """One piece of code; `number` counts from 1 as the member sees it, None in a plain Python file."""

    file: str
    source: str
    number: int | None = None
    index: int | None = None  # the place among all cells of the notebook, text cells included, from 0
    count: int | None = None  # Jupyter's and Colab's «In [7]», where the cell was run

    @property
    def label(self) -> str:
        """The file name that tracebacks inside the worker carry for it."""
        return self.file if self.number is None else f"{self.file}[{self.number}]"

    def at(self, line: int | None) -> Where:
        """A line of this cell, if it has that many: the number comes from the student's own process."""
        known = line is not None and 1 <= line <= self.source.count("\n") + 1
        return Where(self.file, line if known else None, self.number)


@dataclass(frozen=True)
class Submission:
    """What one member handed in for one assignment."""

    member: str
    file: str
    cells: tuple[Cell, ...]
    sha256: str
    notes: tuple[Note, ...] = ()


def too_much_code(where: str) -> BadInputError:
    """The refusal of a file by the size of its code."""
    return BadInputError(_("The cells hold more than {limit} MB of code.").format(limit=MAX_CODE >> 20), where=where)


def reader(ending: str) -> Callable[..., Any]:
    """The function of READERS for `ending`; its module is loaded now, since most submissions need only one."""
    module, _colon, name = READERS[ending].partition(":")
    function: Callable[..., Any] = getattr(import_module(f"grader.intake.{module}"), name)
    return function
