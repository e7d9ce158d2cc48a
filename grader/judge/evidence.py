"""Everything that is known of how one case ran, hidden or not: for the staff, who asks why it ended so.

None of it goes into a report. Whoever may see it hands a witness to the judge, which calls it after each case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from grader.judge.log import HOUSEKEEPING, BridgeLog
from grader.judge.verdict import Outcome
from grader.report.report import Hint, Where
from grader.worker.values import exact_kind
from grader.worker.values.kind import LONGEST
from grader.worker.wire import WireError, decode

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


@dataclass(frozen=True)
class Evidence:
    """One case that ran, with everything that belongs to it."""

    case_id: str
    outcome: Outcome
    log: BridgeLog
    output: str
    frames: tuple[tuple[Where, str], ...]  # of the submission alone, the outermost first
    hint: Hint | None
    distance: float  # in tolerances, as `grader.judge.measure` has it

    @property
    def calls(self) -> tuple[Call, ...]:
        """What was asked and answered, in words."""
        return tuple(_calls(self.log))


Witness = Callable[[Evidence], None]


def _calls(log: BridgeLog) -> Iterator[Call]:
    for entry in log.entries:
        _number, _keep, op, *arguments = decode(entry.message)
        if op not in HOUSEKEEPING:
            yield Call(entry.who, _request(op, arguments), _reply(entry.reply or b""))


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
        name, operands = arguments[0], texts[1:]
        if name == "getitem":
            return "{}[{}]".format(*operands)
        if name in _SIGNS:
            return f" {_SIGNS[name]} ".join(operands)
        return f"{name}({', '.join(operands)})"
    return f"{op}({', '.join(texts)})"


def _reply(reply: bytes) -> str:
    """What came back; the reply is the submission's own, and may be anything."""
    try:
        _number, status, answer = decode(reply, build=lambda item: item)
    except (WireError, TypeError, ValueError):
        return "(no answer)"
    if status == "raised" and isinstance(answer, dict):
        return f"raised {answer.get('type')}: {answer.get('text')}"[:LONGEST]
    return _text(answer) if status == "value" else f"{status}: {_text(answer)}"


def _text(value: Any) -> str:
    """A value as Python writes it, cut where it is long."""
    kind = exact_kind(value)
    return repr(value)[:LONGEST] if kind is None else kind.show(value, _text)
