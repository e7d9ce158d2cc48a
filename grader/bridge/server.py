"""The worker's side of the bridge: load the student's code, carry out one request at a time, answer with data.

Nothing here is trusted by the judge. The student's code shares this process and may replace any of it; all that it
can gain is to answer other values than its functions would, and the values are what is judged.
"""

from __future__ import annotations

import __future__

import ast
import builtins
import contextlib
import operator
import os
import re
import struct
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from grader.bridge.wire import Bounds, Handle, Name, TensorValue, UnsendableError, decode, encode

HEADER = struct.Struct("<Q")  # the length of the frame that follows
MAX_HANDLES = 20_000
MAX_TEXT = 2_000
MAX_FRAMES = 20
_BUILTIN_EXCEPTIONS = {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)}
_OPERATORS = (
    "add sub mul truediv floordiv mod pow matmul neg pos abs invert and_ or_ xor lshift rshift lt le gt ge contains "
    "getitem setitem delitem iadd isub imul itruediv"
).split()
# A .py file that does not parse as a whole is cut before each unindented definition, so that one slip costs one function.
_DEFINITION = re.compile(r"^(?=(?:@|def\b|class\b|async\s+def\b))", re.MULTILINE)


class MissingNameError(Exception):
    """The submission does not define this name."""


class RefusedError(Exception):
    """The request can't be carried out on this object; the first argument says in one word why."""


@dataclass(frozen=True)
class _Unit:
    """One top-level statement, compiled when it is run; or the reason why there is none."""

    line: int
    node: ast.stmt | None
    error: SyntaxError | None = None


