"""The top-level statements of a submission: which names each makes or changes, at once and once it is called.

Part of the worker's side: the standard library alone, no recursion.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.worker.deeds import Deed, changes, root, shared_with, written_file
from grader.worker.scopes import Names, names_of, own_nodes, walk

Step = tuple[int, int]  # index of the cell, index of the statement in it

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_TAKING_TIME = (ast.Call, ast.BinOp, ast.ListComp, ast.SetComp, ast.DictComp)
IMPORTS = (ast.Import, ast.ImportFrom)
BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "display", "get_ipython", "exit", "quit"}


@dataclass(eq=False)
class Statement:
    """A top-level statement and its names; `touches` are those whose objects it may change."""

    step: Step
    node: ast.stmt
    names: Names
    touches: frozenset[str] = frozenset()
    touches_later: frozenset[str] = frozenset()  # once a function in it is called

    @property
    def defines(self) -> bool:
        """Whether it makes a function, a class or another name for a type, and does nothing else that takes time."""
        return isinstance(self.node, DEFINITIONS) or type(self.node).__name__ == "TypeAlias"

    @property
    def is_quick(self) -> bool:
        """Whether it takes no time to speak of: it imports, defines, or sets a name without calling anything."""
        if self.imports or self.defines:
            return True
        assigns = isinstance(self.node, (ast.Assign, ast.AnnAssign, ast.AugAssign))
        return assigns and not any(isinstance(part, _TAKING_TIME) for part in walk(self.node))

    @property
    def imports(self) -> bool:
        """Whether it imports, or writes a module that is imported."""
        return isinstance(self.node, IMPORTS) or written_file(self.node) is not None


_Index = dict[str, list[Statement]]


@dataclass
class Program:
    """All statements, and which of them make, read and change each name."""

    statements: list[Statement]
    binders: _Index = field(default_factory=lambda: defaultdict(list))
    touchers: _Index = field(default_factory=lambda: defaultdict(list))
    later_touchers: _Index = field(default_factory=lambda: defaultdict(list))
    callers: _Index = field(default_factory=lambda: defaultdict(list))  # of what keeps something from call to call
    readers: _Index = field(default_factory=lambda: defaultdict(list))
    shared: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # names with the same object in them
    libraries: dict[str, str] = field(default_factory=dict)  # imported names, and from which library
    imported: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # the names by library
    star: bool = False  # `from m import *`: any name may come of it

    def alike(self, name: str) -> Iterator[str]:
        """The names by which what `name` stands for may be changed too."""
        yield from self.shared.get(name, ())
        if name in self.libraries:
            yield from self.imported[self.libraries[name]]


def program_of(cells: Sequence[Sequence[ast.stmt | None]]) -> Program:
    """The statements of all cells, each with what it does."""
    lazy = False
    program = Program([])
    for cell, nodes in enumerate(cells):
        for index, node in enumerate(nodes):
            if isinstance(node, ast.ImportFrom):
                imported = {alias.name for alias in node.names}
                lazy = lazy or (node.module == "__future__" and "annotations" in imported)
                program.star = program.star or "*" in imported
            if node is not None:
                names = names_of(node, lazy_annotations=lazy)
                program.statements.append(Statement((cell, index), node, names))
    kinds = _Kinds(program.statements)
    program.libraries = kinds.libraries
    for name, library in kinds.libraries.items():
        program.imported[library].append(name)
    for statement in program.statements:
        statement.touches = frozenset(kinds.changed(statement.names.deeds))
        statement.touches_later = frozenset(kinds.changed(statement.names.later_deeds))
        for name, other in _sharing(statement.node, kinds):
            program.shared[other].add(name)
        for index_of, names_in in (
            (program.binders, statement.names.binds),
            (program.touchers, statement.touches),
            (program.later_touchers, statement.touches_later),
            (program.callers, kinds.stateful.intersection(deed.name for deed in statement.names.deeds)),
            (program.readers, statement.names.needs),
        ):
            for name in names_in:
                index_of[name].append(statement)
    return program


class _Kinds:
    """What the submission's names stand for, as far as its text tells."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.libraries: dict[str, str] = {}
        self.own: dict[str, bool] = {}  # functions and classes: whether they change what they are given
        self.classes: set[str] = set()
        other: set[str] = set()
        for statement in statements:
            for node in own_nodes([statement.node]):
                if isinstance(node, IMPORTS):
                    module = getattr(node, "module", None)
                    for alias in node.names:
                        library = (module or alias.name).partition(".")[0]
                        self.libraries[alias.asname or alias.name.partition(".")[0]] = library
                elif isinstance(node, DEFINITIONS):
                    changing = statement.names.changes_arguments
                    self.own[node.name] = self.own.get(node.name, False) or changing
                    if isinstance(node, ast.ClassDef):
                        self.classes.add(node.name)
            name, value = single(statement.node)
            if isinstance(value, ast.Lambda):
                self.own[name] = self.own.get(name, False) or statement.names.changes_arguments
            elif not (isinstance(value, ast.Constant) or statement.defines):
                other |= statement.names.binds.keys()
        self.stateful: set[str] = set()
        for statement in statements:
            if statement.names.keeps_state or not self.stateful.isdisjoint(statement.names.now):
                self.stateful |= statement.names.binds.keys()
        self.made = {name for statement in statements for name in statement.names.binds}
        self.plain = (
            self.made - other - self.own.keys() - self.libraries.keys()
        )  # numbers and texts: they can't be changed

    def kind(self, name: str) -> str:
        if name in self.libraries or name not in self.made:
            return "module"
        return "class" if name in self.classes else "function" if name in self.own else "value"

    def changed(self, deeds: Iterable[Deed]) -> Iterator[str]:
        for deed in deeds:
            own = deed.by in self.own
            if changes(deed, self.kind(deed.name), self.own.get(deed.by, False), own):
                yield deed.name


def single(node: ast.stmt) -> tuple[str, ast.expr | None]:
    """Name and value of an assignment to one name."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            return targets[0].id, node.value
    return "", None


def _sharing(statement: ast.stmt, kinds: _Kinds) -> Iterator[tuple[str, str]]:
    """Pairs of names, the first of which may hold (a part of) the object of the second."""
    for node in own_nodes([statement]):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
            together = {name for target in node.targets for name in _started(target)}
            yield from ((name, other) for name in together for other in together if name != other)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            pairs = [(node.target, node.iter)]
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            pairs = [(item.optional_vars, item.context_expr) for item in node.items if item.optional_vars is not None]
        else:
            continue
        for target, value in pairs:
            made = set(_started(target))
            for other, handed in shared_with(value):
                if other not in kinds.plain and not (handed and kinds.kind(other) != "value"):
                    yield from ((name, other) for name in made if name != other)


def _started(target: ast.expr) -> Iterator[str]:
    """The names that what is assigned to begins with."""
    waiting = [target]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (ast.Tuple, ast.List)):
            waiting += part.elts
        elif isinstance(start := root(part), ast.Name):
            yield start.id


def always_matter(program: Program) -> set[str]:
    """Names that concern every function: what all code runs on."""
    return {name for name, library in program.libraries.items() if library in ("sys", "os", "warnings")}


def lacks_maker(program: Program, wanted: Collection[str]) -> bool:
    """Whether one of these names is made by nothing that can be read."""
    return any(name not in BUILTINS and not name.startswith("<") and not program.binders.get(name) for name in wanted)
