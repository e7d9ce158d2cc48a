"""How a request to the worker can end other than with a value.

    BridgeError
    ├── RaisedError       the student's code raised
    ├── MissingNameError  the submission does not define the name
    └── RefusedError      the object does not do this, or its answer is no value that can be sent

and `EndedError` of the sandbox: the worker is gone (time, memory, crash, a broken protocol).
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

_BUILTINS = frozenset(
    name for name, item in vars(builtins).items() if isinstance(item, type) and issubclass(item, BaseException)
)
_MAX_LIST, _MAX_NAME, _MAX_TEXT, _MAX_LINE = 50, 100, 2000, 10_000_000


@dataclass(frozen=True)
class Frame:
    """One of the student's own frames of a traceback."""

    cell: str
    line: int
    function: str


class BridgeError(Exception):
    """A request did not end with a value."""


class RaisedError(BridgeError):
    """The student's code raised; everything here is data that the student's process chose."""

    def __init__(self, type_name: str, bases: frozenset[str], text: str, frames: tuple[Frame, ...]) -> None:
        super().__init__(f"{type_name}: {text}" if text else type_name)
        self.type_name, self.bases, self.text, self.frames = type_name, bases, text, frames

    @classmethod
    def from_wire(cls, data: Any) -> RaisedError:
        """The exception that `Server.describe_exception` wrote; ValueError where the data has another form."""
        if type(data) is not dict or set(data) != {"type", "bases", "text", "frames"}:
            raise ValueError("an exception that is no record")
        type_name, bases, text, frames = data["type"], data["bases"], data["text"], data["frames"]
        if type(type_name) is not str or type(text) is not str:
            raise ValueError("an exception without a name or text")
        if type(bases) is not list or type(frames) is not list or max(len(bases), len(frames)) > _MAX_LIST:
            raise ValueError("an exception without bases or frames")
        if not all(type(base) is str for base in bases):
            raise ValueError("a base that is no name")
        # Only names that Python itself has: the name of a base is repeated where the student's own words are not.
        known = frozenset(bases) & _BUILTINS
        return cls(type_name[:_MAX_NAME], known, text[:_MAX_TEXT], tuple(map(_frame, frames)))


def _frame(data: Any) -> Frame:
    if type(data) is not tuple or [type(part) for part in data] != [str, int, str]:
        raise ValueError("a frame that is no frame")
    cell, line, function = data
    if not 0 <= line <= _MAX_LINE:
        raise ValueError("a frame without a line")
    return Frame(cell[:_MAX_TEXT], line, function[:_MAX_NAME])


class MissingNameError(BridgeError):
    """The submission does not define this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RefusedError(BridgeError):
    """The worker could not carry the request out on this object, or could not send what came of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
