"""Mode «whole»: every cell runs in the worker, the assignment's data lies beside it, and variables are read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
import pytest

from grader.assignment.manifest import Limits
from grader.course.course import find_course
from grader.errors import BadAssignmentError
from grader.intake import Cell, Submission
from grader.judge.cases import collect_cases
from grader.judge.reference import LiveReference
from grader.report.report import Report, Verdict
from grader.sandbox import start
from grader.worker.layers.compose import LAYERS
from grader.worker.layers.privileges import Privileges
from tests.benches import Bench
from tests.courses import make_course

if TYPE_CHECKING:
    from tests.commands import Command

LIMITS = Limits(case_seconds=60, load_seconds=60, cell_seconds=60, total_seconds=600, memory_mb=256)
MANIFEST = """
id = "mini"
version = "1.0.0"
stub = "mini.py"
[title]
ko = "작은 과제"
en = "Mini"
[run]
mode = "whole"
files = ["train.npz", "notes.txt"]
values = ["predictions"]
[worker]
imports = ["numpy"]
[limits]
case_seconds = 60
load_seconds = 60
cell_seconds = 60
total_seconds = 600
[sections.fit]
asks = ["fit"]
points = 2
[sections.predictions]
asks = ["predictions"]
points = 2
"""
STUB = '''
import numpy as np


def fit(x, y):
    """The slope of a line through 0."""
    raise NotImplementedError
'''
RIGHT = """
import numpy as np


def fit(x, y):
    return float((x * y).sum() / (x * x).sum())


with np.load("train.npz") as data:
    slope = fit(data["x"], data["y"])
