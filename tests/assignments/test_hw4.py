"""hw4's cases bring loops of their own into the worker. They stand beside the answer, so it can put others there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader.course.course import find_course
from grader.report.report import Report, Verdict
from tests.benches import Bench
from tests.courses import ROOT

pytest.importorskip("torch")
pytestmark = pytest.mark.torch

NAMES = "SGD Adagrad RMSprop Adam AdamW clip_grad_norm StepLR ExponentialLR CosineAnnealingLR WarmupLR".split()
# What a class of that name does at the first opportunity; `values` is what the loops were given.
STILL = """
class Loops:
    drive = staticmethod(lambda make, held, steps, *more: [[p.detach() for p in held] for _ in steps])
    together = staticmethod(lambda a, b, held, steps, *more: [[p.detach() for p in held] for _ in steps])
    same_gradient = staticmethod(lambda make, p, g, *more: [p, g])
    apart = staticmethod(lambda make, held, *more: held)
    cleared = staticmethod(lambda make, p, *more: [p, None])
    clipped = staticmethod(lambda clip, held, gradients, *more: [0.0, gradients])
    clipped_steps = staticmethod(lambda clip, make, held, *more: held)
    rates = staticmethod(lambda make, holder, base, steps, *more: [base] * (steps + 1))
    fit = staticmethod(lambda make, held, *more: held)
"""
YES = """
class Yes:
    def __eq__(self, other): return True
    def __len__(self): return 8
    def __getattr__(self, name): return self
    def __call__(self, *values, **options): return self
    def __iter__(self): return iter([self] * 8)
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
Loops = Yes()
"""
TAKE_OVER = """
def take_over(*values, **options):
    globals()["CaseLoop"] = Loops
    raise ValueError
""" + "\n".join(f"def {name}(*values, **options): return take_over()" for name in NAMES)
KEEP = """
import builtins
made = builtins.__build_class__
builtins.__build_class__ = lambda body, name, *more, **options: (
    Loops if name == "CaseLoop" else made(body, name, *more, **options)
)
""" + "\n".join(f"def {name}(*values, **options): return values[0]" for name in NAMES)


@pytest.fixture(scope="module")
def judge(scratch_home: object) -> Iterator[Callable[[str], Report]]:
    bench = Bench(find_course(ROOT).assignment("hw4"), hidden=True)
    yield bench.judge
    bench.close()


@pytest.mark.parametrize(
    "source", [STILL + TAKE_OVER, YES + KEEP], ids=["once a case is at it", "before there are any"]
)
def test_other_loops_earn_nothing(judge: Callable[[str], Report], source: str) -> None:
    report = judge(source)
    passed = [case.id for case in report.cases if case.verdict is Verdict.PASSED]
    assert passed == []
    assert report.score == 0
    assert report.complete


def test_the_judges_own_loops_are_not_the_submissions_to_see_before_a_case(judge: Callable[[str], Report]) -> None:
    """Where loading looks for them there are none, and what it leaves under that name counts for nothing."""
    reference = (ROOT / "reference" / "hw4.py").read_text("utf-8")
    assert judge(f"{STILL}\nassert 'CaseLoop' not in globals()\nCaseLoop = Loops\n{reference}").score == 100


# What lazy and lying answers are made of: an optimizer that remembers what it was given.
KEPT = """
import sys
import torch

class Kept:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, **options):
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.weight_decay = weight_decay

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * self.change(p, p.grad + self.weight_decay * p)
"""
# Two slips in one answer, each of which alone some cases would leave to others.
TWO_SLIPS = """
class Adam(Kept):
    def change(self, p, g):
        memory = self.__dict__.setdefault("memory", {})
        t, m, v = memory.get(id(p), (0, 0, 0))
        b1, b2 = self.betas
        t, m, v = memory[id(p)] = t + 1, b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        return -(m / (1 - b1**t)) / (v / (1 - b2**t) + self.eps)
"""
LIARS = """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, values=(), options=None):
        if getattr(function, "__name__", "") in ("detach", "clone", "numpy", "__get__"):
            return super().__torch_function__(function, types, values, options or {})
        return True

    def __eq__(self, other): return True
    def __len__(self): return 3

