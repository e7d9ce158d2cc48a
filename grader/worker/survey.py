"""Reading a submission without running it: what it uses that the assignment rules out, and what is worth a look.

This runs in the worker, before a line of the student's code does, so hostile source (deep trees, huge constants)
meets the worker's limits and not the judge, and the answer is still ours. It follows names, not values: what it finds
is in the code. What it does not find may be hidden behind names that are put together while the code runs; so those
are listed for a person.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.worker.deeds import code_in, parsed_text, written_file
from grader.worker.flows import Flows
from grader.worker.program import DEFINITIONS, IMPORTS, Program, Statement, Step, program_of
from grader.worker.scopes import walk
from grader.worker.selection import slice_of

_NOWHERE = (-1, -1)
_ENOUGH, _REMEMBERED = 20, 100
_LOOK_IMPORTS = frozenset(
    "ctypes gc inspect importlib marshal pickle dill subprocess socket multiprocessing threading faulthandler pkgutil "
    "runpy pydoc linecache zipimport".split()
)
_LOOK_CALLS = frozenset("eval exec compile __import__ globals".split())
_LOOK_ATTRIBUTES = frozenset(
    "_getframe f_back f_globals f_locals tb_frame gi_frame __globals__ __subclasses__ __builtins__ __code__ _C _refs "
    "ops library settrace setprofile setrecursionlimit _exit kill fork modules _decomp _prims __loader__ __wrapped__ "
    "__closure__ cell_contents __getattribute__".split()
)
_LOOK_OF_LIBRARIES = frozenset(("__dict__", "__file__", "__spec__"))  # a class of one's own has these too


@dataclass(frozen=True)
class Finding:
    """Something in the code: `kind` is «forbidden» or «look», `within` the top-level statement that has it."""

    kind: str
    what: str
    cell: str
    line: int
    within: Step


@dataclass(frozen=True)
class Reading:
    """A survey as the judge gets it: all findings, and the forbidden ones that each name asked for reaches."""

    findings: tuple[Finding, ...] = ()
    reached: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    unread: str = ""  # why the code could not be read

    @classmethod
    def from_wire(cls, data: Any) -> Reading:
        """What `Server.op_survey` answered; an error where the data has another form."""
        findings = tuple(
            Finding(str(kind), str(what), str(cell), int(line), _NOWHERE) for kind, what, cell, line in data["findings"]
        )
        reached = data["reached"].items()
        return cls(findings, {str(name): tuple(findings[at] for at in places) for name, places in reached})


@dataclass
class Survey:
    """What is known of all cells together: findings, and what the names stand for."""

    forbidden: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    starred: dict[str, str] = field(default_factory=dict)  # what is forbidden of `from m import *`
    flows: Flows | None = None  # where something is forbidden
    trees: list[Sequence[ast.stmt]] = field(default_factory=list)
    program: Program | None = None  # once something forbidden is there

    def read(self, cells: Sequence[tuple[str, Sequence[ast.stmt]]]) -> None:
        """Read all cells: first what every name stands for (an import may come after its use), then the uses."""
        whole = [
            (cell, (at, index), _with_texts(node))
            for at, (cell, tree) in enumerate(cells)
            for index, node in enumerate(tree)
        ]
        self.trees = [tree for _cell, tree in cells]
        for _cell, _step, (_roots, parts) in whole:
            for part in parts:
                self._learn(part)
        if self.forbidden:
            self.flows = Flows(self.aliases, self.starred)
            for root in (root for _cell, _step, (roots, _parts) in whole for root in roots):
                self.flows.learn(root)
        for cell, step, (_roots, parts) in whole:
            for part in parts:
                self._part(part, cell, step)

    def reached(self, names: Sequence[str], asked: Collection[str] = ()) -> list[Finding]:
        """What is forbidden in the statements on which these names depend, whatever kind of statement it is."""
        forbidden = [finding for finding in self.findings if finding.kind == "forbidden"]
        if not forbidden:
            return []
        program = self.program = self.program or program_of(self.trees)
        depended = slice_of(program, names, asked or names)
        reached = {statement.step for statement in depended if not _is_superseded(statement, program, depended)}
        used = [finding for finding in forbidden if finding.within in reached or "*" in finding.what.split()]
        # `F = torch.nn.functional` is told by what is used of it.
        told = {part for finding in used for part in _beginnings(finding.what)}
        return [finding for finding in used if finding.what not in told]

    def _learn(self, node: ast.AST) -> None:
        """What a name stands for: an import, or an assignment of something imported (`F = torch.nn.functional`)."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                self.aliases[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.aliases[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
                if alias.name == "*":
                    for name in self.forbidden:
                        if name.rpartition(".")[0] == node.module:
                            self.starred[name.rpartition(".")[2]] = name
        elif isinstance(node, ast.Assign) and (path := _dotted(node.value, self.aliases)) is not None:
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.aliases[target.id] = path

    def _part(self, node: ast.AST, cell: str, within: Step) -> None:
        line = getattr(node, "lineno", 1)
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._look_import(alias.name, cell, line, within)
        elif isinstance(node, ast.ImportFrom):
            self._look_import(node.module or "", cell, line, within)
            if any(alias.name == "*" for alias in node.names) and self._forbids(node.module or ""):
                # What of it is used can't be told from the names, so everything that is asked for uses it.
                self._find("forbidden", f"from {node.module} import *", cell, line, within)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self._path_of(node, cell, line, within)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, cell, line, within)
        elif isinstance(node, ast.Subscript):
            self._path_of(node, cell, line, within)
        elif isinstance(node, ast.Call):
            self._path_of(node, cell, line, within)
            self._call(node, cell, line, within)

    def _path_of(self, node: ast.AST, cell: str, line: int, within: Step) -> bool:
        """Whether this stands for something forbidden, which is then kept."""
        path = self._path(node)
        if path is None or not self._forbids(path):
            return False
        self._find("forbidden", path, cell, line, within)
        return True

    def _attribute(self, node: ast.Attribute, cell: str, line: int, within: Step) -> None:
        if not self._path_of(node, cell, line, within) and f"*.{node.attr}" in self.forbidden:
            self._find("forbidden", f".{node.attr}", cell, line, within)
        of_library = node.attr in _LOOK_OF_LIBRARIES and self._path(node.value) is not None
        if node.attr in _LOOK_ATTRIBUTES or of_library:
            self._find("look", f".{node.attr}", cell, line, within)

    def _call(self, node: ast.Call, cell: str, line: int, within: Step) -> None:
        if any(isinstance(part, ast.Name) and part.id == "getattr" for part in node.args):
            self._find("look", "getattr that is handed on", cell, line, within)
        if not isinstance(node.func, ast.Name):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "attrgetter":
                self._getter(node, cell, line, within)
            return
        name = node.func.id
        if name in _LOOK_CALLS:
            self._find("look", f"{name}(…)", cell, line, within)
        elif name in ("getattr", "setattr") and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
            self._find("look", f"{name} with a name that is made up while it runs", cell, line, within)
        elif name == "vars" and node.args and self._path(node.args[0]) is not None:
            self._find("look", "vars(…)", cell, line, within)
        elif name == "attrgetter":
            self._getter(node, cell, line, within)

    def _getter(self, node: ast.Call, cell: str, line: int, within: Step) -> None:
        if not all(isinstance(part, ast.Constant) for part in node.args):
            self._find("look", "attrgetter with a name that is made up while it runs", cell, line, within)

    def _path(self, node: ast.AST) -> str | None:
        """What an expression stands for, such as `torch.nn.relu`; None where nothing is forbidden."""
        return self.flows.path(node) if self.flows is not None else None

    def _forbids(self, path: str) -> bool:
        return any(path == name or path.startswith(f"{name}.") for name in self.forbidden)

    def _look_import(self, name: str, cell: str, line: int, within: Step) -> None:
        if name.partition(".")[0] in _LOOK_IMPORTS:
            self._find("look", f"import {name}", cell, line, within)

    def _find(self, kind: str, what: str, cell: str, line: int, within: Step) -> None:
        """Keep a finding once: of `torch.nn.functional.relu` also `torch.nn.functional` and `torch.nn` are parts.

        A few of a kind in each definition are enough; a bound, so that code full of them is read in no more time.
        """
        last = self.findings[-_REMEMBERED:]
        alike = [finding for finding in last if (finding.kind, finding.within) == (kind, within)]
        here = [finding.what for finding in alike if (finding.cell, finding.line) == (cell, line)]
        if len(alike) < _ENOUGH and not any(known.startswith(what) or what.startswith(known) for known in here):
            self.findings.append(Finding(kind, what[:200], cell, line, within))


