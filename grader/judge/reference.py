"""Who answers for `reference`, and how what it is asked is told apart."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.student import Transport
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError
from grader.i18n import _
from grader.worker.server import Server
from grader.worker.wire import Bounds, Handle, Name, TensorValue, decode

# Read when the reference or a misconception imports PyTorch: computations as small as theirs are slower in several
# threads, and many times slower where each core has a judge of its own.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_NEAR = 1e-6  # inputs drawn on another machine may differ in the last bits
_NUMBER = 0  # the place of a request's number, which says nothing about what is asked


class Reference(Protocol):
    """Answers for the reference, case by case."""

    def begin(self, case_id: str) -> Transport:
        """A transport for one case."""


def load_reference(
    file: Path, bounds: Bounds | None = None, *, definitions: bool = False, folder: Path | None = None
) -> Server:
    """The reference loaded by the same server as a submission, in the judge's own process.

    Of a whole project its `definitions` are enough, which spares the judge the training; where all of it runs, it finds
    its data in `folder`.
    """
    server = Server("reference", bounds=bounds)
    transport = ByteTransport(server.answer, bounds)
    try:
        parsed = transport.request("parse", file.name, file.read_text("utf-8"))
        for line, slip in parsed:
            if slip is not None:
                raise BadAssignmentError(str(slip["text"]), where=f"{file}:{line}")
        every = [(0, index) for index in range(len(parsed))]
        steps, _remarks = transport.request("select", [file.name], []) if definitions else (every, ())
        with _standing_in(folder):
            for _cell, index in steps:
                transport.request("run", file.name, index)
    except BridgeError as error:
        line = error.frames[-1].line if isinstance(error, RaisedError) and error.frames else 1
        text = _("The reference does not load: {reason}").format(reason=error)
        raise BadAssignmentError(text, where=f"{file}:{line}") from error
    return server


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
    """The reference itself."""

    def __init__(
        self,
        file: Path,
        bounds: Bounds | None = None,
        *,
        definitions: bool = False,
        folder: Path | None = None,
    ) -> None:
        self.server = load_reference(file, bounds, definitions=definitions, folder=folder)

    def begin(self, case_id: str) -> ByteTransport:  # noqa: ARG002 — a recording asks which case it is
        self.server.handles.clear()
        return ByteTransport(self.server.answer, self.server.bounds)


class Outliner:
    """Cuts requests of one case down to what tells them apart: no number, no handle's id, no array's content.

    Ids run on through the life of a worker, so a handle is called by when it first appears in the case.
    """

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}

    def __call__(self, message: bytes) -> Any:
        return self._outline([part for at, part in enumerate(decode(message)) if at != _NUMBER])

    def _outline(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return ["object", self.seen.setdefault(value.id, len(self.seen))]
        if isinstance(value, Name):
            return ["name", value.name]
        if isinstance(value, TensorValue):
            return ["tensor", value.requires_grad, self._outline(value.array)]
        if isinstance(value, np.ndarray):
            with np.errstate(all="ignore"):
                finite = value[np.isfinite(value)].astype(np.float64)
                sums = [float(np.abs(finite).sum()), float(finite.sum())]
            return ["array", value.dtype.str, list(value.shape), *sums]
        if isinstance(value, np.generic):
            return self._outline(np.asarray(value))
        if isinstance(value, (list, tuple)):
            return [self._outline(item) for item in value]
        if isinstance(value, dict):
            return [[key, self._outline(item)] for key, item in value.items()]
        return value if isinstance(value, (int, float, str, bool, type(None))) else repr(value)


def same(one: Any, other: Any) -> bool:
    """Whether two outlines are of the same request, up to the last bits of numbers."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is float and type(other) is float:
        return (
            one == other
            or (math.isnan(one) and math.isnan(other))
            or math.isclose(one, other, rel_tol=_NEAR, abs_tol=_NEAR)
        )
    return type(one) is type(other) and bool(one == other)
