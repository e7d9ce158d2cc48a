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
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from grader.worker.selection import select
from grader.worker.survey import Survey
from grader.worker.wire import Bounds, Handle, Name, TensorValue, UnsendableError, decode, encode

MAX_HANDLES = 20_000
MAX_TEXT = 2_000
MAX_FRAMES = 20
MAX_LINE = 10_000_000
# The classes, not their names: a ValueError of the student's own need not be one.
_BUILTIN_EXCEPTIONS = [
    value for value in vars(builtins).values() if isinstance(value, type) and issubclass(value, BaseException)
]
_CASE = "case.py"  # what a traceback calls the definitions that a case brings along
_OPERATORS = (
    "add sub mul truediv floordiv mod pow matmul neg pos abs invert and_ or_ xor lshift rshift lt le gt ge contains "
    "getitem setitem delitem iadd isub imul itruediv ifloordiv imod ipow imatmul iand ior ixor ilshift irshift"
).split()
KEPT_OPS = frozenset(("call", "get", "operate", "enter"))  # their answers stay here where that is asked for
# A .py file that does not parse as a whole is cut before each unindented definition, import and assignment, so that
# one slip costs one function.
_START = re.compile(r"^(?=@|(?:def|class|async|import|from)\b|[^\W\d]\w*[ \t]*(?::[^=\n]*)?=(?!=))", re.MULTILINE)
_MOST_JOINED = 20  # pieces that are tried as one: a cut may have gone through a text or a list of several lines
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


class MissingNameError(Exception):
    """The submission does not define this name."""


class RefusedError(Exception):
    """The request can't be carried out on this object; the first argument says in one word why."""


@dataclass(frozen=True)
class _Unit:
    """One top-level statement, compiled when it is run; or the reason why there is none."""

    line: int
    node: ast.stmt | None
    error: BaseException | None = None


