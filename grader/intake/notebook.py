"""Code cells of a Jupyter or Colab notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.submission import Cell
from grader.records.report import Note, Where

# `!pip install`, `%matplotlib inline`, `%%time`, `?help`: for IPython, not for Python; never run here.
_MAGIC = re.compile(r"^[ \t]*[!%?]")


def cells_of_notebook(text: str, file: Path) -> tuple[tuple[Cell, ...], tuple[Note, ...]]:
    """The code cells of a notebook's JSON, numbered among the code cells as they stand."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_notebook(file) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise _no_notebook(file)
    cells, notes, number = [], [], 0
    for cell in notebook["cells"]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        number += 1
        source, lines = _set_aside(_source(cell))
        cells.append(Cell(file.name, source, number))
        if lines:
            said = _("Lines for the notebook itself ({lines}) are not run here.")
            notes.append(
                Note(
                    "magic",
                    said.format(lines=", ".join(map(str, lines[:5]))),
                    Where(file.name, lines[0], number),
                )
            )
    if not cells:
        raise BadInputError(_("The notebook has no code cell."), where=file)
    return tuple(cells), tuple(notes)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _set_aside(source: str) -> tuple[str, list[int]]:
    """The source with IPython's own lines emptied (so that all others keep their numbers), and which those were."""
    lines = source.split("\n")
    if lines and lines[0].lstrip().startswith("%%") and not lines[0].lstrip().startswith(("%%time", "%%capture")):
        return "\n" * (len(lines) - 1), [1]  # another language, or a file to be written
    found = [number for number, line in enumerate(lines, 1) if _MAGIC.match(line)]
    return "\n".join(
        "pass" if line != line.lstrip() and _MAGIC.match(line) else "" if _MAGIC.match(line) else line for line in lines
    ), found


def _no_notebook(file: Path) -> BadInputError:
    return BadInputError(
        _("This is no notebook that can be read."),
        where=file,
        hint=_("Download it again (File → Download → .ipynb)."),
    )
