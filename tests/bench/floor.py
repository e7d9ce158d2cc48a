"""The floor: what the cases themselves cost, whoever judges by them.

The same cases in the same pytest session and by pytest's own hands, all submissions in one warm process, their
functions called directly: no isolation, no report, no hints. A submission could do there whatever it likes; this is a
yardstick and no grader.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_pytest import Session, in_session, name

from grader import close, unchanged
from grader.course.course import find_course
from grader.intake import Submission
from grader.intake.read import read_submission
from grader.judge.cases import Fixtures, rng_of
from grader.worker.wire import TensorValue

ROOT = Path(__file__).parents[2]


class Direct:
    """What cases know as `student`, with nothing between them and the functions."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        item = getattr(self._module, name)
        return _Loops(item) if name == "CaseLoop" else item

    @property
    def live(self) -> Direct:
        return self

    def array(self, values: Any) -> Any:
        return np.array(values)

    def tensor(self, values: Any, *, requires_grad: bool = False) -> Any:
        return tensor(values, requires_grad)

    def define(self, source: str) -> None:
        exec(_compiled(source), vars(self._module))


class _Loops:
    """hw4's loops, which change what they are given: each call gets tensors of its own, as over the bridge."""

    def __init__(self, loops: type) -> None:
        self._loops = loops

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *values: getattr(self._loops, name)(*_own(values))


def _own(item: Any) -> Any:
    if isinstance(item, list | tuple):
        return type(item)(map(_own, item))
    if hasattr(item, "requires_grad_"):
        return item.detach().clone().requires_grad_(item.requires_grad)
    return item


@cache
def _compiled(source: str) -> types.CodeType:
    return compile(source, "case.py", "exec", dont_inherit=True)


def tensor(values: Any, requires_grad: bool = False) -> Any:
    import torch

    return torch.tensor(np.asarray(values), requires_grad=requires_grad)


def value(item: Any) -> Any:
    """A tensor as the judge's comparisons know it; every other value as it is."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(item, torch.Tensor):
        return TensorValue(item.detach().numpy().copy(), item.requires_grad)
    if isinstance(item, list | tuple):
        return type(item)(map(value, item))
    return item


@contextlib.contextmanager
def raises(kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise AssertionError


class _Told(type):
    def __instancecheck__(cls, item: object) -> bool:
        return isinstance(item, TensorValue)


class DirectTensor(metaclass=_Told):
    """In the place of `TensorValue`: what a case makes of it is a tensor, what `read` gave it is known by it."""

    def __new__(cls, values: Any, requires_grad: bool = False) -> Any:
        return tensor(values, requires_grad)


# What the case files have imported, in the form that needs no bridge.
_DIRECT: dict[str, Callable[..., Any]] = {
    "close": lambda actual, expected, **options: close(value(actual), value(expected), **options),
    "unchanged": lambda now, before: unchanged(value(now), before),
    "raises": raises,
    "read": value,
    "TensorValue": DirectTensor,
}


def called_directly(items: Sequence[pytest.Function]) -> None:
    """Let the cases meet functions of this very process where they expect a bridge."""
    files = {item.module.__name__: item.module for item in items}
    for module in [*files.values(), *(value for value in sys.modules.values() if is_beside(value, items[0]))]:
        namespace = module.__dict__
        namespace.update({name: direct for name, direct in _DIRECT.items() if name in namespace})


def is_beside(module: object, item: pytest.Function) -> bool:
    """Whether a module is of the assignment's folder: what the files of cases share."""
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(item.config.rootpath)


def load(submission: Submission) -> types.ModuleType:
    """The submission's cells run one after another, what fails in them passed over."""
    module = sys.modules[submission.member] = types.ModuleType(submission.member)  # dataclasses look themselves up
    for cell in submission.cells:
        with contextlib.suppress(BaseException):
            exec(compile(cell.source, cell.label, "exec"), module.__dict__)
    return module


def floor(hw: str, files: Sequence[Path], secret: bytes) -> tuple[float, int]:
    """CPU seconds for all of these submissions, and how many pass every case."""
    assignment = find_course(ROOT).assignment(hw)
    assert assignment.reference is not None
    reference = load(read_submission(assignment.reference, hw, assignment.asked))

    def work(session: Session) -> tuple[float, int]:
        called_directly(session.items)

        def judge(submission: Submission) -> bool:
            module = load(submission)
            failed = 0
            for item in session.items:
                rng = partial(rng_of, secret, name(item))
                failed += not session.passes(item, Fixtures(lambda: Direct(module), lambda: Direct(reference), rng))
            return not failed

        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            assert judge(read_submission(assignment.reference, hw, assignment.asked))  # and everything is warm then
            before = os.times()
            passed = sum(judge(read_submission(file, hw, assignment.asked)) for file in files)
            after = os.times()
        return (after.user - before.user) + (after.system - before.system), passed

    return in_session(assignment, work)
