"""The submission's namespace: its cells are read here, and run statement by statement."""

from __future__ import annotations
import __future__

import ast
import os
import sys
import types
from functools import lru_cache
from typing import Any

from grader.worker.exceptions import exception_record
from grader.worker.selection import select
from grader.worker.statements import ParsedStatement, parse_cell
from grader.worker.survey import Survey

_CASE = "case.py"  # what a traceback calls the definitions that a case brings along


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
        return [
            (statement.line, None if statement.error is None else exception_record(statement.error, self.cells))
            for statement in self.parsed(cell, source)
        ]

    def parsed(self, cell: str, source: str) -> list[ParsedStatement]:
        if self.sources.get(cell) != source:  # else it was surveyed just now
            self.sources[cell], self.statements[cell] = source, parse_cell(source, cell)
        return self.statements[cell]

    def op_select(self, cells: list[str], asked: list[str]) -> tuple[Any, Any]:
        """Which statements of the parsed cells define something, in the order in which they run; remarks on names."""
        parsed = [self.statements.get(cell, ()) for cell in cells]
        selection = select([[statement.node for statement in statements] for statements in parsed], asked)
        remarks = [(remark.kind, remark.name, remark.at, remark.others) for remark in selection.remarks]
        return selection.steps, remarks

    def op_run(self, cell: str, index: int) -> None:
        """Run one top-level statement of a parsed cell."""
        node = self.statements[cell][index].node
        if node is None:
            return
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        code = compile(ast.Module([node], []), cell, "exec", self.flags, dont_inherit=True)
        exec(code, vars(self.module))  # noqa: S102 — this process exists for it

    def op_define(self, source: str) -> None:
        """Run definitions of the case, which are in none of the submission's cells."""
        exec(_compiled(source), vars(self.module))  # noqa: S102 — likewise

    def op_survey(self, cells: list[tuple[str, str]], forbidden: list[str], asked: list[str]) -> dict[str, Any]:
        """What the code uses, read before a line of it runs: findings, and those that each name asked for reaches."""
        survey = Survey(tuple(forbidden))
        # Cut up exactly as it will be loaded: what is saved of a cell that does not parse is read too.
        parsed = [(cell, self.parsed(cell, source)) for cell, source in cells]
        survey.read([(cell, [each.node for each in statements if each.node]) for cell, statements in parsed])
        place = {finding: at for at, finding in enumerate(survey.findings)}
        return {
            "findings": [(finding.kind, finding.what, finding.cell, finding.line) for finding in survey.findings],
            "reached": {name: [place[finding] for finding in survey.reached([name])] for name in asked},
        }

    def op_canary(self, families: list[str]) -> None:
        """Make these parts of torch give other values, before any of the code is there."""
        from grader.worker.canary import change

        change(families)

    def op_where(self, names: list[str]) -> dict[str, tuple[str, int] | None]:
        """The cell and line where each of these names is defined; the submission may lie about it."""
        return {name: self._definition(vars(self.module).get(name)) for name in names}

    def _definition(self, value: Any) -> tuple[str, int] | None:
        if isinstance(value, type):
            value = next((item for item in vars(value).values() if isinstance(item, types.FunctionType)), None)
        code = getattr(value, "__code__", None)
        if isinstance(code, types.CodeType) and code.co_filename in self.cells:
            return code.co_filename, code.co_firstlineno
        return None


@lru_cache(maxsize=64)  # in the judge's own process, misconceptions are asked the same case one after another
def _compiled(source: str) -> types.CodeType:
    return compile(source, _CASE, "exec", dont_inherit=True)
