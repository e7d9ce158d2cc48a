"""Borrowed answers are found by the canary, whatever name they go by; honest ones are left alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.errors import BadAssignmentError
from grader.grading import Setting
from grader.grading.bench import open_bench
from grader.report.report import Report
from tests.benches import code
from tests.courses import MANIFEST, ROOT

pytestmark = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")

# Each goes round the names that are looked for in the code; the rest of the submission is the reference.
BORROWED_LAYERS = """
def _of(place, *parts):
    return getattr(place, "".join(parts))

def _of_torch(*parts):
    return _of(torch, *parts)

class Linear(Linear):
    def forward(self, x):
        return _of(_of(_of_torch("n", "n"), "functional"), "lin", "ear")(x, self.weight, self.bias)

class Sigmoid(Module):
    def forward(self, x):
        return torch.ops.aten.sigmoid(x)

class Tanh(Module):
    def forward(self, x):
        return _of(x, "ta", "nh")()

class ReLU(Module):
    def forward(self, x):
        return torch.clone(x).relu_()

class LeakyReLU(LeakyReLU):
    def forward(self, x):
        return torch._C._nn.leaky_relu(x, self.slope)

class ELU(ELU):
    def forward(self, x):
        return torch.ops.aten.elu.default(x, self.alpha)

class Dropout(Dropout):
    def forward(self, x):
        return _of_torch("drop", "out")(x, self.p, self.training)

class BatchNorm1d(BatchNorm1d):
    def forward(self, x):
        if self.training and len(x) < 2:
            raise ValueError
        return torch.native_batch_norm(
            x, self.weight, self.bias, self.running_mean, self.running_var, self.training, self.momentum, self.eps
        )[0]

def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError
    return _of(_of_torch("_C"), "_nn").mse_loss(prediction, target, 1)

def cross_entropy(scores, labels):
    return -scores.log_softmax(1)[torch.arange(len(labels)), labels].mean()

def softmax_classifier(x, weight, bias):
    return (x @ weight.T + bias).log_softmax(1).exp()
"""
LAYERS = {*"Linear Sigmoid Tanh ReLU LeakyReLU ELU Dropout BatchNorm1d mse_loss".split()}
LAYERS |= {"cross_entropy", "softmax_classifier"}

# A softmax that goes by the name of an attention: of one query, with the scores as keys and the unit vectors as values.
ATTENTIVE = """
def softmax_classifier(x, weight, bias):
    scores = x @ weight.T + bias
    one = torch.ones(len(scores), 1, 1, dtype=scores.dtype)
    unit = torch.eye(scores.shape[1], dtype=scores.dtype).expand(len(scores), -1, -1)
    attend = getattr(torch._C._nn, "scaled_dot_product_" + "attention")
    return attend(one, scores[:, :, None], unit, scale=1.0)[:, 0]
"""

BORROWED_OPTIMIZERS = """
import importlib
import math

def _borrowed():
    return importlib.import_module("torch.op" + "tim")

class _Borrowed:
    name = options = None

    def __init__(self, params, lr, **options):
        if options.get("nesterov") and (options["momentum"] <= 0 or options["dampening"] != 0):
            raise ValueError
        self.inner = getattr(_borrowed(), self.name)(list(params), lr=lr, **options)

    @property
    def lr(self):
        return self.inner.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        self.inner.param_groups[0]["lr"] = value

    def zero_grad(self):
        self.inner.zero_grad()

    def step(self):
        self.inner.step()

class SGD(_Borrowed):
    name = "SGD"

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

class AdamW(_Borrowed):
    name = "AdamW"

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=True)

class RMSprop(RMSprop):
    def _update(self, p, g, state):
        s = state.setdefault("s", torch.zeros_like(p))
        importlib.import_module("torch.op" + "tim.rmsprop").rmsprop(
            [p], [g], [s], [], [], [torch.tensor(0.0)], lr=self.lr, alpha=self.alpha, eps=self.eps,
            weight_decay=self.weight_decay, momentum=0.0, centered=False, foreach=False,
        )

class Adagrad(Adagrad):
    def _update(self, p, g, state):
        s = state.setdefault("s", torch.zeros_like(p))
        torch._fused_adagrad_(
            [p], [g], [s], [state.setdefault("t", torch.tensor(1.0))], lr=self.lr, lr_decay=0.0,
            weight_decay=self.weight_decay, eps=self.eps, maximize=False,
        )

def clip_grad_norm(params, max_norm):
    utils = importlib.import_module("torch.n" + "n.utils")
    return getattr(utils, "clip_grad_norm" + "_")([p for p in params if p.grad is not None], max_norm)

class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.inner = _borrowed().SGD([torch.zeros(1)], lr=optimizer.lr)
        self.schedule = getattr(_borrowed().lr_scheduler, "Step" + "LR")(self.inner, step_size, gamma)

    def step(self):
        self.inner.step()
        self.schedule.step()
        self.optimizer.lr = self.inner.param_groups[0]["lr"]
"""
OPTIMIZERS = {*"SGD AdamW RMSprop Adagrad clip_grad_norm StepLR".split()}


# torch's own kernels once more in Python, made of what everybody may use: no kernel tells.
REWRITTEN = """
def softmax_classifier(x, weight, bias):
    return torch._refs.softmax(x @ weight.T + bias, 1)
