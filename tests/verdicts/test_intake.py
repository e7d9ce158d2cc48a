"""Intake's tests as data: `tests/corpus/intake`, what members hand in, each case with what is to come of it.

`expected.toml` holds `about`, `handed` (the name below `in/`), and either `error`, words of the sentence, or

    asked       names that the assignment asks for
    cells       how many; `counts` are those of execution that are known; `file` and `member` where they matter
    defines     the names that exist once the definitions are loaded, none missing and none more
    attributes  attributes that classes have by then
    whole       names that exist besides, once everything is run
    unparsed    numbers of cells that are no Python
    fails       exceptions that loading meets
    [[notes]]   every note, in order: kind, and where given cell, line and words that it `says`
    [[remarks]] every remark on a name, in order: kind, name, cell, line
    [worker]    all cells run in a real worker: `values` of variables then, names that are `missing`,
                `[[worker.notes]]`, and `files`, text by name, that lie there before; `cell_seconds` where a cell
                is to end by that limit
"""

from __future__ import annotations

import builtins
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment.manifest import Limits
from grader.bridge.loader import LoadPlan, NameRemark, remarks_of
from grader.bridge.outcomes import MissingNameError
from grader.bridge.session import Session
from grader.bridge.session import WorkerSource as Workers
from grader.bridge.student import Student
from grader.errors import BadInputError
from grader.intake import Cell
from grader.intake.read import read_submission
from grader.judge.notes import notes_of_names
from grader.judge.unloaded import Unloaded
from grader.report.report import Note
from grader.sandbox import start
from grader.worker import stubs
from grader.worker.server import Server

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CORPUS = Path(__file__).parents[1] / "corpus" / "intake"
CASES = sorted(CORPUS.iterdir())
WHOLE = Limits(case_seconds=60, load_seconds=60, cell_seconds=60, total_seconds=600)


@dataclass
class Loaded:
    """A submission after it was loaded as a worker does."""

    module: types.ModuleType
    unparsed: list[int | None] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)
    remarks: tuple[NameRemark, ...] = ()

    @property
    def defines(self) -> list[str]:
        return sorted(name for name in vars(self.module) if not name.startswith("_"))


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Modules that are not here do nothing, and are gone afterwards; so is what a cell writes."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(builtins, "display", None, raising=False)  # what is there already stays
    monkeypatch.setattr(builtins, "get_ipython", lambda: stubs.Shell("shell"), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    stubs.install()
    yield
    for name in set(sys.modules) - before:
        if isinstance(sys.modules[name], stubs._Module) or name == "losses":
            del sys.modules[name]


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that asks is code that should not have run."""

    def asked(*_arguments: object) -> str:
        raise AssertionError("input() was called")

    monkeypatch.setattr(builtins, "input", asked)


def load(cells: tuple[Cell, ...], mode: str, asked: list[str]) -> Loaded:
    server = Server()
    loaded = Loaded(server.module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a member's string is no failure of the test
        for cell in cells:
            if any(error for _line, error in server.op_parse(cell.label, cell.source)):
                loaded.unparsed.append(cell.number)
        if mode == "whole":
            counts = [len(server.statements[cell.label]) for cell in cells]
            steps = [(cell, index) for cell, count in enumerate(counts) for index in range(count)]
        else:
            steps, remarks = server.op_select([cell.label for cell in cells], asked)
            loaded.remarks = remarks_of(remarks, cells)
        for cell, index, *_defines in steps:
            try:
                server.op_run(cells[cell].label, index)
            except Exception as error:  # noqa: BLE001 — whatever a member's code raises
                loaded.fails.append(type(error).__name__)
    return loaded


@pytest.fixture(scope="module")
def workers(scratch_home: Path) -> Iterator[Workers]:
    """Where real workers come from."""
    server = start(["numpy"])
    yield server
    server.close()


def plain(value: Any) -> Any:
    """An array as TOML has it."""
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.slow if case.name == "whole-cells-share-no-time" else ())
        for case in CASES
        if case.name.startswith("whole-")
    ],
    ids=lambda case: case.name,
)
def test_all_cells_run_in_a_worker(case: Path, workers: Workers) -> None:
    expected = tomllib.loads((case / "expected.toml").read_text("utf-8"))
    worker = expected["worker"]
    submission = read_submission(case / "in" / expected["handed"], "hw1", ())
    files = {name: text.encode() for name, text in worker.get("files", {}).items()}
    limits = replace(WHOLE, cell_seconds=worker.get("cell_seconds", WHOLE.cell_seconds))
    session = Session(workers, submission, limits, LoadPlan("whole", files=files))
    try:
        transport = session.transport()
        session.budget.grant(WHOLE.case_seconds)
        student = Student(transport, values=[*worker["values"], *worker.get("missing", [])])
        assert {name: plain(getattr(student, name)) for name in worker["values"]} == worker["values"]
        for name in worker.get("missing", []):
            with pytest.raises(MissingNameError):
                getattr(student, name)
        notes = Unloaded.of(transport, session.loader.problems, worker.get("missing", [])).notes()
        assert len(notes) == len(worker.get("notes", [])), notes
        assert all(map(note_as_expected, notes, worker.get("notes", []))), notes
    finally:
        session.drop()


def note_as_expected(note: Note, expected: dict[str, Any]) -> bool:
    place = {"cell": note.where.cell, "line": note.where.line} if note.where else {}
    return (
        note.kind == expected["kind"]
        and all(place.get(key) == expected[key] for key in ("cell", "line") if key in expected)
        and expected.get("says", "") in note.text
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_handed_in_becomes_what_is_expected(case: Path) -> None:
    expected = tomllib.loads((case / "expected.toml").read_text("utf-8"))
    path = case / "in" / expected["handed"]
    asked = expected.get("asked", [])
    if "error" in expected:
        with pytest.raises(BadInputError) as caught:
            read_submission(path, "hw1", asked)
        assert expected["error"] in caught.value.what
        assert str(path) in str(caught.value.where)
        return
    submission = read_submission(path, "hw1", asked)
    assert len(submission.cells) == expected["cells"]
    assert submission.file == expected.get("file", submission.file)
    assert submission.member == expected.get("member", submission.member)
    assert {cell.file for cell in submission.cells} == {submission.file}
    counts = [cell.count for cell in submission.cells if cell.count]
    assert counts == expected.get("counts", counts)
    assert len(submission.notes) == len(expected["notes"]), submission.notes
    assert all(map(note_as_expected, submission.notes, expected["notes"])), submission.notes
    loaded = load(submission.cells, "definitions", asked)
    assert loaded.defines == expected["defines"]
    for attribute in expected.get("attributes", []):
        name, _dot, member = attribute.partition(".")
        assert hasattr(getattr(loaded.module, name), member)
    assert (loaded.unparsed, loaded.fails) == (expected.get("unparsed", []), expected.get("fails", []))
    remarks = [
        {"kind": each.kind, "name": each.name, "cell": each.where.cell, "line": each.where.line}
        for each in loaded.remarks
    ]
    assert remarks == expected.get("remarks", [])
    assert [note.kind for note in notes_of_names(loaded.remarks)] == [each["kind"] for each in remarks]
    if "whole" in expected:
        whole = load(submission.cells, "whole", asked)
        assert not whole.fails
        assert {*expected["whole"], *expected["defines"]} <= set(whole.defines)


def test_every_case_says_what_it_is_about() -> None:
    assert len(CASES) >= 40
    abouts = [tomllib.loads((case / "expected.toml").read_text("utf-8"))["about"] for case in CASES]
    assert len(set(abouts)) == len(abouts)
