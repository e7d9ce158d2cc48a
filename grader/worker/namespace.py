"""The submission's namespace: its cells are cut into statements here, and run one by one.

Of a cell that does not parse, the statements that can be saved run. What a statement raises becomes data.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import inspect
import os
import re
import sys
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from grader.worker.scopes import names_of
from grader.worker.selection import select
from grader.worker.survey import Survey

# A .py file that does not parse as a whole is cut before each unindented definition, import and assignment, so that
# one slip costs one function.
_START = re.compile(r"^(?=@|(?:def|class|async|import|from)\b|[^\W\d]\w*[ \t]*(?::[^=\n]*)?=(?!=))", re.MULTILINE)
_MADE = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_MOST_NAMES = 100  # of a statement
_MOST_JOINED = 20  # pieces that are tried as one: a cut may have gone through a text or a list of several lines
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
_CASE = "case.py"  # what a traceback calls the definitions that a case brings along
MAX_TEXT, MAX_FRAMES, MAX_LINE, _MAX_NAME = 2_000, 20, 10_000_000, 100  # of an exception as data
# The classes, not their names: a ValueError of the student's own need not be one.
_BUILTIN = [value for value in vars(builtins).values() if isinstance(value, type) and issubclass(value, BaseException)]


@dataclass(frozen=True)
class ParsedStatement:
    """One top-level statement and its line; or the reason why there is none."""

    line: int
    node: ast.stmt | None
    error: BaseException | None = None


class Namespace:
    """A module that a submission is loaded into. Each `op_…` is a request of the judge's."""

    def __init__(self, name: str) -> None:
        self.module = types.ModuleType(name)
        self.sources: dict[str, str] = {}  # of the cells that were parsed
        self.statements: dict[str, list[ParsedStatement]] = {}
        self.flags = 0
        self.cells: set[str] = set()
        sys.modules[name] = self.module  # dataclasses and typing look their module up there

    def op_put(self, name: str, data: bytes) -> None:
        """Write a file of the assignment into the working folder, for the submission to read."""
        # Windows would not take a folder away in which a file can't be written.
        mode = 0o644 if sys.platform == "win32" else 0o444
        with open(name, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            file.write(data)

    def op_main(self) -> None:
        """From now on the submission is the program itself, as the cells of a notebook are."""
        self.module.__name__ = "__main__"
        sys.modules["__main__"] = self.module

    def op_parse(self, cell: str, source: str) -> list[tuple[int, dict[str, Any] | None]]:
        """Parse one cell; the line of each top-level statement, with the error where it is none."""
        self.cells.add(cell)
        return [
            (statement.line, None if statement.error is None else exception_record(statement.error, self.cells))
            for statement in self.parsed(cell, source)
        ]

    def parsed(self, cell: str, source: str) -> list[ParsedStatement]:
        if self.sources.get(cell) != source:  # else it was surveyed just now
            self.sources[cell], self.statements[cell] = source, parse_cell(source, cell)
        return self.statements[cell]

    def op_select(self, cells: list[str], asked: list[str]) -> tuple[Any, Any]:
        """Which statements of the parsed cells run, in order, each with whether it takes no time; remarks on names."""
        parsed = [self.statements.get(cell, ()) for cell in cells]
        selection = select([[statement.node for statement in statements] for statements in parsed], asked)
        remarks = [(remark.kind, remark.name, remark.at, remark.others) for remark in selection.remarks]
        return [(*step, step not in selection.others) for step in selection.steps], remarks

    def op_run(self, cell: str, index: int) -> None:
        """Run one top-level statement of a parsed cell."""
        node = self.statements[cell][index].node
        if node is None:
            return
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        flags = self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(ast.Module([node], []), cell, "exec", flags, dont_inherit=True)
        if code.co_flags & inspect.CO_COROUTINE:  # a notebook may `await` at its top
            _run_through(eval(code, vars(self.module)))  # noqa: S307 — this process exists for it
        else:
            exec(code, vars(self.module))  # noqa: S102 — likewise

    def op_define(self, source: str) -> None:
        """Run definitions of the case, which are in none of the submission's cells."""
        exec(_compiled(source), vars(self.module))  # noqa: S102 — likewise

    def op_survey(self, cells: list[tuple[str, str]], forbidden: list[str], asked: list[str]) -> dict[str, Any]:
        """What the code uses, read before a line of it runs: findings, and those that each name asked for reaches."""
        survey = Survey(tuple(forbidden))
        # Cut up exactly as it will be loaded: what is saved of a cell that does not parse is read too.
        parsed = [(cell, self.parsed(cell, source)) for cell, source in cells]
        survey.read([(cell, [statement.node for statement in cut if statement.node]) for cell, cut in parsed])
        place = {finding: at for at, finding in enumerate(survey.findings)}
        return {
            "findings": [(finding.kind, finding.what, finding.cell, finding.line) for finding in survey.findings],
            "reached": {name: [place[finding] for finding in survey.reached([name], asked)] for name in asked},
        }

    def op_canary(self, families: list[str]) -> None:
        """Make these parts of torch give other values, before any of the code is there."""
        from grader.worker.canary import change

        change(families)

    def op_where(self, names: list[str]) -> dict[str, tuple[str, int] | None]:
        """The cell and line where each of these names is defined; the submission may lie about it."""
        return {name: self._definition(vars(self.module).get(name)) for name in names}

    def op_makes(self, steps: list[tuple[str, int, bool]], asked: list[str]) -> tuple[list[list[str]], list[str]]:
        """The names that each of these statements makes, with those after it in its cell where so asked.

        And those of the names asked for that any statement makes.
        """
        places = [(cell, at) for cell, cut in self.statements.items() for at in range(len(cut))]
        every = {name for cell, at in places for name in self._made(cell, at)}
        rows = []
        for cell, index, rest in steps:
            cut = self.statements.get(cell, ())
            last = len(cut) if rest else index + 1
            rows.append([name for at in range(max(index, 0), last) for name in self._made(cell, at)][:_MOST_NAMES])
        return rows, [name for name in asked if name in every]

    def _made(self, cell: str, at: int) -> list[str]:
        """The names that one statement makes; of one that does not parse, those that its lines seem to make."""
        cut = self.statements[cell]
        node = cut[at].node
        if isinstance(node, ast.Delete) or (isinstance(node, ast.AnnAssign) and node.value is None):
            return []
        if node is not None:
            return list(names_of(node).binds)
        first = next((other.node.end_lineno or 0 for other in cut[at - 1 :: -1] if other.node) if at else iter(()), 0)
        last = next((other.line - 1 for other in cut[at + 1 :] if other.node), None)
        lines = "\n".join(self.sources[cell].split("\n")[first:last])
        return [match[1] or match[2] for match in _MADE.finditer(lines)]

    def _definition(self, value: Any) -> tuple[str, int] | None:
        if isinstance(value, type):
            value = next((item for item in vars(value).values() if isinstance(item, types.FunctionType)), None)
        code = getattr(value, "__code__", None)
        if isinstance(code, types.CodeType) and code.co_filename in self.cells:
            return code.co_filename, code.co_firstlineno
        return None


def _run_through(coroutine: Any) -> None:
    """Run what `await`s to its end; a loop of asyncio needs sockets, which there are none of here."""
    with contextlib.suppress(StopIteration):
        while True:
            coroutine.send(None)


def parse_cell(source: str, cell: str) -> list[ParsedStatement]:
    """The statements of a cell, in order."""
    try:
        return _parsed(source, cell, 1)
    except _UNPARSABLE as error:
        pieces = _pieces(source)
        if len(pieces) < 2:
            return [_slip(error, 1)]
    statements: list[ParsedStatement] = []
    line = at = 0
    while at < len(pieces):
        more, used = _fewest(pieces[at : at + _MOST_JOINED], cell, line + 1)
        statements += more
        line += sum(piece.count("\n") for piece in pieces[at : at + used])
        at += used
    return statements


def _fewest(pieces: list[str], cell: str, line: int) -> tuple[list[ParsedStatement], int]:
    """The statements of the fewest pieces from here that parse together; if none do, the first alone is set aside."""
    slip: ParsedStatement | None = None
    for count in range(1, len(pieces) + 1):
        try:
            return _parsed("".join(pieces[:count]), cell, line), count
        except _UNPARSABLE as error:
            slip = slip or _slip(error, line)
    assert slip is not None
    return [slip], 1


def _parsed(source: str, cell: str, line: int) -> list[ParsedStatement]:
    # Blank lines in front keep the numbers of the lines as the student sees them.
    body = ast.parse("\n" * (line - 1) + source, cell).body
    return [ParsedStatement(node.lineno, node) for statement in body for node in _unguarded(statement)]


def _unguarded(statement: ast.stmt) -> list[ast.stmt]:
    """What stands under the check for `__main__`, which a notebook is: each statement in it by itself."""
    if not isinstance(statement, ast.If) or statement.orelse or not isinstance(statement.test, ast.Compare):
        return [statement]
    test = statement.test
    sides = [test.left, *test.comparators]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    alone = len(sides) == 2 and isinstance(test.ops[0], ast.Eq)
    return statement.body if named and main and alone else [statement]


def _slip(error: BaseException, line: int) -> ParsedStatement:
    return ParsedStatement((error.lineno if isinstance(error, SyntaxError) else None) or line, None, error)


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


@lru_cache(maxsize=64)  # in the judge's own process, misconceptions are asked the same case one after another
def _compiled(source: str) -> types.CodeType:
    return compile(source, _CASE, "exec", dont_inherit=True)


def exception_record(error: BaseException, cells: Collection[str]) -> dict[str, Any]:
    """Names of its type and of the builtin ones, its text, and the frames that lie in `cells`, the innermost last."""
    text = text_of(error)
    frames = [(cell, line, name) for cell, line, name in _frames(error) if cell in cells]
    if isinstance(error, SyntaxError) and type(error.filename) is str and error.filename in cells:
        if type(error.lineno) is int:
            frames.append((error.filename, min(max(error.lineno, 0), MAX_LINE), "<module>"))
        text = text_of(error.msg)
    return {
        "type": type_name(type(error)),
        "bases": [type_name(base) for base in type(error).__mro__ if any(base is known for known in _BUILTIN)],
        "text": text,
        "frames": frames[-MAX_FRAMES:],
    }


def text_of(value: object) -> str:
    """`str(value)`, as plain text; empty where that raises (or exits)."""
    try:
        return str.__str__(str(value))[:MAX_TEXT]
    except BaseException:  # noqa: BLE001
        return ""


def type_name(cls: type) -> str:
    """The name of a class, whatever its metaclass says."""
    name: str = type.__dict__["__name__"].__get__(cls)
    return name[:_MAX_NAME]


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # a class may say otherwise, and without an end
    while trace is not None:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_name[:_MAX_NAME]
        trace = trace.tb_next