class Server:
    """One submission's namespace, and the requests on it."""

    def __init__(self, name: str = "submission", *, bounds: Bounds | None = None, flush: Callable[[], None] = lambda: None) -> None:
        self.bounds, self.flush = bounds or Bounds(), flush
        self.module = types.ModuleType(name)
        self.handles: dict[int, object] = {}
        self.ids: Iterator[int] = iter(range(1, 1 << 62))
        self.units: dict[str, list[_Unit]] = {}
        self.flags = 0
        self.cells: set[str] = set()
        sys.modules[name] = self.module  # dataclasses and typing look their module up there

    # -- one request ------------------------------------------------------------------------------------------------

    def answer(self, request: bytes | bytearray) -> bytes:
        """The reply to a request: `(number, "value"|"raised"|"missing"|"refused", what)`."""
        number, keep, op, *arguments = decode(request, build=self.build, bounds=self.bounds)
        try:
            value = getattr(self, f"op_{op}")(*arguments)
            self.flush()
            answer = self.live(value) if keep and value is not None and not isinstance(value, Handle) else value
            return encode((number, "value", answer), opaque=self.live, bounds=self.bounds)
        except MissingNameError as error:
            return encode((number, "missing", str(error)))
        except (RefusedError, UnsendableError) as error:
            return encode((number, "refused", str(error)))
        except BaseException as error:  # noqa: BLE001 — sys.exit() and KeyboardInterrupt of the student's are answers too
            with contextlib.suppress(Exception):  # a stream that the student broke costs its text, not the answer
                self.flush()
            return encode((number, "raised", self.describe_exception(error)))

    def build(self, item: Any) -> Any:
        """What a handle, a name or a tensor in a request stands for here."""
        if isinstance(item, Handle):
            return self.handles.get(item.id, item)
        if isinstance(item, TensorValue):
            torch = sys.modules["torch"]
            return torch.tensor(item.array).requires_grad_(item.requires_grad)
        if isinstance(item, Name):
            return self.lookup(item.name)
        return item

    def live(self, value: object) -> Handle:
        """A handle for `value`, which stays here."""
        if len(self.handles) >= MAX_HANDLES:
            raise RefusedError("too-many-objects")
        id_ = next(self.ids)
        self.handles[id_] = value
        return Handle(id_, type(value).__name__[:100] if not isinstance(value, type) else "type")

    def lookup(self, name: str) -> Any:
        try:
            return vars(self.module)[name]
        except KeyError:
            return _Missing(name)

    # -- loading ----------------------------------------------------------------------------------------------------

    def op_parse(self, cell: str, source: str) -> list[tuple[int, dict[str, Any] | None]]:
        """Parse one cell; the line of each top-level statement, with the error where it is none."""
        self.cells.add(cell)
        units = _parse(source, cell)
        self.units[cell] = units
        return [(unit.line, None if unit.error is None else self.describe_exception(unit.error)) for unit in units]

    def op_run(self, cell: str, index: int) -> None:
        """Run one top-level statement of a parsed cell."""
        node = self.units[cell][index].node
        if node is None:
            return
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(__future__, alias.name).compiler_flag
        code = compile(ast.Module([node], []), cell, "exec", self.flags, dont_inherit=True)
        exec(code, vars(self.module))  # noqa: S102 — this process exists for it

    def op_where(self, names: list[str]) -> dict[str, tuple[str, int] | None]:
        """Where each of these names is defined, for what it is worth."""
        return {name: self.definition(vars(self.module).get(name)) for name in names}

    def definition(self, value: Any) -> tuple[str, int] | None:
        if isinstance(value, type):
            value = next((item for item in vars(value).values() if isinstance(item, types.FunctionType)), None)
        code = getattr(value, "__code__", None)
        if isinstance(code, types.CodeType) and code.co_filename in self.cells:
            return code.co_filename, code.co_firstlineno
        return None

    # -- objects ----------------------------------------------------------------------------------------------------

    def op_call(self, target: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if not callable(_present(target)):
            raise RefusedError("not-callable")
        return target(*map(_present, arguments), **keywords)

    def op_get(self, target: Any, name: str) -> Any:
        return getattr(_present(target), name)

    def op_set(self, target: Any, name: str, value: Any) -> None:
        setattr(_present(target), name, value)

    def op_operate(self, name: str, *operands: Any) -> Any:
        if name not in _OPERATORS:
            raise RefusedError("unknown-operator")
        return getattr(operator, name)(*map(_present, operands))

    def op_len(self, target: Any) -> int:
        return len(_present(target))

    def op_items(self, target: Any, limit: int) -> list[Any]:
        """At most `limit` items of an iterable, so that one without end ends."""
        return list(islice(iter(_present(target)), limit))

    def op_enter(self, target: Any) -> Any:
        return _present(target).__enter__()

    def op_exit(self, target: Any) -> None:
        _present(target).__exit__(None, None, None)

    def op_hold(self, value: Any) -> Handle:
        """Keep `value` here and answer with its handle."""
        return self.live(value)

    def op_read(self, target: Any) -> Any:
        """The plain value of something that stayed here."""
        return _present(target)

    def op_drop(self, ids: list[int]) -> None:
        for id_ in ids:
            self.handles.pop(id_, None)

    # -- exceptions -------------------------------------------------------------------------------------------------

    def describe_exception(self, error: BaseException) -> dict[str, Any]:
        """An exception as data: names of its type, text, and the student's own frames, innermost last."""
        try:
            text = str(error)[:MAX_TEXT]
        except Exception:  # noqa: BLE001 — a __str__ that raises says nothing
            text = ""
        frames = [(cell, line, name) for cell, line, name in _frames(error) if cell in self.cells]
        if isinstance(error, SyntaxError) and error.filename in self.cells and isinstance(error.lineno, int):
            frames.append((error.filename, error.lineno, "<module>"))
            text = str(error.msg)[:MAX_TEXT]
        return {
            "type": type(error).__name__[:100],
            "bases": [base.__name__ for base in type(error).__mro__ if base.__name__ in _BUILTIN_EXCEPTIONS][:20],
            "text": text,
            "frames": frames[-MAX_FRAMES:],
        }


@dataclass(frozen=True)
class _Missing:
    name: str


def _present(value: Any) -> Any:
    """`value`, or the error that says which name or handle there is nothing behind."""
    if isinstance(value, _Missing):
        raise MissingNameError(value.name)
    if isinstance(value, Handle):
        raise RefusedError("no-such-object")
    return value


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_name[:100]
        trace = trace.tb_next


def _parse(source: str, cell: str) -> list[_Unit]:
    """The top-level statements of a cell; if it does not parse, what can be saved of it."""
    try:
        return [_Unit(node.lineno, node) for node in ast.parse(source, cell).body]
    except SyntaxError as whole:
        pieces = _pieces(source)
        if len(pieces) < 2:
            return [_Unit(whole.lineno or 1, None, whole)]
    units, line = [], 1
    for piece in pieces:
        try:
            # Blank lines in front keep the numbers of the lines as the student sees them.
            units += [_Unit(node.lineno, node) for node in ast.parse("\n" * (line - 1) + piece, cell).body]
        except SyntaxError as error:
            units.append(_Unit(error.lineno or line, None, error))
        line += piece.count("\n")
    return units


def _pieces(source: str) -> list[str]:
    """The source cut before each unindented definition, decorators staying with what they decorate."""
    pieces: list[str] = []
    for piece in _DEFINITION.split(source):
        if pieces and pieces[-1].startswith("@"):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return pieces


def serve(server: Server, requests: int, replies: int) -> None:
    """Answer framed requests from one descriptor on another until the judge closes it."""
    while header := _read(requests, HEADER.size):
        request = _read(requests, HEADER.unpack(header)[0])
        reply = server.answer(request)
        data = memoryview(HEADER.pack(len(reply)) + reply)
        while data:
            data = data[os.write(replies, data) :]


def _read(descriptor: int, count: int) -> bytes:
    """Exactly `count` bytes, or nothing where the other side has gone."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(descriptor, min(count - len(parts), 1 << 20))
        if not part:
            return b""
        parts += part
    return bytes(parts)
