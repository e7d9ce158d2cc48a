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
