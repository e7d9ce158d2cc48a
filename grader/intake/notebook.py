"""Code cells of a Jupyter or Colab notebook, of every format from 2 to 4.5, mended in memory where it is broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake import MAX_CODE, Cell, too_much_code
from grader.intake.text import lines, may_have_ipython
from grader.report.report import Note, Where

MAX_CELLS = 5_000
_MAX_PARTS = 2_000_000  # lists and objects: 32 MB of `[],` would become a gigabyte
_PYTHON = ("python", "ipython")
_KERNELS = ((r"ir\Z", "R"), (r"julia", "Julia"))  # Colab writes the kernel's name and no language


def cells_of_notebook(content: str, file: str, where: str) -> tuple[tuple[Cell, ...], tuple[Note, ...]]:
    """The code cells of a notebook's JSON, numbered among the code cells as they stand."""
    notebook = parsed(content, where)
    language = _language(notebook)
    if language and not language.lower().startswith(_PYTHON):
        text = _("This notebook is written for {language}, not for Python.").format(language=language)
        raise BadInputError(text, where=where, hint=_("Choose a Python kernel, and hand in that notebook."))
    cells, notes = [], []
    for number, (index, cell) in enumerate(_code_cells(notebook), 1):
        if number > MAX_CELLS:
            text = _("The notebook has more than {limit} code cells.").format(limit=MAX_CELLS)
            raise BadInputError(text, where=where)
        source, more = _prepared(source_of(cell), Where(file, 1, number))
        cells.append(Cell(file, source, number, index, _count(cell)))
        notes += more
    if not any(source_of(cell).strip() for _index, cell in _code_cells(notebook)):
        text = _("All code cells of the notebook are empty.") if cells else _("The notebook has no code cell.")
        raise BadInputError(text, where=where, hint=_("Save your work there and check again."))
    if sum(len(cell.source) for cell in cells) > MAX_CODE:
        raise too_much_code(where)
    return tuple(cells), tuple(notes)


def parsed(text: str, where: str) -> dict[str, Any]:
    """A notebook's JSON, every number in it a float; an error where it is none."""
    if text.count("[") + text.count("{") > _MAX_PARTS:
        raise _no_notebook(where)
    try:
        # Whole numbers as floats: a number of a million digits would take minutes; none is needed exactly.
        notebook = json.loads(text, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise _no_notebook(where, text) from error
    if not isinstance(notebook, dict) or not any(isinstance(notebook.get(k), list) for k in ("cells", "worksheets")):
        raise _no_notebook(where)
    return notebook


def _no_notebook(where: str, text: str = "") -> BadInputError:
    start = text[:2000].lstrip().lower()
    if start.startswith(("<!doctype", "<html")):
        what = _("This is a web page that was saved, not the notebook itself.")
    elif start.startswith("version https://git-lfs"):
        what = _("This is only a pointer of Git LFS, not the notebook itself.")
    elif "\n<<<<<<< " in text and "\n>>>>>>> " in text:
        what = _("This notebook has Git's marks of a merge conflict in it.")
    else:
        what = _("This is no notebook that can be read.")
    return BadInputError(what, where=where, hint=_("Download it again (File → Download → .ipynb)."))


def _language(notebook: dict[str, Any]) -> str:
    """The language that the notebook says it is in; nothing where it doesn't say so in so many words."""
    metadata = _part(notebook, "metadata")
    kernel = _part(metadata, "kernelspec")
    for stated in (kernel.get("language"), _part(metadata, "language_info").get("name")):
        if isinstance(stated, str) and stated.strip():
            return stated.strip()[:40]
    name = kernel.get("name")
    return next((text for start, text in _KERNELS if isinstance(name, str) and re.match(start, name)), "")


def _part(table: dict[str, Any], key: str) -> dict[str, Any]:
    """The object at `key`; an empty one where something else stands there, or nothing."""
    part = table.get(key)
    return part if isinstance(part, dict) else {}


def _code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each code cell with its place among all."""
    return ((index, cell) for index, cell in enumerate(every_cell(notebook)) if is_code(cell))


def every_cell(notebook: dict[str, Any]) -> Iterator[Any]:
    """All that stands where cells do; up to format 3 they lie in worksheets."""
    groups = [notebook["cells"]] if isinstance(notebook.get("cells"), list) else []
    if not groups:
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        groups = [sheet["cells"] for sheet in sheets if isinstance(sheet.get("cells"), list)]
    return (cell for group in groups for cell in group)


def is_code(cell: Any) -> bool:
    """Whether it is a cell of Python code."""
    if not isinstance(cell, dict):
        return False
    kind = cell.get("cell_type")
    if kind is None:  # some exporters forget it; only a code cell has outputs
        return "outputs" in cell or "execution_count" in cell
    # In format 3 every cell could have its own language.
    return kind == "code" and str(cell.get("language") or "python").lower().startswith(_PYTHON)


def source_of(cell: dict[str, Any]) -> str:
    """The text of a cell, in whatever form it is kept."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return lines(source) if isinstance(source, str) else ""


def _count(cell: dict[str, Any]) -> int | None:
    count = cell.get("execution_count", cell.get("prompt_number"))
    return int(count) if isinstance(count, float) and 0 <= count < 1e9 else None


def _prepared(source: str, where: Where) -> tuple[str, list[Note]]:
    """The Python of a cell, and notes about what was set aside."""
    if "\0" in source or (not source.isascii() and any("\ud800" <= letter <= "\udfff" for letter in source)):
        text = _("This cell holds characters that no text has, and was set aside.")
        return "\n" * source.count("\n"), [Note("cell-set-aside", text, where)]
    if not may_have_ipython(source):
        return source, []
    from grader.intake.ipython import note_of_commands, python_of

    python = python_of(source)
    if python.magic:
        text = _("This cell begins with {magic} and is not run as Python.").format(magic=python.magic)
        return python.source, [Note("magic", text, where)]
    return python.source, [note_of_commands(python.aside, where.file, where.cell)] if python.aside else []


def line_in_file(text: str, number: int, line: int) -> int | None:
    """Where a line of code cell `number` stands in the notebook's file; None where it has no line there for itself."""
    cells = [cell for _index, cell in _code_cells(parsed(text, ""))]
    source = cells[number - 1].get("source") if number <= len(cells) else None
    if not isinstance(source, list) or not 1 <= line <= len(source):
        return None
    rows = [row.strip().removesuffix(",") for row in text.splitlines()]
    for in_ascii in (False, True):  # Jupyter writes Korean as it is, other programs as escapes
        wanted = [json.dumps(part, ensure_ascii=in_ascii) for part in source]
        for at in range(len(rows) - len(wanted) + 1):
            if rows[at] == wanted[0] and rows[at : at + len(wanted)] == wanted:
                return at + line
    return None