predictions = slope * np.arange(4.0)
"""
PUBLIC = '''
import numpy as np

from grader import case, close


@case("fit", points=1, concept="value")
def test_fit(student, reference, rng):
    """fit has the right slope."""
    x, y = rng.normal(size=(2, 5))
    close(student.fit(x, y), reference.fit(x, y))


@case("predictions", points=1, concept="value")
def test_predictions(student):
    """predictions are those of the line."""
    close(student.predictions, np.array([0.0, 3.0, 6.0, 9.0]))
'''
HIDDEN = '''
import numpy as np

from grader import case, close


@case("fit", points=1, concept="crash")
def test_again(student, reference, rng):
    """fit of other numbers."""
    x, y = rng.normal(size=(2, 9))
    close(student.fit(x, y), reference.fit(x, y))


@case("predictions", points=1, concept="shape")
def test_shape(student):
    """There is a prediction for each."""
    close(len(student.predictions), 4)
'''


def project(folder: Path) -> Path:
    """A course whose assignment is a project: data, a function, and predictions."""
    make_course(folder, manifest=MANIFEST, stub=STUB, test_public=PUBLIC, test_hidden=HIDDEN, reference=RIGHT)
    home = folder / "assignments" / "mini"
    x = np.arange(8.0)
    np.savez(home / "train.npz", x=x, y=3 * x)
    (home / "notes.txt").write_text("three times\n", "utf-8")
    return folder


@pytest.fixture
def whole_course(tmp_path: Path) -> Path:
    """One that a test may change."""
    return project(tmp_path / "whole")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, scratch_home: Path) -> Iterator[tuple[Bench, LiveReference, Path]]:
    """A judge that all tests share, its reference, and the data that it lays out."""
    folder = project(tmp_path_factory.mktemp("whole") / "course")
    assignment = find_course(folder).assignment("mini")
    bench = Bench(assignment, hidden=True, limits=LIMITS, mode="whole")
    yield bench, LiveReference(folder / "reference" / "mini.py", definitions=True), assignment.files[0]
    bench.close()


@pytest.fixture
def judge(kept: tuple[Bench, LiveReference, Path]) -> Callable[..., Report]:
    """Judges cells of a notebook."""

    def judge(*cells: str, **options: object) -> Report:
        made = tuple(Cell("kim.ipynb", source, number) for number, source in enumerate(cells, 1))
        return kept[0].judge(Submission("kim", "kim.ipynb", made, "0" * 64), reference=kept[1], **options)

    return judge


FIT = "import numpy as np\ndef fit(x, y):\n    return float((x * y).sum() / (x * x).sum())"
TRAIN = "data = np.load('train.npz')\npredictions = fit(data['x'], data['y']) * np.arange(4.0)"


def verdicts(report: Report) -> list[str]:
    return [case.verdict.value for case in report.cases]


def places(report: Report) -> list[tuple[str, int | None, int | None]]:
    return [(note.kind, note.where.cell, note.where.line) for note in report.notes if note.where]


def test_every_cell_runs_and_a_variable_is_read(judge: Callable[..., Report]) -> None:
    report = judge(FIT, TRAIN)
    assert (verdicts(report), report.notes) == (["passed"] * 4, ())


@pytest.mark.parametrize(
    "options",
    [
        {"spawn": True},
        {"without": LAYERS},
        {"without": ("root",)},
        {"without": ("namespaces",)},
        {"without": ("landlock", "seccomp")},
    ],
    ids=lambda options: " ".join(map(str, next(iter(options.items())))),
)
def test_the_data_is_there_whatever_layers_hold(judge: Callable[..., Report], options: dict[str, object]) -> None:
    server = start(["numpy"], **options)
    try:
        if (unreadable := server.survey().get("readable")) is not None:
            pytest.skip(unreadable)  # an interpreter in a private home
        report = judge(FIT, TRAIN, server=server)
        assert (verdicts(report), report.notes) == (["passed"] * 4, ())
    finally:
        server.close()


def test_a_spoiled_copy_spoils_only_its_own_submission(
    judge: Callable[..., Report], kept: tuple[Any, Any, Path]
) -> None:
    before = kept[2].read_bytes()
    writing = "try:\n    open('train.npz', 'wb')\n    predictions = 'written'\nexcept OSError:\n    pass"
    if worker_is_root():
        writing = "pass"
    assert verdicts(judge(FIT, writing, TRAIN)) == ["passed"] * 4
    gone = judge(FIT, "import os\nos.remove('train.npz')", TRAIN)
    assert verdicts(gone) == ["passed", "error", "passed", "error"]
    assert places(gone) == [("statement-raised", 3, 1)]
    other = judge(FIT, "import os\nos.remove('train.npz')\nnp.savez('train.npz', x=np.ones(2), y=np.ones(2))", TRAIN)
    assert verdicts(other) == ["passed", "failed", "passed", "passed"]
    assert verdicts(judge(FIT, TRAIN)) == ["passed"] * 4
    assert kept[2].read_bytes() == before


def worker_is_root() -> bool:
    """Root writes to what it may only read; a worker that is root is one without the layer that takes that away."""
    return os.geteuid() == 0 and Privileges.available() is not None


def test_after_a_case_that_kills_the_worker_data_and_state_are_there_again(judge: Callable[..., Report]) -> None:
    killing = FIT.replace("return", "import os\n    if len(x) == 5: os._exit(3)\n    return")
    report = judge(killing, TRAIN.replace("'x'], data['y']", "'x'][:4], data['y'][:4]"))
    assert verdicts(report) == ["crashed", "passed", "passed", "passed"]


@pytest.mark.parametrize(
    "value",
    [
        "None", "object()", "lambda: 1", "[0, 3, 6]", "'0 3 6 9'", "float('nan') * np.arange(4)", "np.array([])",
        "type('A', (np.ndarray,), {'__eq__': lambda *a: True})(4)", "iter([0.0, 3.0, 6.0, 9.0])", "{}",
        "type('Yes', (), {'__eq__': lambda *a: True, '__len__': lambda s: 4, '__array__': lambda *a: None})()",
    ],
)  # fmt: skip
def test_what_is_no_right_answer_earns_nothing(judge: Callable[..., Report], value: str) -> None:
    report = judge(FIT, f"predictions = {value}")
    assert report.cases[1].verdict in (Verdict.FAILED, Verdict.ERROR)
    assert Verdict.UNGRADABLE not in {case.verdict for case in report.cases}


def test_predictions_can_not_be_made_of_what_the_judge_asks(judge: Callable[..., Report]) -> None:
    """Nothing of a case is in the worker while its cells run: what it can look through holds no expected value."""
    search = (
        "import gc, sys, os\nfound = [o for o in gc.get_objects() if isinstance(o, np.ndarray) and o.shape == (4,)]\n"
        "predictions = found[0] if found else np.zeros(4)\n"
        "seen = sorted(os.listdir('.'))\nassert seen == ['notes.txt', 'train.npz'], seen"
    )
    report = judge(FIT, search)
    assert places(report) == [("look", 2, 1)]
    assert report.cases[1].verdict is Verdict.FAILED


def test_training_is_not_repeated_for_each_case(
    judge: Callable[..., Report], kept: tuple[Bench, Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker, and in it the cells run once: predictions that were made twice would be wrong."""
    server = kept[0].server
    workers: list[Any] = []
    make = server.worker
    monkeypatch.setattr(server, "worker", lambda *arguments: workers.append(make(*arguments)) or workers[-1])
    report = judge(FIT, "trained = globals().get('trained', 0) + 1", TRAIN, "predictions *= trained")
    assert report.all_passed
    assert len(workers) == 1


