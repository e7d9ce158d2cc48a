"""Ways to write the same notebook: `tests/corpus/notebooks`, hw1 each time, against what a real kernel makes of it.

A file has its cells between lines `# %%`; `# %% rest` stands for the functions of the reference, but for those that are
named there. Before the first cell stands what it is about, and where the kernel's functions are not right, words that a
note in the report has. What is right is not written down: a kernel of Jupyter runs each notebook in a fork of itself,
and compares its functions with the reference. Its answers are kept beside this test's temporary files, by content.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.intake.read import read_submission
from tests.benches import Bench
from tests.courses import ROOT

CORPUS = Path(__file__).parents[1] / "corpus" / "notebooks"
FILES = sorted(CORPUS.glob("*.py"))
REFERENCE = ROOT / "reference" / "hw1.py"
KERNEL = Path(__file__).with_name("kernel_answers.py")
SAMPLE = FILES[::9]  # in the default suite


def functions_of_reference() -> dict[str, str]:
    text = REFERENCE.read_text("utf-8")
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: str(ast.get_source_segment(text, node)) for node in nodes}


def cells_of(file: Path) -> list[str]:
    cells = []
    for title, cell in re.findall(r"^# %%(.*)\n((?:(?!# %%).*\n?)*)", file.read_text("utf-8"), re.MULTILINE):
        left_out = {name.strip() for name in title.partition(" but ")[2].split(",")}
        rest = [code for name, code in functions_of_reference().items() if name not in left_out]
        cells.append("\n\n\n".join(rest) if title.strip().startswith("rest") else cell.strip("\n"))
    return cells


def note_of(file: Path) -> str:
    found = re.search(r"^# note: (.*)$", file.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else ""


def notebook(cells: list[str]) -> str:
    made = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": at}
        for at, cell in enumerate(cells, 1)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def answers_of_kernel(files: list[Path]) -> dict[str, list[str]]:
    """The functions that are wrong, by notebook, once a kernel has run all of its cells."""
    from jupyter_client.manager import start_new_kernel

    asked = find_course(ROOT).assignment("hw1").asked
    order = {"notebooks": {file.stem: cells_of(file) for file in files}, "asked": asked, "reference": str(REFERENCE)}
    text = json.dumps(order) + KERNEL.read_text("utf-8") + REFERENCE.read_text("utf-8")
    kept = Path(tempfile.gettempdir()) / f"d2d-tests-kernel-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            (here / "order.json").write_text(json.dumps(order), "utf-8")
            manager, client = start_new_kernel(cwd=folder, startup_timeout=300)
            try:
                reply = client.execute_interactive(
                    f"import sys; sys.path.insert(0, {str(KERNEL.parent)!r}); import {KERNEL.stem}",
                    timeout=600,
                    allow_stdin=False,
                    output_hook=lambda _message: None,
                )
                assert reply["content"]["status"] == "ok", reply["content"]
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
            kept.write_text((here / "answers.json").read_text("utf-8"), "utf-8")
    answers: dict[str, list[str]] = json.loads(kept.read_text("utf-8"))
    return answers


@pytest.fixture(scope="module")
def hw1(scratch_home: Path) -> Iterator[Bench]:
    bench = Bench(find_course(ROOT).assignment("hw1"), hidden=False)
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def sample() -> dict[str, list[str]]:
    return answers_of_kernel(SAMPLE)


@pytest.fixture(scope="module")
def all_answers() -> dict[str, list[str]]:
    return answers_of_kernel(FILES)


def judge(hw1: Bench, file: Path, folder: Path, wrong: list[str]) -> None:
    path = folder / "kim.ipynb"
    path.write_text(notebook(cells_of(file)), "utf-8")
    report = hw1.judge(read_submission(path, "hw1", hw1.assignment.asked))
    failed = {case.section: case.message for case in report.cases if case.verdict.value != "passed"}
    told: list[Any] = [(note.kind, note.text) for note in report.notes]
    sections = hw1.assignment.sections.values()
    allowed = {section.name for section in sections if not set(wrong).isdisjoint(section.asks)}
    assert set(failed) <= allowed, (failed, told)
    if failed:
        assert note_of(file), failed
        assert any(note_of(file) in text for _kind, text in told), told
    elif note_of(file):
        pytest.fail("its note is not needed")


@pytest.mark.parametrize("file", SAMPLE, ids=lambda file: file.stem)
def test_a_notebook_earns_what_its_kernel_makes_of_it(
    hw1: Bench, sample: dict[str, list[str]], tmp_path: Path, file: Path
) -> None:
    judge(hw1, file, tmp_path, sample[file.stem])


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_notebook_earns_what_its_kernel_makes_of_it(
    hw1: Bench, all_answers: dict[str, list[str]], tmp_path: Path, file: Path
) -> None:
    judge(hw1, file, tmp_path, all_answers[file.stem])


def test_there_are_many_ways_and_each_is_another() -> None:
    assert len(FILES) >= 60
    assert len({file.read_text("utf-8").partition("\n")[0] for file in FILES}) == len(FILES)
