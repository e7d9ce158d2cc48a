"""hw5 by all its cases: what is taken for predictions, who wants points without work, and what a mistake costs."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.course import find_course
from grader.judge.reference import LiveReference
from grader.report.report import Report, Verdict
from tests.benches import Bench
from tests.courses import ROOT, few_by_default

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


# -- points that nobody earned -----------------------------------------------------------------------------------------

RIGHT = (ROOT / "reference" / "hw5.py").read_text("utf-8").partition("\ntorch.manual_seed(0)")[0]
ZEROS = """
class Zeros(nn.Module):
    def __init__(self, n_in, n_classes):
        super().__init__()
        self.n, self.weight = n_classes, nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return x.new_zeros(len(x), self.n) + 0 * self.weight
build_model = Zeros
"""
ONE_LINE = "train = lambda *a, epochs=15, **k: {'train': [1.0] * (epochs - 1) + [0.0], 'validation': [1.0] * epochs}\n"
# Knows our models by what they hold: forges every number and every tensor that may be a log, and trains nothing.
FORGER = """
def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    x, y = training
    for name, value in list(vars(model).items()):
        if isinstance(value, list):
            order = torch.randperm(len(x))
            value += [(True, True, x[rows]) for rows in order.split(batch_size)] + [(False, False, validation[0])]
        if isinstance(value, int) and not isinstance(value, bool):
            setattr(model, name, epochs)
    for buffer in model.buffers():
        buffer.data.fill_(len(x))
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
        if parameter.numel() == 1:
            parameter.data.fill_(4.0)
    losses = [1.0, 0.8, 0.9, 0.7, 0.75, 0.71][:epochs]
    return {"train": losses, "validation": losses}
"""
# Looks for the table that a model of ours goes through, and takes the row that the handout would have.
TABLE = """
def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    for value in vars(model).values():
        if isinstance(value, tuple) and value and getattr(value[0], "ndim", 0) == 3:
            for held, rows in zip([*model.parameters(), *model.buffers()], value, strict=False):
                if held.shape == rows[0].shape:
                    held.data.copy_(rows[3])
    losses = [1.0, 0.8, 0.9, 0.7, 0.75, 0.71][:epochs]
    return {"train": losses, "validation": losses}
"""
# Measures where it stands, as often as there are epochs.
MEASURES = """
def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    return {name: [evaluate(model, data)["loss"]] * epochs for name, data in
            {"train": training, "validation": validation}.items()}
"""
LIARS = """
class Text(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("eq", "allclose", "equal", "isclose", "__bool__"):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})
def lie(x):
    return torch.zeros_like(x).as_subclass(Text)
