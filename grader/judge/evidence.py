"""Everything that is known of how one case ran, hidden or not: for the staff, who asks why it ended so.

The judge keeps none of it in a report. Whoever may see it hands a witness to the judge, who is told case by case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.bridge.transport import Exchange
from grader.judge.verdict import Outcome
from grader.report.report import Hint, Where
from grader.worker.wire import Handle, Name, TensorValue, WireError, decode

SUBMISSION, REFERENCE = "submission", "reference"
_UNSAID = ("drop", "where")  # housekeeping, not part of what a case asks
_LONGEST = 4000  # characters of one value
_SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One thing that a case asked, of whom, and what came of it, as Python would write both."""

    who: str
    asked: str
    answer: str


@dataclass
class Heard:
    """What went over the bridge while a case ran, in order."""

    messages: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    def listening(self, who: str, exchange: Exchange) -> Exchange:
        """The same exchange, overheard."""

        def listen(message: bytes) -> bytes:
            reply = b""
            try:
                reply = exchange(message)
            finally:  # what got no answer was asked, too
                self.messages.append((who, message, reply))
            return reply

        return listen

    def calls(self) -> Iterator[Call]:
        """What was asked and answered, in words."""
        for who, message, reply in self.messages:
            _number, _keep, op, *arguments = decode(message)
            if op not in _UNSAID:
                yield Call(who, _request(op, arguments), _reply(reply))


@dataclass(frozen=True)
class Evidence:
    """One case that ran, with everything that belongs to it."""

    case_id: str
    outcome: Outcome
    calls: tuple[Call, ...]
    output: str
    frames: tuple[tuple[Where, str], ...]  # of the submission alone, the outermost first
    hint: Hint | None


Witness = Callable[[Evidence], None]


def _request(op: str, arguments: list[Any]) -> str:
    if op == "call":
        target, values, keywords = arguments
        given = [*map(_text, values), *(f"{key}={_text(value)}" for key, value in keywords.items())]
        return f"{_text(target)}({', '.join(given)})"
    texts = [*map(_text, arguments)]
    if op == "get":
        return f"{texts[0]}.{arguments[1]}"
    if op == "set":
        return f"{texts[0]}.{arguments[1]} = {texts[2]}"
    if op == "operate":
        name, one, *others = arguments[0], *texts[1:]
        if name == "getitem":
            return f"{one}[{others[0]}]"
        if name in _SIGNS:
            return f"{one} {_SIGNS[name]} {others[0]}"
        return f"{name}({', '.join([one, *others])})"
    return f"{op}({', '.join(texts)})"


def _reply(reply: bytes) -> str:
    """What came back; the reply is the submission's own, and may be anything."""
    try:
        _number, status, answer = decode(reply, build=lambda item: item)
    except (WireError, TypeError, ValueError):
        return "(no answer)"
    if status == "raised" and isinstance(answer, dict):
        return f"raised {answer.get('type')}: {answer.get('text')}"[:_LONGEST]
    return _text(answer) if status == "value" else f"{status}: {_text(answer)}"


def _text(value: Any) -> str:
    """A value as Python writes it, cut where it is long."""
    if isinstance(value, Handle):
        return f"<{value.kind} {value.id}>"
    if isinstance(value, Name):
        return value.name
    if isinstance(value, TensorValue):
        grad = ", requires_grad=True" if value.requires_grad else ""
        return f"tensor({_array(value.array)}{grad})"
    if isinstance(value, np.ndarray):
        return f"array({_array(value)})"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value[:50]))}{', …' if len(value) > 50 else ''}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value[:50]))}{', …' if len(value) > 50 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_text(item)}" for key, item in list(value.items())[:50]) + "}"
    return repr(value[:_LONGEST] if isinstance(value, (str, bytes)) else value)[:_LONGEST]


def _array(array: np.ndarray[Any, Any]) -> str:
    shown = np.array2string(array, separator=", ", threshold=100, edgeitems=4, max_line_width=100, prefix="array(")
    return f"{shown}, {array.dtype}, shape {array.shape}"[:_LONGEST]
