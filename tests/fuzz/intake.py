"""Random and damaged submissions for intake: nothing but a submission or a sentence may come of them.

    python -m tests.fuzz.intake --minutes 10

Each input is read in an empty folder, which must stay as it was, at a bounded cost. What fails is shrunk and shown.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import io
import json
import random
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import nbformat
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from grader.assignment.manifest import SectionInfo
from grader.course.course import find_course
from grader.errors import BadInputError
from grader.intake import Submission
from grader.intake.read import Original, original, read_submission
from grader.render.notebook import feedback_notebook
from grader.report.report import CaseResult, Report, Verdict, Visibility
from grader.worker.scopes import names_of
from grader.worker.selection import select
from tests.cost import turns

ASSIGNMENT = replace(
    find_course(Path(__file__).parents[2]).assignment("hw1"), sections={"f": SectionInfo("f", ("f",), Fraction(1))}
)
_SOURCES = st.one_of(
    st.sampled_from(["def f():\n    return 1\n", "!ls\nx = 1", "%%bash\nls", "x?", "", "x = (", "'''", ">>> x\n... y"]),
    st.text(alphabet="\n !%?'\"()[]{}#=\\>.:ab1\r\0", max_size=40),
    st.text(max_size=20),
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _SOURCES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
_CELLS = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.one_of(st.sampled_from(["code", "markdown", "raw"]), _VALUES),
            "source": st.one_of(_SOURCES, st.lists(_SOURCES, max_size=3), _VALUES),
            "input": _VALUES,
            "language": _VALUES,
            "execution_count": _VALUES,
            "outputs": _VALUES,
        },
    ),
    _VALUES,
)
_SHEETS = st.lists(st.one_of(st.fixed_dictionaries({"cells": st.lists(_CELLS, max_size=3)}), _VALUES), max_size=2)
_METADATA = st.fixed_dictionaries({}, optional={"kernelspec": _VALUES, "language_info": _VALUES})
_BOOKS = st.fixed_dictionaries(
    {},
    optional={
        "cells": st.one_of(st.lists(_CELLS, max_size=4), _VALUES),
        "worksheets": st.one_of(_SHEETS, _VALUES),
        "metadata": st.one_of(_METADATA, _VALUES),
        "nbformat": _VALUES,
    },
)
_NAMES = st.one_of(
    st.sampled_from(
        [
            "hw1.py",
            "hw1.ipynb",
            "a/hw1 (1).py",
            "../hw1.py",
            "hw1/x.py",
            "a.zip",
            "__MACOSX/hw1.py",
            "과제.py",
        ]
    ),
    st.text(alphabet="ab./\\:hw1 \0\n과", min_size=1, max_size=12),
)
_FILES = st.lists(st.tuples(_NAMES, _SOURCES.map(lambda text: text.encode("utf-8", "replace"))), max_size=4)


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {name.replace("\0", "_"): data for name, data in files}.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def _tarred(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@st.composite
def _damaged(draw: Callable[..., object], made: st.SearchStrategy[bytes]) -> bytes:
    """Bytes of the right form in which a few are others, missing or too many."""
    data = bytearray(draw(made))  # type: ignore[arg-type]
    for _each in range(draw(st.integers(0, 6))):  # type: ignore[arg-type, call-overload]
        at: int = draw(st.integers(0, max(0, len(data) - 1)))  # type: ignore[assignment]
        data[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))  # type: ignore[call-overload, misc, operator]
    return bytes(data)


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


INPUTS: dict[str, st.SearchStrategy[bytes]] = {
    "kim.py": st.one_of(_SOURCES.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=60)),
    "kim.ipynb": st.one_of(_BOOKS.map(_text), _damaged(_BOOKS.map(_text)), st.binary(max_size=60)),
    "kim.zip": _damaged(_FILES.map(_zipped)),
    "kim.tar": _damaged(_FILES.map(_tarred)),
    "kim.tar.gz": _damaged(_FILES.map(_tarred).map(lambda data: gzip.compress(data, 1, mtime=0))),
}
_LINES = st.sampled_from(
    [
        "x = 1", "y = x + z", "z = input()", "def f(a=x): return a + y", "class A(B): pass", "class B: m = x",
        "A.n = f",
        "x += 1", "import a.b as c", "from d import *", "for x in y: z = x", "if __name__: w = 1", "f = f(y)", "del x",
        "try: import e\nexcept E: e = x", "g = f(g)", "@f\ndef h(): pass", "setattr(A, 'k', lambda: x)", "global x",
        "def m():\n    return lambda: x", "n = m()", "A.o = m()",
        "lambda: [x for x in y]", "with a() as b: c = 1", "async def i(): await y",
    ]
)  # fmt: skip
PROGRAMS = st.lists(st.lists(_LINES, max_size=5).map("\n".join), max_size=5)


MOST_TURNS = 500_000_000  # of an empty loop: some seconds


def check(folder: Path, name: str, data: bytes) -> None:
    """Read these bytes under this name, and see that they did nothing else."""
    path = folder / name
    path.write_bytes(data)
    before = sorted(folder.rglob("*"))
    assert turns(lambda: _read_or_refused(path)) < MOST_TURNS
    assert sorted(folder.rglob("*")) == before
    assert path.read_bytes() == data


def _read_or_refused(path: Path) -> None:
    try:
        submission = read_submission(path, "hw1", ["f"])
        check_submission(submission)
        check_feedback(original(path, "hw1", ["f"]), submission)
    except BadInputError as refusal:
        sentence, place = refusal.what, refusal.where
        assert sentence
        assert place


def check_submission(submission: Submission) -> None:
    """A submission can be sent to a worker, and its notes to a report."""
    assert submission.cells
    for cell in submission.cells:
        cell.source.encode("utf-8")
        assert "\0" not in cell.source
    for note in submission.notes:
        json.dumps(note.as_json(), ensure_ascii=False).encode("utf-8")
        assert note.text
    json.dumps([submission.member, submission.file], ensure_ascii=False).encode("utf-8")


def check_feedback(work: Original, submission: Submission) -> None:
    """Whatever can be read can be given back as a notebook that is one, with what is said of it."""
    case = CaseResult("a::b", "f", "", "T", Visibility.PUBLIC, Verdict.FAILED, Fraction(0), Fraction(1), "M")
    report = Report("hw1", "1", "T", submission.member, "", "", "public", 60, (case,), submission.notes)
    made = nbformat.reads(feedback_notebook(work, report, ASSIGNMENT), as_version=4)
    nbformat.validate(made)
    assert [cell.source for cell in made.cells if "d2d-feedback" in cell.metadata.get("tags", [])]


def check_selection(cells: list[str]) -> None:
    """Each statement runs at most once, functions always do, and places are those of statements."""
    trees = [ast.parse(cell).body for cell in cells]
    selection = select(trees, ["f"])
    assert len(set(selection.steps)) == len(selection.steps)
    nodes = [trees[cell][index] for cell, index in selection.steps]
    for node in nodes:
        if isinstance(node, (ast.For, ast.While, ast.Delete, ast.Global)):  # only for the sake of another statement
            assert names_in(node) & {name for other in nodes if other is not node for name in names_in(other)}
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    written = {node.name for tree in trees for node in tree if isinstance(node, functions)}
    bound = {name for node in nodes for name in names_of(node).binds}
    assert written <= bound
    for remark in selection.remarks:
        for cell, line in (remark.at, *remark.others):
            assert 1 <= line <= cells[cell].count("\n") + 1


def names_in(statement: ast.stmt) -> set[str]:
    """The names that stand in a statement."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _checker(folder: Path, name: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        check(folder, name, data)

    return run


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz intake.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    until, count, round_ = time.monotonic() + 60 * options.minutes, 0, 0
    many = settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    with tempfile.TemporaryDirectory() as scratch:
        while time.monotonic() < until:
            for name, inputs in INPUTS.items():
                run = seed(options.seed + round_)(many(given(inputs)(_checker(Path(scratch), name))))
                run()
                (Path(scratch) / name).unlink()
                count += 200
            seed(options.seed + round_)(many(given(PROGRAMS)(check_selection)))()
            round_ += 1
    sys.stdout.write(f"{count} submissions, seed {options.seed}: each was read or refused\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