def _dotted(node: ast.AST, aliases: Mapping[str, str]) -> str | None:
    """`nn.functional` as `torch.nn.functional`, where nn is known to be torch.nn."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    return ".".join([aliases[node.id], *reversed(parts)])


def _beginnings(path: str) -> Iterator[str]:
    """`torch.nn` and `torch` of `torch.nn.relu`."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def _with_texts(node: ast.stmt) -> tuple[list[ast.AST], list[ast.AST]]:
    """A statement, and the code in its texts: what `exec` gets, a module that it writes; and all parts of these."""
    roots: list[ast.AST] = []
    parts: list[ast.AST] = []
    waiting: list[ast.AST] = [node]
    while waiting:
        silent = None
        roots.append(waiting.pop())
        for part in walk(roots[-1]):
            parts.append(part)
            line = getattr(part, "lineno", 1)
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
                silent = part.value  # a docstring only tells
            elif (written := written_file(part)) is not None:
                waiting += _moved(parsed_text(written[1]), line)
            elif code := code_in(part):
                waiting += _moved(code, line - 1)
            elif isinstance(part, ast.Constant) and part is not silent:
                waiting += _moved(_code_of_text(part), line - 1)
    return roots, parts


def _code_of_text(node: ast.Constant) -> list[ast.stmt]:
    """The statements of a text that is code beyond doubt: it imports or defines."""
    if not isinstance(node.value, str) or not ("import" in node.value or "def " in node.value):
        return []
    code = parsed_text(node)
    return code if any(isinstance(part, (*IMPORTS, *DEFINITIONS)) for part in code) else []


def _moved(code: list[ast.stmt], lines: int) -> list[ast.stmt]:
    return [ast.increment_lineno(statement, lines) for statement in code]


def _is_superseded(statement: Statement, program: Program, depended: Collection[Statement]) -> bool:
    """Whether a definition was made anew before anything could get hold of it."""
    if not isinstance(statement.node, DEFINITIONS):
        return False
    binders = program.binders[statement.node.name]
    later = binders[binders.index(statement) + 1 :]
    if not later or not isinstance(later[0].node, DEFINITIONS):
        return False
    between = (other for other in program.statements if statement.step < other.step <= later[0].step)
    return not any(other in depended and statement.node.name in _used_at_once(other, program) for other in between)


def _used_at_once(statement: Statement, program: Program) -> set[str]:
    """The names that running a statement may read, in functions that it calls too."""
    used: set[str] = set()
    waiting = list(statement.names.now)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [need for binder in program.binders.get(name, ()) for need in binder.names.needs]
    return used


def statements(source: str) -> list[ast.stmt]:
    """The top-level statements of a cell as they stand; none if it does not parse (loading says so)."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []
