"""Who answers for `reference`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError
from grader.i18n import _
from grader.worker.server import Server
from grader.worker.wire import Bounds


class Reference(Protocol):
    """Answers for the reference, case by case."""

    def begin(self, case_id: str) -> ByteTransport:
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
        self, file: Path, bounds: Bounds | None = None, *, definitions: bool = False, folder: Path | None = None
    ) -> None:
        self.server = load_reference(file, bounds, definitions=definitions, folder=folder)

    def begin(self, case_id: str) -> ByteTransport:  # noqa: ARG002 — a recording asks which case it is
        self.server.forget_all()
        return ByteTransport(self.server.answer, self.server.bounds)
