"""What a member hands in, as cells of code that know where they come from.

A new kind of file is one module here and one line in READERS.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

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


def reader(ending: str) -> Callable[..., Any]:
    """The function of READERS for `ending`; its module is loaded now, since most submissions need only one."""
    module, _colon, name = READERS[ending].partition(":")
    function: Callable[..., Any] = getattr(import_module(f"grader.intake.{module}"), name)
    return function
