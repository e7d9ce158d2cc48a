"""Who answers for `reference`: the reference itself, or the memory of what it answered."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.student import Remote
from grader.bridge.transport import ByteTransport, Exchange
from grader.errors import BadAssignmentError
from grader.i18n import _
from grader.worker.server import Server
from grader.worker.wire import Handle, TensorValue, decode

# What asks for more is not remembered: in a case, and in all cases together. A case of ours has 22 KB at the most, but
# a submission that answers first may have its answers handed to the reference.
_MOST_STEPS, _MOST_BYTES, _MOST_BYTES_OF_ALL = 20_000, 4 << 20, 64 << 20
_PLAIN = frozenset((int, bool, str, bytes, type(None)))
_FLOAT = struct.Struct("<d")


class Reference(Protocol):
    """Answers for the reference, case by case."""

    def begin(self, case_id: str) -> ByteTransport:
        """A transport for one case."""


@contextmanager
def _standing_in(folder: Path | None) -> Iterator[None]:
    """Work in `folder` meanwhile (contextlib.chdir is new in 3.11)."""
    before = Path.cwd()
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)


class LiveReference:
    """The reference itself, loaded by the same server as a submission, in the judge's own process.

    Of a whole project its `definitions` are enough, which spares the judge the training; where all of it runs, it finds
    its data in `folder`.
    """

    def __init__(self, file: Path, *, definitions: bool = False, folder: Path | None = None) -> None:
        self.server = Server("reference")
        transport = ByteTransport(self.server.answer)
        try:
            parsed = transport.request("parse", file.name, file.read_text("utf-8"))
            for line, slip in parsed:
                if slip is not None:
                    raise BadAssignmentError(str(slip["text"]), where=f"{file}:{line}")
            every = [(0, index) for index in range(len(parsed))]
            steps, _remarks = transport.request("select", [file.name], []) if definitions else (every, ())
            with _standing_in(folder):
                for _cell, index, *_rest in steps:
                    transport.request("run", file.name, index)
        except BridgeError as error:
            line = error.frames[-1].line if isinstance(error, RaisedError) and error.frames else 1
            text = _("The reference does not load: {reason}").format(reason=error)
            raise BadAssignmentError(text, where=f"{file}:{line}") from error

    def begin(self, case_id: str) -> ByteTransport:  # noqa: ARG002 — a recording asks which case it is
        self.server.forget_all()
        return ByteTransport(self.server.answer, self.server.bounds)


class _UnfitError(Exception):
    """A value of another kind than those that are told apart, or copied, without being written as bytes."""


@dataclass(slots=True)
class _Step:
    """A request and its reply; and both as values, where they are of the kinds that are quick to compare and copy."""

    message: bytes
    reply: bytes
    key: Any = None
    answer: Any = None


@dataclass(frozen=True)
class RememberedReference:
    """The reference asked once: a class gets the same questions, so answers to the first submission serve the others.

    Inputs are drawn by the secret, so a case asks the very same for every submission, until it hands an answer of the
    submission on. From there on, or wherever else a request is another, the reference itself answers.
    """

    reference: LiveReference
    steps: dict[str, list[_Step]] = field(default_factory=dict)
    sizes: Counter[str] = field(default_factory=Counter)  # by case, the bytes of its steps

    def begin(self, case_id: str) -> ByteTransport:
        return _Memory(self.reference, case_id, self.steps.setdefault(case_id, []), self.sizes)


class _Memory(ByteTransport):
    """Answers from memory as long as the requests of a case are those that were asked before."""

    def __init__(self, reference: LiveReference, case_id: str, steps: list[_Step], sizes: Counter[str]) -> None:
        super().__init__(self.remembered, reference.server.bounds)
        self.reference, self.case_id, self.steps, self.sizes = reference, case_id, steps, sizes
        self.at = 0
        self.live: Exchange | None = None  # the reference itself, once it is needed
        self.keeps = True  # what is asked next goes into memory

    def ask(self, op: str, keep: bool, arguments: tuple[object, ...]) -> Any:
        # Writing a request and reading its reply takes several times as long as comparing and copying values.
        at, known = self.at, len(self.steps)
        try:
            key = op, keep, self._key(arguments)
        except _UnfitError:
            return super().ask(op, keep, arguments)
        if self.live is None and at < known and self.steps[at].key == key:
            step = self.steps[at]
            self.number += 1
            self.exchange(step.message)  # which may be listened to
            return _copied(step.answer, lambda handle: Remote(self, handle, keep=keep))
        value = super().ask(op, keep, arguments)
        if len(self.steps) > known:
            self._prepare(self.steps[-1], key)
        return value

    def remembered(self, message: bytes) -> bytes:
        """The reply to one request: the one in memory, else that of the reference."""
        if self.live is None:
            if self.at < len(self.steps) and self.steps[self.at].message == message:
                self.at += 1
                return self.steps[self.at - 1].reply
            self.keeps = self.at == len(self.steps)
            self.live = self._woken()
        reply = self.live(message)
        self.keeps = self.keeps and self._has_room(size := len(message) + len(reply))
        if self.keeps:
            self.steps.append(_Step(message, reply))
            self.sizes[self.case_id] += size
        return reply

    def _has_room(self, size: int) -> bool:
        """Whether a step of this size is remembered."""
        return (
            len(self.steps) < _MOST_STEPS
            and self.sizes[self.case_id] + size <= _MOST_BYTES
            and sum(self.sizes.values()) + size <= _MOST_BYTES_OF_ALL
        )

    def _woken(self) -> Exchange:
        """The reference, asked once more what was answered from memory: its objects get the ids that they had."""
        live = self.reference.begin(self.case_id).exchange
        for step in self.steps[: self.at]:
            live(step.message)
        return live

    def _prepare(self, step: _Step, key: object) -> None:
        """Keep the values of a step. Only a step that ended with a value comes here."""
        _number, _status, answer = decode(step.reply, bounds=self.bounds)
        try:
            step.answer = _copied(answer, lambda handle: handle)
            step.key = key
        except _UnfitError:  # then the bytes are compared and read each time
            pass

    def _key(self, value: Any) -> object:
        """Equal for values that are written as the same bytes, and for those alone."""
        kind = type(value)
        if kind in _PLAIN:
            return kind, value
        if kind is float:
            return _FLOAT.pack(value)  # NaN is equal to itself here, and 0.0 is not -0.0
        if kind is np.ndarray or issubclass(kind, np.generic):
            if value.dtype.kind not in "biuf":
                raise _UnfitError
            return kind, value.dtype.str, value.shape, value.tobytes()
        if kind is tuple or kind is list:
            return kind, [self._key(item) for item in value]
        if kind is dict:
            return kind, [(self._key(key), self._key(item)) for key, item in value.items()]
        if kind is Remote and value._d2d_transport is self:
            return value._d2d_target
        if kind is TensorValue:
            return value.requires_grad, self._key(value.array)
        raise _UnfitError


def _copied(value: Any, build: Callable[[Handle], object]) -> Any:
    """The value once more, since a case may change what it gets; `build` makes what a handle stands for."""
    kind = type(value)
    if kind in _PLAIN or kind is float or issubclass(kind, np.generic):
        return value
    if kind is np.ndarray:
        return value.copy()
    if kind is Handle:
        return build(value)
    if kind is tuple or kind is list:
        return kind([_copied(item, build) for item in value])
    if kind is dict:
        return {key: _copied(item, build) for key, item in value.items()}
    if kind is TensorValue:
        return TensorValue(value.array.copy(), value.requires_grad)
    raise _UnfitError
