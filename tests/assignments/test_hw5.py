"""hw5 by all its cases: what is taken for predictions and what is not, and what whoever wants the labels can find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.judge.reference import LiveReference
from grader.report.report import Report, Verdict
from tests.benches import Bench
from tests.courses import ROOT

pytest.importorskip("torch")
pytestmark = pytest.mark.torch
HIDDEN = (ROOT / "assignments" / "hw5" / "hidden" / "test_predictions.py").read_text("utf-8")
TRUTH = "".join(re.findall(r'"(\d{100})"', HIDDEN))
TITLES = (45, 60, 75, 85, 92)


class Whole(Bench):
    """A bench for a whole project, of whose reference the functions are enough."""

    def judge(self, submission: Any, **options: Any) -> Report:
        file = self.assignment.reference
        assert file is not None
        return super().judge(submission, reference=LiveReference(file, definitions=True), **options)


@pytest.fixture(scope="module")
def hw5(scratch_home: Path) -> Iterator[Whole]:
    assignment = find_course(ROOT).assignment("hw5")
    bench = Whole(assignment, hidden=True, limits=assignment.limits, mode="whole")
    yield bench
    bench.close()


def bands(report: Report) -> dict[str, str]:
    """How the cases about predictions ended: of each band, and of the form."""
    return {case.id.partition("test_predictions_")[2]: case.verdict.value for case in report.cases[-5:]}


def predicting(expression: str, *, before: str = "") -> str:
    """A submission that has nothing but predictions; `truth` is what nobody can know."""
    return (
        f"import numpy as np\nimport torch\n{before}\ntruth = [int(c) for c in '{TRUTH}']\npredictions = {expression}\n"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "truth",
        "tuple(truth)",
        "torch.tensor(truth)",
        "torch.tensor(truth, dtype=torch.int32)",
        "np.array(truth)",
        "np.array(truth, np.uint8)",
    ],
)
def test_labels_may_come_in_any_of_these_forms(hw5: Whole, expression: str) -> None:
    assert bands(hw5.judge(predicting(expression))) == dict.fromkeys(map(str, TITLES), "passed")


@pytest.mark.parametrize("right", [269, 270, 359, 360, 449, 450, 509, 510, 551, 552])
def test_each_band_begins_where_it_says(hw5: Whole, right: int) -> None:
    found = bands(hw5.judge(predicting(f"[t if at < {right} else (t + 1) % 5 for at, t in enumerate(truth)]")))
    assert found == {str(band): "passed" if 100 * right >= 600 * band else "failed" for band in TITLES}


YES = """
class Yes(int):
    def __eq__(self, other): return True
    def __mul__(self, other): return 0
    __hash__ = int.__hash__
class Array(np.ndarray):
    def __eq__(self, other): return np.ones(600, bool)
class Tensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True
class Anything:
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.zeros(600, int)
"""


@pytest.mark.parametrize(
    "expression",
    [
        "None",
        "0",
        "[0] * 600",
        "np.zeros(600, int)",
        "np.bincount(np.load('train.npz')['labels']).argmax().repeat(600)",
        "np.random.default_rng(0).integers(0, 5, 600)",
        "truth[:599]",
        "truth + [0]",
        "[]",
        "truth * 2",
        "torch.tensor(truth)[:, None]",
        "torch.tensor(truth).float()",
        "torch.full((600,), float('nan'))",
        "np.full(600, np.nan)",
        "[float(t) for t in truth]",
        "[bool(t) for t in truth]",
        "[[t] for t in truth]",
        "[str(t) for t in truth]",
        "[range(5)] * 600",
        "np.array(truth, object)",
        "np.zeros(600, int).view(Array)",
        "torch.zeros(600, dtype=torch.long).as_subclass(Tensor)",
        "[Yes(0)] * 600",
        "Yes(0)",
        "Anything()",
        "lambda: truth",
        "iter(truth)",
        "{at: t for at, t in enumerate(truth)}",
        "''.join(map(str, truth))",
        "bytes(truth)",
    ],
)
def test_nothing_else_earns_a_point(hw5: Whole, expression: str) -> None:
    report = hw5.judge(predicting(expression, before=YES))
    assert report.score == 0
    assert set(bands(report).values()) <= {"failed", "missing"}
    assert all(case.verdict is not Verdict.UNGRADABLE for case in report.cases)


SEARCH = r"""
import gc
import os
import re
import numpy as np

found = []
for top in ("/", "..", "/work", "/tmp", "/root", "/home", ROOT):
    for folder, _folders, names in os.walk(top):
        if folder.count("/") > 7 or folder.startswith(("/proc", "/sys", "/usr", "/lib")):
            continue
        for name in names:
            if re.search("hidden|make_data|labels", name) and name.endswith((".py", ".npz", ".txt", ".d2d")):
                try:
                    found += re.findall(r'"(\d{100})"', open(os.path.join(folder, name)).read())
                except OSError:
                    pass
held = [one for one in gc.get_objects() if isinstance(one, (str, bytes, list, tuple)) and len(one) == 600]
predictions = [int(c) for c in "".join(found[:6])] or [0] * 600
raise SystemExit("seen: " + repr((sorted(np.load("test.npz")), sorted(os.listdir(".")), len(found), len(held))))
"""


def test_the_labels_can_not_be_found_from_within(hw5: Whole) -> None:
    if "landlock" not in hw5.server.layers and "root" not in hw5.server.layers:
        pytest.skip("no layer here keeps files away from a worker")
    report = hw5.judge(SEARCH.replace("ROOT", repr(str(ROOT))))
    (said,) = [note.text for note in report.notes if "seen: " in note.text]
    assert "(['images'], ['test.npz', 'train.npz'], 0, 0)" in said
    assert set(bands(report).values()) == {"failed"}
