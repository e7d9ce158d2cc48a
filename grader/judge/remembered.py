"""The reference asked once: a class gets the same questions, so the answers of the first submission serve the others.

Inputs are drawn by the secret, so a case asks the reference the very same for every submission, until it hands an
answer of the submission on. From there on, or wherever else a request is another, the reference itself answers.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.bridge.outcomes import BridgeError
from grader.bridge.student import Remote
from grader.judge.reference import Reference
from grader.worker.wire import Handle, Name, TensorValue

_MOST_STEPS = 20_000  # of a case: what asks for more is not kept
_PLAIN = (int, bool, str, bytes, type(None))


@dataclass(frozen=True)
class _Kept:
    """An object of the reference, by when it first appeared in the case."""

    number: int
    kind: str
    keep: bool


@dataclass(frozen=True)
class _Step:
    """One request as it can be told from others, what was asked, and what came of it."""

    key: Hashable
    asked: tuple[str, bool, tuple[Any, ...]]
    answer: Any


class _UnknownError(Exception):
    """A value that can't be told from others."""


class RememberedReference:
    """A reference whose answers are kept, case by case."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.steps: dict[str, list[_Step]] = {}

    def begin(self, case_id: str) -> _Transport:
        return _Transport(self.reference, case_id, self.steps.setdefault(case_id, []))


class _Transport:
    """Answers from memory as long as the requests are those that were asked before."""

    def __init__(self, reference: Reference, case_id: str, steps: list[_Step]) -> None:
        self.reference, self.case_id, self.steps = reference, case_id, steps
        self.at = self.objects = 0
        self.live: Any = None  # the transport to the reference, once it is needed
        self.held: dict[int, Remote] = {}  # its objects by their number here
        self.keeps = True  # what is asked next goes into memory

    def request(self, op: str, *arguments: object, keep: bool = False) -> Any:
        """The answer to one request, as `ByteTransport.request` gives it."""
        try:
            key: Hashable = (op, keep, self._key(arguments))
        except _UnknownError:
            key = None
        if self.live is None:
            if self.at < len(self.steps) and key is not None and self.steps[self.at].key == key:
                self.at += 1
                return self._given(self.steps[self.at - 1].answer)
            self.keeps = self.at == len(self.steps)
            self._wake()
        self.keeps = self.keeps and key is not None and len(self.steps) < _MOST_STEPS
        asked = (op, keep, _copied(arguments, self._named))
        answer = self._asked(*asked)
        if self.keeps:
            self.steps.append(_Step(key, asked, answer))
        return self._given(answer)

    def forget(self, handle: int) -> None:
        """Objects live as long as the case."""

    def _wake(self) -> None:
        """Bring the reference to where the memory is: what was answered from it is asked once more."""
        self.live = self.reference.begin(self.case_id)
        self.objects = 0
        for step in self.steps[: self.at]:
            self._asked(*step.asked)

    def _asked(self, op: str, keep: bool, arguments: tuple[Any, ...]) -> Any:
        """What the reference itself answers, with numbers in the place of its objects."""
        try:
            return _copied(self.live.request(op, *_copied(arguments, self._there), keep=keep), self._numbered)
        except BridgeError as error:
            return error

    def _given(self, answer: Any) -> Any:
        """An answer as the case gets it: its own copy, which it may change."""
        if isinstance(answer, BridgeError):
            raise answer.with_traceback(None)
        return _copied(answer, self._here)

    def _key(self, value: Any) -> Hashable:
        """What is equal for equal values, and for those alone."""
        kind = type(value)
        if kind in _PLAIN:
            return kind, value
        if kind is float:
            return kind, value.hex()  # NaN is equal to itself here, and 0.0 is not -0.0
        if kind is Remote and value._d2d_transport is self:
            target = value._d2d_target
            return (kind, target.id, value._d2d_keep) if isinstance(target, Handle) else (kind, target.name)
        if kind is TensorValue:
            return kind, value.requires_grad, self._key(value.array)
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
            return kind, value.dtype.str, value.shape, value.tobytes()
        if kind in (list, tuple):
            return kind, tuple([self._key(item) for item in value])
        if kind is dict:
            return kind, tuple([(self._key(key), self._key(item)) for key, item in value.items()])
        raise _UnknownError

    # An object of the reference is a `Remote` of this transport for the case, its number in memory, and a `Remote` of
    # the live transport where the reference is asked.

    def _named(self, item: Any) -> Any:
        if isinstance(item, Remote) and item._d2d_transport is self:
            target = item._d2d_target
            return _Kept(target.id, target.kind, item._d2d_keep) if isinstance(target, Handle) else target
        return item

    def _there(self, item: Any) -> Any:
        if isinstance(item, _Kept):
            return self.held[item.number]
        return Remote(self.live, item) if isinstance(item, Name) else item

    def _numbered(self, item: Any) -> Any:
        if not isinstance(item, Remote):
            return item
        target = item._d2d_target
        assert isinstance(target, Handle)
        self.objects += 1
        self.held[self.objects] = item
        return _Kept(self.objects, target.kind, item._d2d_keep)

    def _here(self, item: Any) -> Any:
        return Remote(self, Handle(item.number, item.kind), keep=item.keep) if isinstance(item, _Kept) else item


def _copied(value: Any, leaf: Any) -> Any:
    """The value once more, arrays and all; `leaf` says what stands for what is no plain value."""
    kind = type(value)
    if kind in _PLAIN or kind is float:
        return value
    if kind is np.ndarray:
        return value.copy()
    if kind is tuple:
        return tuple([_copied(item, leaf) for item in value])
    if kind is list:
        return [_copied(item, leaf) for item in value]
    if kind is dict:
        return {key: _copied(item, leaf) for key, item in value.items()}
    if kind is TensorValue:
        return TensorValue(np.array(value.array), value.requires_grad)
    return leaf(value)
