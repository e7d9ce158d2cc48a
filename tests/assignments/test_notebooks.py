"""Released notebooks, opened and run as a member does: filled in with the reference, each ends with a full check."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from grader.authoring.release import write_release
from grader.course.course import find_course
from tests.examples import examples

ROOT = Path(__file__).resolve().parents[2]
IDS = find_course(ROOT).ids()
# One language for each in its turn; both where all examples are asked for.
IN_TURN = [
    (hw, language) for at, hw in enumerate(IDS) for language in (("ko", "en"), ("en", "ko"))[at % 2][: examples(1, 2)]
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "members"
    write_release(find_course(ROOT), IDS, out, ("ko", "en"))
    return out


def fill_in(notebook: Any, reference: str, asked: tuple[str, ...]) -> None:
    """Put what is asked for into the cell where its stub stands, behind what the reference has before it.

    Of a project, what follows the last definition is the way to the value that is asked for.
    """
    lines, sources, start = reference.splitlines(), {}, 0
    for node in ast.parse(reference).body:
        if getattr(node, "name", None) in asked:
            sources[node.name] = "\n".join(lines[start : node.end_lineno])
            start = node.end_lineno
    rest = "\n".join(lines[start:])
    for name in set(asked) - set(sources):
        sources[name], rest = rest, ""
    sources[asked[-1]] += "\n" + rest
    for cell in notebook.cells:
        found = [name for name in asked if re.search(rf"^((def|class) {name}\b|{name}:)", cell.source, re.M)]
        if cell.cell_type == "code" and found:
            (name,) = found
            cell.source = sources.pop(name)
    assert not sources, "each has a cell"


@pytest.mark.parametrize(("hw", "language"), IN_TURN)
def test_a_notebook_filled_in_ends_with_a_full_check(released: Path, hw: str, language: str) -> None:
    assignment = find_course(ROOT).assignment(hw)
    file = released / "assignments" / hw / f"{hw}.{language}.ipynb"
    notebook: Any = nbformat.read(file, as_version=4)
    fill_in(notebook, (ROOT / "reference" / f"{hw}.py").read_text("utf-8"), assignment.asked)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": file.parent}})
    client.execute()
    outputs = notebook.cells[-1].outputs
    (page,) = [output.data["text/html"] for output in outputs if output.output_type == "display_data"]
    assert [output.text for output in outputs if output.output_type == "stream"] == []
    (points,) = re.findall('class="points">([^<]*)', page)
    assert "(100%)" in points
    assert ("점" in points) == (language == "ko")
    assert page.count("✓") >= len(assignment.sections)