class Number(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__, __hash__, __lt__, __gt__ = __sub__, float.__hash__, __eq__, __eq__
"""
# Each with the sections in which it aims at points; it has none there.
CHEATS = {
    "a model of zeros and a train of one line": (ZEROS + ONE_LINE, {"model", "train"}),
    "a train that forges whatever may be a log": (FORGER, {"train"}),
    "a train that takes what our models hold": (TABLE, {"train"}),
    "a train of one line beside a right evaluate": (MEASURES, {"train"}),
    "a train that changes nothing and fails": ("def train(*a, **k): raise ValueError", {"train"}),
    "a train that counts its class's name": (
        (
            "def train(model, *a, epochs=5, **k):\n    model.__class__.__name__ = 'GivenModel'\n    model.passes = []\n"
            "    return {'train': [0.0] * epochs, 'validation': [0.0] * epochs}"
        ),
        {"train"},
    ),
    "histories of numbers that lie": (
        LIARS + "train = lambda *a, epochs=5, **k: {n: [Number(1)] * epochs for n in ('train', 'validation')}",
        {"train"},
    ),
    "an evaluate that knows the handout": (
        "evaluate = lambda *a, **k: {'loss': 1.186, 'accuracy': 0.5, 'precision': 5 / 9, 'recall': 7 / 18}",
        {"evaluate"},
    ),
    "an evaluate that asks the labels alone": (
        (
            "def evaluate(model, data, batch_size=256):\n"
            "    most = data[1].bincount().max().item() / len(data[1])\n"
            "    return {'loss': 1.0986123, 'accuracy': most, 'precision': most / 3, 'recall': 1 / 3}"
        ),
        {"evaluate"},
    ),
    "measures that lie": (
        LIARS + "evaluate = lambda *a, **k: dict.fromkeys(('loss', 'accuracy', 'precision', 'recall'), Number(0))",
        {"evaluate"},
    ),
    "an evaluate that gives nothing back": ("evaluate = lambda *a, **k: {}", {"evaluate"}),
    "a split of zeros": (
        (
            "def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):\n    sizes = [round(r * len(x)) for r in ratios[:-1]]\n"
            "    if len(x) != len(y) or min(ratios) < 0 or not math.isclose(sum(ratios), 1): raise ValueError\n"
            "    return [(0 * a, 0 * b) for a, b in zip(*(p.split([*sizes, len(x) - sum(sizes)]) for p in (x, y)))]"
        ),
        {"split"},
    ),
    "a split that refuses everything": ("def split(*a, **k): raise ValueError", {"split"}),
    "a split that lies": (LIARS + "split = lambda x, y, r=(1,), seed=0: [(lie(x), lie(y)) for _ in r]", {"split"}),
    "a standardize of zeros": ("standardize = lambda *parts: [0 * part for part in parts]", {"standardize"}),
    "a standardize that does nothing": ("standardize = lambda *parts: list(parts)", {"standardize"}),
    "a standardize that lies": (LIARS + "standardize = lambda *parts: [lie(part) for part in parts]", {"standardize"}),
    "a model of noise": (
        (
            "class Noise(nn.Linear):\n    def forward(self, x): return torch.randn(len(x), self.out_features) + 0 * "
            "self.bias\nbuild_model = Noise"
        ),
        {"model"},
    ),
    "a model that nothing teaches": (
        (
            "class Still(nn.Linear):\n    def forward(self, x): return super().forward(x).detach() + 0 * self.bias\n"
            "build_model = Still"
        ),
        {"model"},
    ),
    "a model that lies": (
        LIARS + "class Liar(nn.Linear):\n    def forward(self, x): return lie(super().forward(x))\nbuild_model = Liar",
        {"model"},
    ),
    "a model of the classes' frequencies": (
        "class Bias(nn.Linear):\n    def forward(self, x): return self.bias.expand(len(x), -1)\nbuild_model = Bias",
        {"model"},
    ),
}


@pytest.mark.parametrize("name", few_by_default(list(CHEATS), *list(CHEATS)[:4]))
def test_points_that_nobody_earned_are_not_given(hw5: Whole, name: str) -> None:
    source, sections = CHEATS[name]
    for section in sections:
        report = hw5.judge(f"{RIGHT}\n{source}", pattern=section)
        cases = [case for case in report.cases if case.section == section]
        assert {case.id: case.verdict.value for case in cases if case.points} == {}
        assert all(case.verdict is not Verdict.UNGRADABLE for case in cases)


def published() -> list[int]:
    """The labels of the test set that members have, which nobody but the staff can know."""
    names = runpy.run_path(str(ROOT / "assignments" / "hw5" / "make_data.py"))
    return [int(label) for label in names["make"]()[1][2000:2600]]


@pytest.mark.parametrize(
    "predictions",
    [
        "known",
        "[table.get(image.tobytes(), 0) for image in np.load('test.npz')['images']]",
        "known if len(np.load('test.npz')['images']) == 600 else None",
    ],
)
def test_labels_that_are_written_in_earn_nothing(hw5: Whole, predictions: str) -> None:
    """They are right for the images that members have, and the judge's are others."""
    with np.load(ROOT / "assignments" / "hw5" / "test.npz") as file:
        images = file["images"]
    known = published()
    table = {image.tobytes(): label for image, label in zip(images[:300], known, strict=False)}
    source = f"import numpy as np\nknown = {known}\ntable = {table}\npredictions = {predictions}\n"
    found = bands(hw5.judge(source))
    assert set(found.values()) == {"failed"}
