"""The judge's side of the bridge: requests as bytes, replies checked before they are believed to be replies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, cast

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.student import Remote, target_of
from grader.sandbox.worker import EndedError
from grader.worker.server import KEPT_OPS
from grader.worker.wire import Bounds, Handle, Name, UnsendableError, WireError, decode, encode

Exchange = Callable[[bytes], bytes]
# Forgotten handles are told to the worker in heaps: one by one they would double the round trips, and all at once
# may be more than one message holds.
_DROP_AT, _DROP_MOST = 256, 10_000
_ANSWERLESS = frozenset("drop set exit put main run define canary".split())


class ByteTransport:
    """A transport over anything that answers bytes with bytes: a worker, a recording, a server in this process."""

    def __init__(self, exchange: Exchange, bounds: Bounds | None = None) -> None:
        self.exchange, self.bounds = exchange, bounds or Bounds()
        self.number = 0
        self.forgotten: list[int] = []
        self.told_apart: Callable[[object], None] = lambda _rest: None  # where somebody compares answers
        self.last_called: str | None = None  # the submission's function that was called last, to point at

    def request(self, op: str, *arguments: object, keep: bool = False) -> Any:
        """The answer to one request; a `BridgeError` where there is none."""
        if op == "call":
            self.last_called = _named(*arguments) or self.last_called  # type: ignore[arg-type]
        while len(self.forgotten) >= _DROP_AT:
            heap, self.forgotten = self.forgotten[:_DROP_MOST], self.forgotten[_DROP_MOST:]
            self.ask("drop", False, (heap,))
        return self.ask(op, keep, arguments)

    def ask(self, op: str, keep: bool, arguments: tuple[object, ...]) -> Any:
        self.number += 1
        names: list[str] = []

        def opaque(value: object) -> Any:
            target = target_of(value, self)
            if type(target) is Name:
                names.append(target.name)
            return target

        def build(value: object) -> object:
            if type(value) is Handle:
                return Remote(self, value, keep=keep)
            if type(value) is Name:
                raise WireError("a name in a reply")
            return value

        try:
            message = encode((self.number, keep, op, *arguments), opaque=opaque, bounds=self.bounds)
        except UnsendableError as error:  # an answer of the submission passed on, as large as answers may be
            raise RefusedError("too-large") from error
        reply = self.exchange(message)
        try:
            value = self.open(decode(reply, build=build, bounds=self.bounds), names)
            if not _fits(value, op, keep, arguments):
                raise WireError("an answer to something else")
        except (WireError, ValueError) as error:  # where the judge lacks memory, that is no verdict
            raise EndedError("crashed", f"broken reply: {error}") from error
        return value

    def open(self, answer: Any, names: list[str]) -> Any:
        """What a reply says, if it is one: the value, or the exception that stands for another ending.

        `names` are those in the request. No other name can be missing: it would be a text of the student's choice.
        """
        # Types before values: comparing an array or a Remote with a number is an error of its own.
        if type(answer) is not tuple or len(answer) != 3 or type(answer[0]) is not int or type(answer[1]) is not str:
            raise WireError("this is no reply")
        number, status, what = answer
        if number != self.number:
            raise WireError("a reply to another request")
        if status == "value":
            return what
        if status == "raised":
            raise RaisedError.from_wire(what)
        if type(what) is str:
            if status == "missing" and what in names:
                raise MissingNameError(what)
            if status == "refused":
                raise RefusedError(what[:200])
        raise WireError("a reply of no kind")

    def forget(self, handle: int) -> None:
        """The judge holds this object no longer."""
        self.forgotten.append(handle)

    def apart_from_chance(self, rest: object) -> None:
        """The last answer is chance but for `rest`."""
        self.told_apart(rest)


def _named(target: object, arguments: list[object], _keywords: object) -> str | None:
    """The submission's function that is called, by itself or by a helper of the case that it is handed to."""
    for argument in (target, *arguments):
        if type(argument) is Remote and type(argument._d2d_target) is Name:
            return argument._d2d_target.name
    return None


def _fits(value: Any, op: str, keep: bool, arguments: tuple[object, ...]) -> bool:
    """Whether `value` is of the type that every true answer to `op` has; what the judge asks next relies on it."""
    if op in KEPT_OPS:
        if keep:
            return type(value) is Remote
        return op != "operate" or arguments[0] != "contains" or type(value) is bool
    if op in _ANSWERLESS:
        return value is None
    if op == "len":
        return type(value) is int and 0 <= value <= sys.maxsize
    if op == "items":
        return (
            type(value) is list
            and len(value) <= cast(int, arguments[1])
            and (not keep or all(type(item) is Remote for item in value))
        )
    return op != "hold" or type(value) is Remote
