"""How a request to the worker can end other than with a value.

    BridgeError
    ├── RaisedError       the student's code raised
    ├── MissingNameError  the submission does not define the name
    └── RefusedError      the object does not do this, or its answer is no value that can be sent

and `EndedError` of the sandbox: the worker is gone (time, memory, crash, a broken protocol).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
        if not isinstance(data, dict):
            raise ValueError("an exception that is no record")
        bases = data.get("bases")
        frames = data.get("frames")
        if not isinstance(bases, list) or not isinstance(frames, list):
            raise ValueError("an exception without bases or frames")
        places = []
        for frame in frames[-50:]:
            if not (isinstance(frame, tuple) and [type(part) for part in frame] == [str, int, str]):
                raise ValueError("a frame that is no frame")
            places.append(Frame(*frame))
        return cls(str(data.get("type"))[:100], frozenset(map(str, bases)), str(data.get("text"))[:2000], tuple(places))


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