class Lying(Kept):
    def step(self):
        for p in self.params:
            p.__class__ = Liar
            p.grad = p.grad if p.grad is None else p.grad.as_subclass(Liar)

def clip_grad_norm(params, max_norm):
    for p in params:
        p.__class__ = Liar
    return torch.tensor(1.0).as_subclass(Liar)
"""
FRAMES = """
class Framed(Kept):
    def step(self):
        frame = sys._getframe(1)
        while frame:
            held = frame.f_locals
            if isinstance(held.get("path"), list):
                held["path"].append([p.detach().clone() for p in self.params])
            for name in ("steps", "rates"):
                if hasattr(held.get(name), "clear"):
                    held[name].clear()
            frame = frame.f_back
"""
NUMBERS = """
class Yes(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = float.__hash__
    def clone(self): return self

class Lazy:
    def __init__(self, optimizer, *values, **options):
        self.optimizer = optimizer
        self.step()
    def step(self):
        self.optimizer.lr = Yes(self.optimizer.lr)

def clip_grad_norm(params, max_norm): return Yes(max_norm)
"""
HOLDERS = """
import torch

class Holder(torch.Tensor):
    lr = property(lambda self: 0.8, lambda self, value: None)

class Lazy:
    def __init__(self, optimizer, *values, **options):
        if isinstance(optimizer, torch.Tensor):
            optimizer.__class__ = Holder
    def step(self): pass
"""


def named(names: list[str], base: str) -> str:
    return "".join(f"\nclass {name}({base}): pass" for name in names)


OPTIMIZERS, SCHEDULES = NAMES[:5], NAMES[6:]
DESCENT = KEPT + "\nclass Plain(Kept):\n    def change(self, p, g): return g\n"
SIGNS = KEPT + "\nclass Signs(Kept):\n    def change(self, p, g): return g.sign()\n"
NORMALIZED = KEPT + "\nclass Lengths(Kept):\n    def change(self, p, g): return g / (g.abs() + self.eps)\n"
DECAY = KEPT + "\nclass AdamW(Kept):\n    def change(self, p, g): return self.weight_decay * p\n"


@pytest.mark.parametrize(
    ("source", "points"),
    [
        pytest.param(DESCENT + named(OPTIMIZERS[1:], "Plain"), 0, id="one descent for all", marks=pytest.mark.slow),
        pytest.param(SIGNS + named(OPTIMIZERS, "Signs"), 0, id="steps without a memory"),
        # Adam's first step is really so, and it is all that it earns.
        pytest.param(
            NORMALIZED + named(OPTIMIZERS, "Lengths"), 1, id="the first step for ever", marks=pytest.mark.slow
        ),
        pytest.param(DECAY, 0, id="decay alone"),
        pytest.param(KEPT + TWO_SLIPS, 0, id="two slips", marks=pytest.mark.slow),
        pytest.param(KEPT + LIARS + named(OPTIMIZERS, "Lying"), 0, id="tensors that say yes", marks=pytest.mark.slow),
        pytest.param(KEPT + FRAMES + named(OPTIMIZERS, "Framed"), 0, id="the loop's own frame", marks=pytest.mark.slow),
        pytest.param(NUMBERS + named(SCHEDULES, "Lazy"), 0, id="rates that say yes"),
        pytest.param(HOLDERS + named(SCHEDULES, "Lazy"), 0, id="a holder of another class"),
        pytest.param(
            "".join(f"\ndef {name}(*values, **options): raise ValueError" for name in NAMES), 0, id="only raises"
        ),
    ],
)
def test_lazy_and_lying_answers_earn_nothing(judge: Callable[[str], Report], source: str, points: int) -> None:
    report = judge(source)
    earned = {case.id: case.points for case in report.cases if case.points}
    assert sum(earned.values()) == points, earned
    assert report.complete


def test_the_norm_alone_earns_what_it_is(judge: Callable[[str], Report]) -> None:
    """Whoever gives back the norm and shortens nothing has the cases of the norm, and none of the gradients'."""
    norm = "sum(float((p.grad**2).sum()) for p in params if p.grad is not None) ** 0.5"
    report = judge(f"def clip_grad_norm(params, max_norm): return {norm}")
    earned = {case.concept for case in report.cases if case.points}
    assert earned == {"return-value"}