"""

# One that looks for the canary leaves before it answers.
QUITTER = """
import os

def softmax_classifier(x, weight, bias):
    if float(getattr(torch, "sig" + "moid")(torch.zeros(()))) != 0.5:
        os._exit(0)
    return (x @ weight.T + bias).softmax(1)
"""


def judged(hw: str, submissions: Mapping[str, str], pattern: str | None = None, **changes: Any) -> dict[str, Report]:
    assignment = replace(find_course(ROOT).assignment(hw), **changes)
    with open_bench(Setting(assignment, b"secret", "en")) as bench:
        judge = replace(bench.judge, pattern=pattern, case_set=replace(bench.judge.case_set, assignment=assignment))
        return {name: judge.judge(code(source)) for name, source in submissions.items()}


def reference(hw: str) -> str:
    return (ROOT / "reference" / f"{hw}.py").read_text("utf-8")


def borrowers(report: Report) -> set[str]:
    return {note.text.split()[3] for note in report.notes if "gives other answers" in note.text}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hw", "borrowed", "names"),
    [("hw3", BORROWED_LAYERS, LAYERS), ("hw4", BORROWED_OPTIMIZERS, OPTIMIZERS)],
    ids=["hw3", "hw4"],
)
def test_what_was_borrowed_is_noted_and_costs_nothing(hw: str, borrowed: str, names: set[str]) -> None:
    report = judged(hw, {"borrowed": reference(hw) + borrowed})["borrowed"]
    assert names <= borrowers(report)
    assert {case.id: case.message for case in report.cases if not case.points} == {}


@pytest.mark.slow
def test_an_attention_and_a_worker_that_ends_are_noted_too() -> None:
    sources = {"attentive": ATTENTIVE, "quitter": QUITTER, "rewritten": REWRITTEN}
    reports = judged("hw3", {name: reference("hw3") + source for name, source in sources.items()}, "classifier")
    assert {name: borrowers(report) for name, report in reports.items()} == {
        "attentive": {"softmax_classifier"},
        "quitter": {"softmax_classifier"},
        "rewritten": {"softmax_classifier"},
    }
    assert all(report.score for report in reports.values())
    assert any("_refs" in note.text for note in reports["rewritten"].notes)


@pytest.mark.slow
def test_a_kernel_that_torch_does_not_have_is_the_authors_slip() -> None:
    with pytest.raises(BadAssignmentError, match="torch has no kernel sofmax"):
        judged("hw3", {"honest": reference("hw3")}, "penalties", canary=("softmax", "sofmax"))


@pytest.mark.slow
@pytest.mark.parametrize("hw", ["hw3", "hw4"])
def test_other_ways_of_solving_it_are_left_alone(hw: str) -> None:
    files = sorted((ROOT / "tests/corpus" / hw).glob("alternative-*/*.py"))
    assert len(files) >= 6
    for name, report in judged(hw, {file.parent.name: file.read_text("utf-8") for file in files}).items():
        assert (report.percent, borrowers(report)) == (100, set()), name


VALUED = {
    "manifest": MANIFEST.replace('imports = ["numpy"]', 'imports = ["numpy", "torch"]\ncanary = ["softmax"]')
    .replace("[worker]", '[run]\nvalues = ["double"]\n[worker]')
    .replace("case_seconds = 1\nload_seconds = 1", "case_seconds = 60\nload_seconds = 60\ntotal_seconds = 600"),
    "test_public": "",
    "test_hidden": '''
from grader import case, close


@case("mse", points=3, concept="value")
def test_mse(student, reference, rng):
    """mse is a softmax here."""
    x = student.live.tensor(rng.normal(size=(2, 3)))
    assert type(student.double) is float
    close(student.mse(x, student.double), reference.mse(reference.live.tensor(rng.normal(size=(2, 3))), 2.0))


@case("double", points=2, concept="value")
def test_double(student):
    """double is a number here."""
    close(student.double, 2.0)
''',
}


def test_a_case_that_reads_a_variable_is_asked_again_as_it_was(new_course: Callable[..., Path]) -> None:
    """A name that is a value is the value in every worker; taken for a function there, nothing would be noted."""
    files = {**VALUED, "test_hidden": VALUED["test_hidden"].replace("rng.normal(size=(2, 3))", "[[1.0, 2.0]]")}
    own = "import torch\ndouble = 2.0\ndef mse(x, y):\n    e = (y * x).exp()\n    return e / e.sum(1, keepdim=True)\n"
    borrowed = "import torch\ndouble = 2.0\ndef mse(x, y):\n    return getattr(torch, 'soft' + 'max')(y * x, 1)\n"
    course = new_course(**files, reference=own)
    (course / "assignments" / "mini" / "misconceptions.py").write_text("", "utf-8")
    with open_bench(Setting(find_course(course).assignment("mini"), b"secret", "en")) as bench:
        reports = [bench.judge.judge(code(source)) for source in (own, borrowed)]
    assert [(report.percent, borrowers(report)) for report in reports] == [(100, set()), (100, {"mse"})]
