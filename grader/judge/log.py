"""What went over the bridge in one case: overheard as bytes, and read when somebody asks for it.

It is the evidence for a misconception, the content of a recording, the memory of the reference, and what the staff sees
of a case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from grader.bridge.transport import Exchange
from grader.judge.compare import close
from grader.judge.verdict import CaseFailure, Outcome
from grader.report.report import Hint, Where
from grader.worker.values import exact_kind
from grader.worker.values.kind import LONGEST
from grader.worker.wire import Handle, WireError, decode

SUBMISSION, REFERENCE = "submission", "reference"
HOUSEKEEPING = ("drop", "where", "makes")  # requests that are no part of what a case asks
MOST_KEPT = 8 << 20  # bytes of one case: the largest of ours asks and answers 100 KB
_NEAR = 1e-6  # inputs drawn on another machine may differ in the last bits
_NUMBER = 0  # the place of a request's number, which says nothing about what is asked
_SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


class Exchanged(NamedTuple):
    """One request, of whom it was asked, and the reply: None where none came."""

    who: str
    message: bytes
    reply: bytes | None


@dataclass(frozen=True)
class Answered:
    """One request in outline, how it ended, and the answer."""

    asked: Any
    status: str
    answer: Any


@dataclass
class BridgeLog:
    """The requests of one case and their replies, in order, as long as they have no more than `most` bytes together.

    How large a reply is, the submission chooses. What is more than that is not kept, and no evidence then.
    """

    most: float = MOST_KEPT
    entries: list[Exchanged] = field(default_factory=list)
    rests: dict[int, object] = field(default_factory=dict)  # by entry, what of its reply a case told apart from chance
    answered: bool = False  # whether the submission has answered anything
    size: int = 0  # bytes of all that was asked and answered

    @property
    def is_whole(self) -> bool:
        """Whether everything was kept."""
        return self.size <= self.most

    def listening(self, who: str, exchange: Exchange) -> Exchange:
        """The same exchange; what goes through it is kept here."""

        def listen(message: bytes) -> bytes:
            reply = None
            try:
                reply = exchange(message)
            finally:  # a request without an answer was made, too
                self._keep(Exchanged(who, message, reply))
            return reply

        return listen

    def apart_from_chance(self, rest: object) -> None:
        """The last reply is chance but for `rest`, which counts in its place as an answer."""
        if self.is_whole:
            self.rests[len(self.entries) - 1] = rest

    def _keep(self, entry: Exchanged) -> None:
        self.answered = self.answered or (entry.who == SUBMISSION and entry.reply is not None)
        self.size += len(entry.message) + len(entry.reply or b"")
        if self.is_whole:
            self.entries.append(entry)

    def answers(self) -> list[Answered] | None:
        """What the submission answered; None where not all of it was kept."""
        if not self.is_whole:
            return None
        outline, answers = Outliner(), []
        for at, entry in enumerate(self.entries):
            if entry.who == SUBMISSION and entry.reply is not None:
                asked = outline(entry.message)
                if asked[1] not in HOUSEKEEPING:
                    told = [Answered(asked, "value", self.rests[at])] if at in self.rests else []
                    answers += told or [_answered(asked, entry.reply)]
        return answers


def same_answers(answers: Sequence[Answered], others: Sequence[Answered]) -> bool:
    """Whether the same was asked and answered, up to rounding.

    Objects that stay on the other side are alike as such: what they are shows in what is asked of them next.
    """
    return len(answers) == len(others) and all(map(_alike, answers, others))


class Outliner:
    """Cuts the requests of one case down to what tells them apart: no number, no handle's id, no array's content.

    Ids run on through the life of a worker, so a handle is called by when it first appears in the case.
    """

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}

    def __call__(self, message: bytes) -> list[Any]:
        return [self._outline(part) for at, part in enumerate(decode(message)) if at != _NUMBER]

    def _outline(self, value: Any) -> Any:
        if type(value) is Handle:
            return ["object", self.seen.setdefault(value.id, len(self.seen))]
        kind = exact_kind(value)
        assert kind is not None, "a decoded value is of a known kind"
        return kind.outline(value, self._outline)


def same_request(outline: Any, other: Any) -> bool:
    """Whether two outlines are of the same request, up to the last bits of numbers."""
    if isinstance(outline, list) and isinstance(other, list):
        return len(outline) == len(other) and all(map(same_request, outline, other))
    if type(outline) is float and type(other) is float:
        return (
            outline == other
            or (math.isnan(outline) and math.isnan(other))
            or math.isclose(outline, other, rel_tol=_NEAR, abs_tol=_NEAR)
        )
    return type(outline) is type(other) and bool(outline == other)


def _answered(asked: Any, reply: bytes) -> Answered:
    try:
        _number, status, answer = decode(reply, build=_without_handle)
        return Answered(asked, str(status), answer)
    except (WireError, TypeError, ValueError):  # whoever asked says that it is no reply
        return Answered(asked, "broken", None)


def _without_handle(value: Any) -> Any:
    return "(stays there)" if isinstance(value, Handle) else value


def _alike(one: Answered, other: Answered) -> bool:
    if one.status != other.status or not same_request(one.asked, other.asked):
        return False
    if one.status == "raised":
        return bool(one.answer["type"] == other.answer["type"])
    try:
        close(one.answer, other.answer)
    except (CaseFailure, TypeError):
        return False
    return True


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
    distance: float  # in tolerances, as `Measure` has it

    @property
    def calls(self) -> list[Call]:
        """What was asked and answered, in words."""
        requests = ((entry, *decode(entry.message)[2:]) for entry in self.log.entries)  # without number and `keep`
        return [
            Call(entry.who, _request(op, arguments), _reply(entry.reply or b""))
            for entry, op, *arguments in requests
            if op not in HOUSEKEEPING
        ]


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
