"""The worker's side of the bridge: carry out one request at a time, and answer with data.

The judge trusts nothing here. The student's code shares this process and may replace any of it. All that it can gain
is to answer other values than its functions would, and the values are what is judged.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from grader.worker.namespace import Namespace, exception_record, type_name
from grader.worker.values import exact_kind
from grader.worker.wire import Bounds, Handle, Name, UnsendableError, decode, encode

MAX_HANDLES = 20_000
KEPT_OPS = frozenset(("call", "get", "operate", "enter"))  # their answers stay here where that is asked for
_OPERATORS = (
    "add sub mul truediv floordiv mod pow matmul neg pos abs invert and_ or_ xor lshift rshift lt le gt ge contains "
    "getitem setitem delitem iadd isub imul itruediv ifloordiv imod ipow imatmul iand ior ixor ilshift irshift"
).split()


class UndefinedError(Exception):
    """The submission does not define this name."""


class ImpossibleError(Exception):
    """The request can't be carried out on this object; the first argument says in one word why."""


class Server(Namespace):
    """One submission's namespace and its objects, and the requests on them."""

    def __init__(
        self, name: str = "submission", *, bounds: Bounds | None = None, flush: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(name)
        self.bounds, self.flush = bounds or Bounds(), flush
        self.absent: UndefinedError | ImpossibleError | None = None
        self.handles: dict[int, object] = {}
        self.forget_all()

    def answer(self, request: bytes | bytearray) -> bytes:
        """The reply to a request: `(number, "value"|"raised"|"missing"|"refused", what)`."""
        self.absent = None
        number, keep, op, *arguments = decode(request, build=self.build, bounds=self.bounds)
        try:
            if self.absent is not None:
                raise self.absent
            value = getattr(self, f"op_{op}")(*arguments)
            self.flush_output()
            if keep and op in KEPT_OPS:
                value = self.live(value)
            elif keep and op == "items":
                value = [self.live(item) for item in value]
            return encode((number, "value", value), opaque=self.live, bounds=self.bounds)
        except UndefinedError as error:
            return encode((number, "missing", str(error)))
        except (ImpossibleError, UnsendableError) as error:
            return encode((number, "refused", str(error)))
        except BaseException as error:  # noqa: BLE001 — sys.exit() and KeyboardInterrupt of the student's are answers too
            self.flush_output()
            return encode((number, "raised", exception_record(error, self.cells)))

    def flush_output(self) -> None:
        """Pass on what was printed; a stream that the student broke costs its text, not the answer."""
        with contextlib.suppress(Exception):
            self.flush()

    def build(self, item: Any) -> Any:
        """What a handle, a name or another value of a request stands for here.

        An unknown handle or name is kept in `absent`, and the request is not carried out then.
        """
        if isinstance(item, Handle):
            if item.id not in self.handles:
                self.absent = self.absent or ImpossibleError("no-such-object")
            return self.handles.get(item.id)
        if isinstance(item, Name):
            if item.name not in vars(self.module):
                self.absent = self.absent or UndefinedError(item.name)
            return vars(self.module).get(item.name)
        kind = exact_kind(item)
        return item if kind is None else kind.arrive(item)

    def live(self, value: object) -> Handle:
        """A handle for `value`, which stays here."""
        if len(self.handles) >= MAX_HANDLES:
            raise ImpossibleError("too-many-objects")
        id_ = next(self.ids)
        self.handles[id_] = value
        return Handle(id_, type_name(type(value)))

    def forget_all(self) -> None:
        """Let go of every object, and count them from 1 again."""
        self.handles.clear()
        self.ids: Iterator[int] = iter(range(1, 1 << 62))

    def op_call(self, target: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if not callable(target):
            raise ImpossibleError("not-callable")
        return target(*arguments, **keywords)

    def op_get(self, target: Any, name: str) -> Any:
        return getattr(target, name)

    def op_set(self, target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    def op_operate(self, name: str, *operands: Any) -> Any:
        if name not in _OPERATORS:
            raise ImpossibleError("unknown-operator")
        return getattr(operator, name)(*operands)

    def op_len(self, target: Any) -> int:
        return len(target)

    def op_items(self, target: Any, limit: int) -> list[Any]:
        """At most `limit` items of an iterable, so that one without end ends."""
        return list(islice(iter(target), limit))

    def op_enter(self, target: Any) -> Any:
        return target.__enter__()

    def op_exit(self, target: Any) -> None:
        target.__exit__(None, None, None)

    def op_hold(self, value: Any) -> Handle:
        """Keep `value` here and answer with its handle."""
        return self.live(value)

    def op_read(self, target: Any) -> Any:
        """The plain value of something that stayed here."""
        return target

    def op_drop(self, ids: list[int]) -> None:
        for id_ in ids:
            self.handles.pop(id_, None)