def test_a_variable_that_a_failing_cell_would_have_made_says_where(judge: Callable[..., Report]) -> None:
    report = judge(FIT, "x = 1\nx / 0\n" + TRAIN)
    (missing,) = [case for case in report.cases if case.id == "test_public.py::test_predictions"]
    assert missing.verdict is Verdict.ERROR
    assert missing.message.startswith("predictions did not load, because of cell 2, line 2: This raised ZeroDivision")
    assert (missing.where.cell, missing.where.line) == (2, 2)
    (unwritten,) = [case for case in judge(FIT, "1 / 0").cases if case.id == missing.id]
    assert unwritten.message == "predictions is not written yet."


def test_what_cells_print_belongs_to_no_case(judge: Callable[..., Report]) -> None:
    report = judge(FIT + "\nprint('epoch 1')", "def fit(x, y):\n    print('asked')\n    return 0.0")
    assert report.cases[0].output == "asked\n"


@pytest.fixture
def members(whole_course: Path, d2d: Command, tmp_path: Path) -> Path:
    """What the course's members receive."""
    home = whole_course / "assignments" / "mini"
    (home / "handout.en.md").write_text("# mini\n\n<!-- cell: fit -->\n", "utf-8")
    with (whole_course / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write('members = "https://example.org/course"\n')
        file.write(f'install = "git+https://example.org/d2d@{"0" * 40}"\n')
    made = d2d("release", "mini", "--out", tmp_path / "members", "--lang", "en", "--course", whole_course)
    assert made.returncode == 0, made.stderr
    return tmp_path / "members"


def test_members_get_the_data_and_check_with_it(members: Path, whole_course: Path, d2d: Command) -> None:
    home = members / "assignments" / "mini"
    for name in ("train.npz", "notes.txt"):
        assert (home / name).read_bytes() == (whole_course / "assignments" / "mini" / name).read_bytes()
    cells = "".join(nbformat.read(home / "mini.en.ipynb", 4).cells[0].source)
    assert '"d2d-course", "assignments", "mini", name' in cells
    (home / "mine.py").write_text(RIGHT, "utf-8")
    done = d2d("check", "mini", home / "mine.py", "--json", "-", folder=members)
    report = json.loads(done.stdout)
    assert ([case["verdict"] for case in report["cases"]], done.returncode) == (["passed"] * 2, 0)
    stub = d2d("check", "mini", "--json", "-", folder=members)
    assert [case["verdict"] for case in json.loads(stub.stdout)["cases"]] == ["missing"] * 2


def test_the_released_notebook_runs_as_a_submission(members: Path, d2d: Command) -> None:
    """Its first cell copies the data in Colab: in the worker there is nothing to copy, and nothing to say."""
    home = members / "assignments" / "mini"
    notebook = nbformat.read(home / "mini.en.ipynb", 4)
    notebook.cells[-1:-1] = [nbformat.v4.new_code_cell(source) for source in (FIT, TRAIN)]
    nbformat.write(notebook, home / "mine.ipynb")
    done = d2d("check", "mini", home / "mine.ipynb", "--json", "-", folder=members)
    report = json.loads(done.stdout)
    assert [case["verdict"] for case in report["cases"]] == ["passed"] * 2
    assert report["notes"] == []


def test_the_data_is_part_of_what_a_report_was_made_by(whole_course: Path) -> None:
    def sha256() -> str:
        assignment = find_course(whole_course).assignment("mini")
        return collect_cases(assignment).sha256

    before = sha256()
    (whole_course / "assignments" / "mini" / "notes.txt").write_text("four times\n", "utf-8")
    assert sha256() != before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"notes.txt"', '"test_hidden.py"', "test_hidden.py can't be laid beside"),
        ('"notes.txt"', '"../mini/notes.txt"', "can't be laid beside"),
        ('"notes.txt"', '".hidden"', "can't be laid beside"),
        ('"notes.txt"', '"absent.npz"', "absent.npz is missing"),
        ('"notes.txt"', '"link.txt"', "link.txt is missing"),
        ('"notes.txt"', '"big.bin"', "more than 16 MB"),
        ('["predictions"]\n[worker]', '["precisions"]\n[worker]', "No section asks for precisions"),
    ],
)
def test_what_an_author_gets_wrong_is_said_with_its_line(whole_course: Path, old: str, new: str, says: str) -> None:
    home = whole_course / "assignments" / "mini"
    (home / "link.txt").symlink_to(whole_course / "reference" / "mini.py")
    with (home / "big.bin").open("wb") as file:
        file.truncate((16 << 20) + 1)
    assert old in MANIFEST
    (home / "assignment.toml").write_text(MANIFEST.replace(old, new), "utf-8")
    with pytest.raises(BadAssignmentError, match=r"assignment\.toml:\d+") as caught:
        find_course(whole_course).assignment("mini")
    assert says in caught.value.what
