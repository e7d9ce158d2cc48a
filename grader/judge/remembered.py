"""The reference asked once: a class gets the same questions, so the answers of the first submission serve the others.

Inputs are drawn by the secret, so a case asks the reference the very same for every submission, until it hands an
answer of the submission on. From there on, or wherever else a request is another, the reference itself answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.bridge.transport import ByteTransport, Exchange
from grader.judge.reference import LiveReference

_MOST_STEPS = 20_000  # of a case: what asks for more is not kept


@dataclass(frozen=True)
class RememberedReference:
    """A reference whose answers are kept, case by case: each request as bytes, and its reply."""

    reference: LiveReference
    steps: dict[str, list[tuple[bytes, bytes]]] = field(default_factory=dict)

    def begin(self, case_id: str) -> ByteTransport:
        steps = self.steps.setdefault(case_id, [])
        return ByteTransport(_Memory(self.reference, case_id, steps).exchange, self.reference.server.bounds)


@dataclass
class _Memory:
    """Answers from memory as long as the requests of a case are those that were asked before."""

    reference: LiveReference
    case_id: str
    steps: list[tuple[bytes, bytes]]
    at: int = 0
    live: Exchange | None = None  # the reference itself, once it is needed
    keeps: bool = True  # what is asked next goes into memory

    def exchange(self, message: bytes) -> bytes:
        if self.live is None:
            if self.at < len(self.steps) and self.steps[self.at][0] == message:
                self.at += 1
                return self.steps[self.at - 1][1]
            self.keeps = self.at == len(self.steps)
            self.live = self._woken()
        reply = self.live(message)
        self.keeps = self.keeps and len(self.steps) < _MOST_STEPS
        if self.keeps:
            self.steps.append((message, reply))
        return reply

    def _woken(self) -> Exchange:
        """The reference, asked once more what was answered from memory: its objects get the ids that they had."""
        live = self.reference.begin(self.case_id).exchange
        for message, _reply in self.steps[: self.at]:
            live(message)
        return live
