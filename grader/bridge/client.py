"""The judge's side of the bridge: requests as bytes, replies checked before they are believed to be replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.remote import Remote, target_of
from grader.bridge.server import Server
from grader.bridge.wire import Bounds, Handle, Name, WireError, decode, encode
from grader.sandbox.worker import EndedError

Exchange = Callable[[bytes], bytes]
_DROP_AT = 256  # forgotten handles are told to the worker in heaps: one by one they would double the round trips


class ByteTransport:
    """A transport over anything that answers bytes with bytes: a worker, a recording, a server in this process."""

    def __init__(self, exchange: Exchange, bounds: Bounds | None = None) -> None:
        self.exchange, self.bounds = exchange, bounds or Bounds()
        self.number = 0
        self.forgotten: list[int] = []
        self.last_called: str | None = None  # the submission's function that was called last, to point at

    def request(self, op: str, *arguments: object, keep: bool = False) -> Any:
        """The answer to one request; a `BridgeError` where there is none."""
        if op == "call" and isinstance(arguments[0], Remote) and isinstance(arguments[0]._d2d_target, Name):
            self.last_called = arguments[0]._d2d_target.name
        if len(self.forgotten) >= _DROP_AT:
            heap, self.forgotten = self.forgotten, []
            self.ask("drop", False, (heap,))
        return self.ask(op, keep, arguments)

    def ask(self, op: str, keep: bool, arguments: tuple[object, ...]) -> Any:
        self.number += 1
        message = encode((self.number, keep, op, *arguments), opaque=self.opaque, bounds=self.bounds)
        reply = self.exchange(message)

        def build(item: object) -> object:
            return Remote(self, item, keep=keep) if isinstance(item, Handle) else item

        try:
            answer = decode(reply, build=build, bounds=self.bounds)
            return self.open(answer)
        except (WireError, ValueError, MemoryError) as error:
            raise EndedError("crashed", f"broken reply: {error}") from error

    def open(self, answer: Any) -> Any:
        """What a reply says, if it is one: the value, or the exception that stands for another ending."""
        match answer:
            case (self.number, "value", value) if not isinstance(value, Name):
                return value
            case (self.number, "raised", record):
                raise RaisedError.from_wire(record)
            case (self.number, "missing", str(name)):
                raise MissingNameError(name[:200])
            case (self.number, "refused", str(reason)):
                raise RefusedError(reason[:200])
        raise WireError("this is no reply to the request")

    def opaque(self, value: object) -> Any:
        return target_of(value, self)

    def forget(self, handle: int) -> None:
        """The judge holds this object no longer."""
        self.forgotten.append(handle)


def local(server: Server) -> ByteTransport:
    """The same bridge to objects of this very process: the reference answers by exactly the path of a submission."""
    return ByteTransport(server.answer, server.bounds)
