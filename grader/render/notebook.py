"""The feedback notebook: a copy of the member's own notebook, with the feedback below each cell.

The original is never written. Of the outputs in it, texts and pictures are copied and nothing that could run: no HTML,
script, widget or metadata. The feedback shows all that is in the report, so cut a member's report first.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment.manifest import Assignment
from grader.clean import inline, printable
from grader.errors import UsageError
from grader.files import write_whole
from grader.i18n import _, language
from grader.intake.notebook import every_cell, is_code, parsed, source_of
from grader.intake.read import Original, original
from grader.intake.text import decode_text
from grader.render import words
from grader.render.markdown import code, escaped, mark, score_blocks, section_blocks, titled
from grader.report.report import Note, Report, Section, Where

ENDINGS = (".ipynb", ".html")
_OURS = "d2d-feedback"  # the tag of our cells
_NOTES = 20  # below a cell
_OUTPUT, _PICTURE = 20_000, 8 << 20  # characters
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# What a picture or a page is called where only the text of an output is copied: it tells nobody anything.
_NAMELESS = re.compile(r"<(?:IPython\.core\.display\.\w+ object|Figure size [\dx]+ with \d+ Axes)>")
_CUT = re.compile(r"^(?=#[ \t]?%%|# In\[)", re.MULTILINE)
# A file without marks of cells is cut before each function and class, with its decorators.
_CUT_BARE = re.compile(r"^(?=@|(?:async[ \t]+def|def|class)\b)", re.MULTILINE)
_TAGS = """
a b blockquote br code div em h1 h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub sup table tbody td th thead tr ul
""".split()
_ATTRIBUTES = {"*": ["class"], "a": ["href"], "math": ["display"]}
# In the page nothing runs and nothing is loaded, whatever a cell holds.
_POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class _Part:
    """A cell of the copy: `number` as in the report, or the `first` line of a part of a file."""

    cell: dict[str, Any]
    number: int | None = None
    first: int = 1


def check_target(target: Path, path: Path) -> None:
    """Refuse a file that the feedback can't be written to; called before judging."""
    if target.suffix.lower() not in ENDINGS:
        what = _("The feedback goes into a file with one of these endings: {endings}.")
        raise UsageError(what.format(endings=", ".join(ENDINGS)), where=target)
    if target.is_file() and path.exists() and (target.samefile(path) or _may_be_work(target, path)):
        hint = _("Name another file.")
        raise UsageError(_("That is the work itself, which stays as it is."), where=target, hint=hint)


def _may_be_work(target: Path, folder: Path) -> bool:
    """Whether the notebook may be part of the work in `folder`: it is not empty and not an earlier feedback."""
    if target.suffix.lower() != ".ipynb" or folder.resolve() not in target.resolve().parents:
        return False
    text = target.read_bytes()
    return bool(text) and _OURS.encode() not in text


def write_feedback(report: Report, path: Path, assignment: Assignment, target: Path) -> None:
    """Write the work at `path` with the feedback of `report` in it, as a notebook or as a page."""
    notebook = feedback_notebook(original(path, assignment.id, assignment.asked), report, assignment)
    text = as_page(notebook, f"{report.assignment} · {report.member}") if target.suffix.lower() == ".html" else notebook
    write_whole(target, text)


def feedback_notebook(work: Original, report: Report, assignment: Assignment) -> str:
    """The work with the feedback below its cells, as JSON of nbformat 4.5."""
    text = decode_text(work.data, work.name)
    parts = list(_of_script(text) if work.cells[0].number is None else _of_notebook(text, work.name))
    sections: dict[int | None, list[Section]] = defaultdict(list)
    for section in report.sections:
        sections[_home(parts, assignment, section)].append(section)
    notes: dict[int | None, list[Note]] = defaultdict(list)
    for note in report.notes:
        notes[_part_at(parts, note.where)].append(note)
    head = [f"## d2d · {titled(words.heading(report))}\n", *score_blocks(report)]
    cells = [_markdown("\n".join([*head, *_feedback(sections[None], notes[None])]))]
    for at, part in enumerate(parts):
        cells.append(part.cell)
        if sections[at] or notes[at]:
            cells.append(_markdown("\n".join(_feedback(sections[at], notes[at]))))
    return notebook_text({"id": f"c{at}", **cell} for at, cell in enumerate(cells))


def notebook_text(cells: Iterable[dict[str, Any]], **metadata: Any) -> str:
    """The notebook of these cells, as JSON of nbformat 4.5."""
    metadata |= {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    # JSON may hold half of a surrogate pair, which can't be encoded.
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", "replace").decode("utf-8") + "\n"


def as_page(notebook: str, title: str) -> str:
    """The notebook as an HTML page, made by nbconvert; nothing in it runs."""
    import nbformat
    from bleach import clean
    from nbconvert import HTMLExporter

    from grader.render.formulas import MATH_ATTRIBUTES, MATH_TAGS, page_of_markdown

    exporter: Any = HTMLExporter(sanitize_html=True, language_code=language())
    tags = [*_TAGS, *MATH_TAGS]
    attributes = {**{tag: list(MATH_ATTRIBUTES) for tag in MATH_TAGS}, **_ATTRIBUTES}
    # nbconvert's own filter drops headings and paragraphs, and its own pages set formulas by a script.
    exporter.register_filter("clean_html", lambda html: clean(str(html), tags=tags, attributes=attributes, strip=True))
    exporter.register_filter("markdown2html", page_of_markdown)
    resources = {"metadata": {"name": inline(title, 100)}}
    page, _more = exporter.from_notebook_node(nbformat.reads(notebook, as_version=4), resources)
    # Scripts of nbconvert's template, which load formulas and widgets. What a member wrote is escaped already.
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL | re.IGNORECASE)
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}">', 1)