class Server:
    """One submission's namespace, and the requests on it."""

    def __init__(
        self, name: str = "submission", *, bounds: Bounds | None = None, flush: Callable[[], None] = lambda: None
    ) -> None:
        self.bounds, self.flush = bounds or Bounds(), flush
        self.module = types.ModuleType(name)
        self.handles: dict[int, object] = {}
        self.ids: Iterator[int] = iter(range(1, 1 << 62))
        self.sources: dict[str, str] = {}  # of the cells that were parsed
        self.units: dict[str, list[_Unit]] = {}
        self.flags = 0
        self.cells: set[str] = set()
        self.absent: MissingNameError | RefusedError | None = None
        sys.modules[name] = self.module  # dataclasses and typing look their module up there

    # -- one request ------------------------------------------------------------------------------------------------

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
        except MissingNameError as error:
            return encode((number, "missing", str(error)))
        except (RefusedError, UnsendableError) as error:
            return encode((number, "refused", str(error)))
        except BaseException as error:  # noqa: BLE001 — sys.exit() and KeyboardInterrupt of the student's are answers too
            self.flush_output()
            return encode((number, "raised", self.describe_exception(error)))

    def flush_output(self) -> None:
        """Pass on what was printed; a stream that the student broke costs its text, not the answer."""
        with contextlib.suppress(Exception):
            self.flush()

    def build(self, item: Any) -> Any:
        """What a handle, a name or a tensor in a request stands for here.

        What stands for nothing is noted, wherever in the request it was: then the request is not carried out.
        """
        if isinstance(item, Handle):
            if item.id not in self.handles:
                self.absent = self.absent or RefusedError("no-such-object")
            return self.handles.get(item.id)
        if isinstance(item, Name):
            if item.name not in vars(self.module):
                self.absent = self.absent or MissingNameError(item.name)
            return vars(self.module).get(item.name)
        if isinstance(item, TensorValue) and "torch" in sys.modules:
            return sys.modules["torch"].tensor(item.array).requires_grad_(item.requires_grad)
        return item

    def forget_all(self) -> None:
        """Let go of every object, and count them from 1 again."""
        self.handles.clear()
        self.ids = iter(range(1, 1 << 62))

    def live(self, value: object) -> Handle:
        """A handle for `value`, which stays here."""
        if len(self.handles) >= MAX_HANDLES:
            raise RefusedError("too-many-objects")
        id_ = next(self.ids)
        self.handles[id_] = value
        return Handle(id_, _name_of(type(value)))

    # -- loading ----------------------------------------------------------------------------------------------------

    def op_put(self, name: str, data: bytes) -> None:
        """Lay a file of the assignment into the working folder, to be read."""
        # Windows would not take a folder away in which a file can't be written.
        mode = 0o644 if sys.platform == "win32" else 0o444
        binary = getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, mode), "wb") as file:
            file.write(data)

    def op_main(self) -> None:
        """From now on the submission is the program itself, as the cells of a notebook are."""
        self.module.__name__ = "__main__"
        sys.modules["__main__"] = self.module

    def op_parse(self, cell: str, source: str) -> list[tuple[int, dict[str, Any] | None]]:
        """Parse one cell; the line of each top-level statement, with the error where it is none."""
        self.cells.add(cell)
        units = self.parsed(cell, source)
        return [(unit.line, None if unit.error is None else self.describe_exception(unit.error)) for unit in units]

    def parsed(self, cell: str, source: str) -> list[_Unit]:
        if self.sources.get(cell) != source:  # else it was surveyed just now
            self.sources[cell], self.units[cell] = source, _parse(source, cell)
        return self.units[cell]

    def op_select(self, cells: list[str], asked: list[str]) -> tuple[Any, Any]:
        """Which statements of the parsed cells define something, in the order in which they run; remarks on names."""
        selection = select([[unit.node for unit in self.units.get(cell, ())] for cell in cells], asked)
        return selection.steps, [(each.kind, each.name, each.at, each.others) for each in selection.remarks]

    def op_run(self, cell: str, index: int) -> None:
        """Run one top-level statement of a parsed cell."""
        node = self.units[cell][index].node
        if node is None:
            return
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        code = compile(ast.Module([node], []), cell, "exec", self.flags, dont_inherit=True)
        exec(code, vars(self.module))  # noqa: S102 — this process exists for it

    def op_define(self, source: str) -> None:
        """Run a case's own definitions, which are none of the submission's cells."""
        exec(_compiled(source), vars(self.module))  # noqa: S102 — likewise

    def op_survey(self, cells: list[tuple[str, str]], forbidden: list[str], asked: list[str]) -> dict[str, Any]:
        """What the code uses, read before a line of it runs: findings, and those that each name asked for reaches."""
        survey = Survey(tuple(forbidden))
        # Cut up exactly as it will be loaded: what is saved of a cell that does not parse is read too.
        units = [(cell, self.parsed(cell, source)) for cell, source in cells]
        survey.read([(cell, [unit.node for unit in found if unit.node is not None]) for cell, found in units])
        place = {finding: at for at, finding in enumerate(survey.findings)}
        return {
            "findings": [(one.kind, one.what, one.cell, one.line) for one in survey.findings],
            "reached": {name: [place[one] for one in survey.reached([name])] for name in asked},
        }

    def op_canary(self, families: list[str]) -> None:
        """Have these parts of torch give other values, before any of the code is there."""
        from grader.worker.canary import change

        change(families)

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
        if not callable(target):
            raise RefusedError("not-callable")
        return target(*arguments, **keywords)

    def op_get(self, target: Any, name: str) -> Any:
        return getattr(target, name)

    def op_set(self, target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    def op_operate(self, name: str, *operands: Any) -> Any:
        if name not in _OPERATORS:
            raise RefusedError("unknown-operator")
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

    # -- exceptions -------------------------------------------------------------------------------------------------

    def describe_exception(self, error: BaseException) -> dict[str, Any]:
        """An exception as data: names of its type, text, and the student's own frames, innermost last."""
        text = _text_of(error)
        frames = [(cell, line, name) for cell, line, name in _frames(error) if cell in self.cells]
        if isinstance(error, SyntaxError) and type(error.filename) is str and error.filename in self.cells:
            if type(error.lineno) is int:
                frames.append((error.filename, min(max(error.lineno, 0), MAX_LINE), "<module>"))
            text = _text_of(error.msg)
        return {
            "type": _name_of(type(error)),
            "bases": [
                _name_of(base) for base in type(error).__mro__ if any(base is one for one in _BUILTIN_EXCEPTIONS)
            ],
            "text": text,
            "frames": frames[-MAX_FRAMES:],
        }


@lru_cache(maxsize=64)  # in the judge's own process, misconceptions are asked the same case one after another
def _compiled(source: str) -> types.CodeType:
    return compile(source, _CASE, "exec", dont_inherit=True)


def _text_of(value: object) -> str:
    """`str(value)`, as plain text; where that raises (or exits), there is nothing to say."""
    try:
        return str.__str__(str(value))[:MAX_TEXT]
    except BaseException:  # noqa: BLE001
        return ""


def _name_of(kind: type) -> str:
    """The name of a class, whatever its metaclass says."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name[:100]


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # a class may say otherwise, and without an end
    while trace is not None:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_name[:100]
        trace = trace.tb_next


def _parse(source: str, cell: str) -> list[_Unit]:
    """The top-level statements of a cell; if it does not parse, what can be saved of it."""
    try:
        return _units(source, cell, 1)
    except _UNPARSABLE as whole:
        pieces = _pieces(source)
        if len(pieces) < 2:
            return [_slip(whole, 1)]
    units: list[_Unit] = []
    line = at = 0
    while at < len(pieces):
        found, used = _longer(pieces[at : at + _MOST_JOINED], cell, line + 1)
        units += found
        line += sum(piece.count("\n") for piece in pieces[at : at + used])
        at += used
    return units


def _longer(pieces: list[str], cell: str, line: int) -> tuple[list[_Unit], int]:
    """The statements of the fewest pieces from here that parse together; if none do, the first alone is set aside."""
    slip: _Unit | None = None
    for count in range(1, len(pieces) + 1):
        try:
            return _units("".join(pieces[:count]), cell, line), count
        except _UNPARSABLE as error:
            slip = slip or _slip(error, line)
    assert slip is not None
    return [slip], 1


def _units(source: str, cell: str, line: int) -> list[_Unit]:
    # Blank lines in front keep the numbers of the lines as the student sees them.
    return [_Unit(node.lineno, node) for node in ast.parse("\n" * (line - 1) + source, cell).body]


def _slip(error: BaseException, line: int) -> _Unit:
    return _Unit((error.lineno if isinstance(error, SyntaxError) else None) or line, None, error)


def _pieces(source: str) -> list[str]:
    """The source cut before each statement that surely starts one, decorators staying with what they decorate."""
    pieces: list[str] = []
    decorating = False
    for piece in _START.split(source):
        if decorating:
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
        decorating = piece.startswith("@")
    return pieces
