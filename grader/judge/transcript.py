"""What was asked in a case and what was answered: the evidence for a misconception.

Two transcripts are alike when the same things were asked and answered, values up to rounding. Answers that stay on the
other side (handles) are alike as such: what they are shows in what is asked of them next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader.judge.compare import close
from grader.judge.failure import CaseFailure
from grader.judge.reference import Outliner, same
from grader.worker.wire import Handle, WireError, decode

Exchange = Callable[[bytes], bytes]
_NO_EVIDENCE = ("drop", "where")  # housekeeping, not part of what a case asks


@dataclass(frozen=True)
class Said:
    """One request, outlined, and its answer: how it ended and with what."""

    asked: Any
    status: str
    answer: Any


@dataclass
class Transcript:
    """What was said in one case, in order; what was overheard is read only when somebody asks for the evidence."""

    kept: list[Said] = field(default_factory=list)
    overheard: list[tuple[bytes, bytes]] = field(default_factory=list)
    outline: Outliner = field(default_factory=Outliner)

    def listening(self, exchange: Exchange) -> Exchange:
        """The same exchange, overheard."""

        def listen(message: bytes) -> bytes:
            reply = exchange(message)
            self.overheard.append((message, reply))
            return reply

        return listen

    @property
    def empty(self) -> bool:
        """Nothing was answered yet."""
        return not (self.kept or self.overheard)

    @property
    def said(self) -> list[Said]:
        """Every request and its answer."""
        for message, reply in self.overheard:
            asked = self.outline(message)
            if asked[1] in _NO_EVIDENCE:
                continue
            try:
                _number, status, answer = decode(reply, build=_plain)
                self.kept.append(Said(asked, str(status), answer))
            except (WireError, TypeError, ValueError):  # no reply: whoever asked will say so
                self.kept.append(Said(asked, "broken", None))
        self.overheard.clear()
        return self.kept

    def alike(self, other: Transcript) -> bool:
        """Whether the same was asked and answered in both."""
        return len(self.said) == len(other.said) and all(map(_alike, self.said, other.said))


def _plain(item: Any) -> Any:
    return "(stays there)" if isinstance(item, Handle) else item


def _alike(one: Said, other: Said) -> bool:
    if one.status != other.status or not same(one.asked, other.asked):
        return False
    if one.status == "raised":
        return bool(one.answer["type"] == other.answer["type"])
    try:
        close(one.answer, other.answer)
    except (CaseFailure, TypeError):
        return False
    return True