def _feedback(sections: Sequence[Section], notes: Sequence[Note]) -> Iterator[str]:
    """The feedback below a cell as Markdown: the sections that it answers, and notes about it."""
    for section in sections:
        points = _("{score} of {max_score} points").format(
            score=words.amount(section.points), max_score=words.amount(section.max_points)
        )
        yield f"**d2d** · {mark(section.cases)} {code(section.name)} · {escaped(points)}\n"
        yield from section_blocks(section)
    for note in notes[:_NOTES]:
        where = code(words.within_file(note.where)) if note.where else ""
        yield f"- **d2d** · {where} {escaped(note.text, 600)}" if where else f"- **d2d** · {escaped(note.text, 600)}"


# -- the cell for each section and note -------------------------------------------------------------------------------


def _home(parts: list[_Part], assignment: Assignment, section: Section) -> int | None:
    """The last cell that defines something the section asks for."""
    asks = assignment.sections[section.name].asks if section.name in assignment.sections else ()
    if not asks:
        return None
    names = "|".join(map(re.escape, asks))
    defines = re.compile(
        rf"^(?:(?:async[ \t]+def|def|class)[ \t]+(?:{names})\b|(?:{names})\b[ \t]*(?::[^=\n]*)?=(?!=))", re.M
    )
    cells = [(at, part.cell) for at, part in enumerate(parts)]
    homes = (at for at, cell in cells if cell["cell_type"] == "code" and defines.search(cell["source"]))
    return max(homes, default=None)


def _part_at(parts: list[_Part], where: Where | None) -> int | None:
    """The cell that a note is about."""
    if where is None:
        return None
    if where.cell is not None:
        return next((at for at, part in enumerate(parts) if part.number == where.cell), None)
    return max((at for at, part in enumerate(parts) if part.first <= (where.line or 1)), default=None)


# -- the copy --------------------------------------------------------------------------------------------------------


def _of_script(text: str) -> Iterator[_Part]:
    """A file, cut at its marks of cells or before each definition."""
    pieces: list[str] = []
    decorating = False
    for piece in (_CUT if _CUT.search(text) else _CUT_BARE).split(text):
        if decorating:
            pieces[-1] += piece
        else:
            pieces.append(piece)
        decorating = piece.startswith("@")
    line = 1
    for piece in pieces:
        if piece.strip():
            yield _Part(_code(piece.strip("\n")), None, line)
        line += piece.count("\n")


def _of_notebook(text: str, name: str) -> Iterator[_Part]:
    """A notebook's cells, with the numbers that reports use."""
    number = 0
    for cell in every_cell(parsed(text, name)):
        if is_code(cell):
            number += 1
            yield _Part(_code(source_of(cell), cell), number)
        elif isinstance(cell, dict) and cell.get("cell_type") in ("markdown", "heading", "raw") and not _is_ours(cell):
            yield _Part(_markdown(source_of(cell), ours=False))


def _is_ours(cell: dict[str, Any]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and _OURS in tags


def _markdown(source: str, *, ours: bool = True) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": [_OURS]} if ours else {}, "source": source}


def _code(source: str, cell: dict[str, Any] | None = None) -> dict[str, Any]:
    outputs = cell.get("outputs") if cell else None
    count = cell.get("execution_count") if cell else None
    return {
        "cell_type": "code",
        "execution_count": int(count) if isinstance(count, float) and 0 <= count < 1e9 else None,
        "metadata": {},
        "outputs": list(_outputs(outputs)) if isinstance(outputs, list) else [],
        "source": source,
    }


def _outputs(outputs: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The texts and pictures among a cell's outputs."""
    left = _OUTPUT
    for output in outputs:
        if not isinstance(output, dict) or left <= 0:
            continue
        data = output.get("data")
        if output.get("output_type") == "stream":
            shown: dict[str, Any] = {"text/plain": output.get("text")}
        elif output.get("output_type") == "error":
            trace = output.get("traceback")
            shown = {"text/plain": "\n".join(map(_joined, trace)) if isinstance(trace, list) else ""}
        else:
            shown = data if isinstance(data, dict) else {}
        kept = {kind: picture for kind in _PICTURES if (picture := _picture(shown.get(kind)))}
        text = printable(_joined(shown.get("text/plain")), left)
        if not kept and text and not _NAMELESS.fullmatch(text.strip()):
            left -= len(text)
            kept = {"text/plain": text}
        if kept:
            yield {"output_type": "display_data", "data": kept, "metadata": {}}


def _picture(value: Any) -> str:
    """A picture in base64; empty where it is anything else, which could add tags to a page."""
    text = "".join(_joined(value).split())
    return text if len(text) <= _PICTURE and _BASE64.fullmatch(text) else ""


def _joined(value: Any) -> str:
    return "".join(part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str))
