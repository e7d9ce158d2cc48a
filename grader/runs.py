"""The cells of a notebook as its kernel knows them: the last run of each.

A kernel keeps all that was run in a session, also what was run a second time, edited or deleted since. Which cell a run
was of is said by the page where it names its cells, as JupyterLab and VS Code do. Elsewhere, and of what ran before
`%load_ext`, the text has to tell: a run is an older one of a later run's cell if that has the same text, or if it
defines something and the later one makes all that it made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.intake.ipython import python_of

_HEAD = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_ATTRIBUTE = "_d2d_runs"


@dataclass(frozen=True)
class CellRun:
    """One run of a cell: its number as the member sees it, its text, and what the page calls the cell."""

    number: int
    source: str
    cell: str | None = None

    @cached_property
    def python(self) -> str:
        return python_of(self.source).source

    @cached_property
    def tree(self) -> ast.Module | None:
        try:
            return ast.parse(self.python)
        except _UNREADABLE:
            return None

    @cached_property
    def definitions(self) -> set[str]:
        """The functions and classes that it makes."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return {node.name for node in self.tree.body if isinstance(node, kinds)} if self.tree else set()

    @cached_property
    def imports(self) -> set[str]:
        nodes = [node for node in self.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))] if self.tree else []
        return {(alias.asname or alias.name).partition(".")[0] for node in nodes for alias in node.names}

    @cached_property
    def others(self) -> set[str]:
        """The other names that it makes."""
        nodes = ast.walk(self.tree) if self.tree else ()
        return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}

    def is_older_form_of(self, other: CellRun, imported: Collection[str]) -> bool:
        """Whether `other` seems to be a later run of the same cell; nothing that this run made is missing then."""
        if self.source.strip() == other.source.strip():
            return True
        made = {*other.definitions, *other.others, *other.imports}
        if self.tree is None:  # the kernel ran nothing of it
            return other.tree is not None and all(made.issuperset(filter(None, head)) for head in _heads(self.python))
        return (
            bool(self.definitions)
            and self.definitions <= other.definitions
            and self.others <= made
            and self.imports <= {*made, *imported}
        )


def _heads(source: str) -> list[tuple[str, ...]]:
    """The names that lines of code which does not parse seem to make."""
    return [match.groups(default="") for match in _HEAD.finditer(source)]


def last_runs(runs: Sequence[CellRun], deleted: Collection[str] = ()) -> list[CellRun]:
    """The last run of each cell, in the order in which they were run; `deleted` are cells that are not there any more.

    A deleted cell goes if another makes what it made: code that moved may not have been run in its new place.
    """
    last = {run.cell or run.number: run for run in runs if run.source.strip()}
    kept: list[CellRun] = []
    # By cells without a definition: of those, the last run with this text is always kept.
    imported = set[str]().union(*(run.imports for run in last.values() if not run.definitions))
    for run in sorted(last.values(), key=lambda run: (run.cell in deleted, -run.number)):
        doubtful = run.cell is None or run.cell in deleted
        if not (doubtful and any(run.is_older_form_of(other, imported) for other in kept)):
            kept.append(run)
    return sorted(kept, key=lambda run: run.number)


class RunLog:
    """Which cell each run was of, from the run of `%load_ext` on, and which cells were deleted meanwhile."""

    def __init__(self, ipython: Any) -> None:
        self.ipython = ipython
        self.cells: dict[int, str] = {}
        self.deleted: set[str] = set()
        ipython.events.register("pre_run_cell", self._begun)
        ipython.events.register("post_run_cell", self._ended)  # the one with `%load_ext` began before

    def runs(self) -> list[CellRun]:
        """The last run of each cell, in the order in which they were run."""
        return last_runs(_history(self.ipython, self.cells), self.deleted)

    def _begun(self, info: Any) -> None:
        if info.store_history:
            # Not the shell's own count: from IPython 9.18 on it is one ahead by now.
            self._take(len(self.ipython.history_manager.input_hist_raw), info)

    def _ended(self, result: Any) -> None:
        if result.execution_count is not None:
            self._take(result.execution_count, result.info)

    def _take(self, number: int, info: Any) -> None:
        parent: Any = getattr(self.ipython, "get_parent", dict)()
        metadata = parent.get("metadata") if isinstance(parent, dict) else None
        gone = metadata.get("deletedCells") if isinstance(metadata, dict) else None
        if isinstance(gone, list):
            self.deleted.update(cell for cell in gone if isinstance(cell, str))
        cell = getattr(info, "cell_id", None)  # IPython before 8.3 does not have it
        if isinstance(cell, str) and cell:
            self.cells[number] = cell
            self.deleted.discard(cell)


def follow(ipython: Any) -> None:
    """Note from now on which cell each run is of."""
    if not hasattr(ipython, _ATTRIBUTE):
        setattr(ipython, _ATTRIBUTE, RunLog(ipython))


def runs_of(ipython: Any) -> list[CellRun]:
    """The last run of each cell of a session, in the order in which they were run."""
    log = getattr(ipython, _ATTRIBUTE, None)
    return log.runs() if isinstance(log, RunLog) else last_runs(_history(ipython, {}))


def _history(ipython: Any, cells: dict[int, str]) -> list[CellRun]:
    sources = ipython.history_manager.input_hist_raw
    return [CellRun(number, source, cells.get(number)) for number, source in enumerate(sources) if number]
