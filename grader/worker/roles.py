"""What each top-level statement of a submission is: an import, a definition, a constant, or exploration.

Part of the worker's side: the standard library alone, and no recursion.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from grader.worker.constants import BUILTINS, Known, is_constant, makes_functions, root
from grader.worker.scopes import Names, names_of, walk

Step = tuple[int, int]  # index of the cell, index of the statement in it

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_TRIES: tuple[type, ...] = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))


@dataclass(eq=False)
class Statement:
    """A top-level statement, its names, and its role."""

    step: Step
    node: ast.stmt
    names: Names
    role: str = "exploration"  # import, definition, constant, patch: these may run
    patches: str = ""  # the name whose attribute or item is set

    @property
    def always(self) -> bool:
        return self.role in ("import", "definition")


@dataclass
class Program:
    """All statements, and which of them bind each name."""

    statements: list[Statement]
    binders: dict[str, list[Statement]] = field(default_factory=lambda: defaultdict(list))
    star: bool = False  # `from m import *`: any name may come of it

    def runnable(self, name: str) -> list[Statement]:
        return [each for each in self.binders.get(name, ()) if each.role != "exploration"]

    def made_by_exploration(self, name: str) -> bool:
        return bool(self.binders.get(name)) and not self.runnable(name) and name not in BUILTINS and not self.star


def program_of(cells: Sequence[Sequence[ast.stmt | None]], asked: Collection[str]) -> Program:
    """The statements of all cells, each with its role."""
    lazy = False
    statements = []
    for cell, nodes in enumerate(cells):
        for index, node in enumerate(nodes):
            if node is None:
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                lazy = lazy or any(alias.name == "annotations" for alias in node.names)
            statements.append(Statement((cell, index), node, names_of(node, lazy_annotations=lazy)))
    program = Program(statements)
    known = _known([each.node for each in statements])
    for each in statements:
        each.role, each.patches = _role(each, known, asked)
        for name in each.names.binds:
            program.binders[name].append(each)
    imports = [each.node for each in statements if isinstance(each.node, ast.ImportFrom)]
    program.star = any(alias.name == "*" for node in imports for alias in node.names)
    _without_unmade(program)
    return program


def _known(nodes: Iterable[ast.stmt]) -> Known:
    imported, functions, classes, makers = {}, set(), set(), set()
    assigned = []
    for node in nodes:
        for part in walk(node) if isinstance(node, (ast.If, ast.With, *_TRIES)) else (node,):
            if isinstance(part, _IMPORTS):
                module = getattr(part, "module", None)
                for alias in part.names:
                    imported[alias.asname or alias.name.partition(".")[0]] = (module or alias.name).partition(".")[0]
            elif isinstance(part, ast.ClassDef):
                classes.add(part.name)
            elif isinstance(part, DEFINITIONS):
                functions.add(part.name)
                makers.discard(part.name)  # the last definition of a name counts
                if isinstance(part, ast.FunctionDef) and makes_functions(part):
                    makers.add(part.name)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, ast.Lambda):
                functions.add(node.targets[0].id)
            elif isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
                assigned.append((node.targets[0].id, node.value.func.id))
    instances = {name for name, maker in assigned if maker in classes}
    return Known(imported, frozenset(functions), frozenset(classes), frozenset(instances), frozenset(makers))


def _role(each: Statement, known: Known, asked: Collection[str]) -> tuple[str, str]:
    node = each.node
    if isinstance(node, _IMPORTS):
        return "import", ""
    if isinstance(node, DEFINITIONS) or type(node).__name__ == "TypeAlias":
        return "definition", ""
    if isinstance(node, _ASSIGNMENTS):
        return _role_of_assignment(node, known, asked)
    if isinstance(node, ast.Expr):
        return _role_of_call(node.value, known)
    if isinstance(node, (ast.If, ast.With, *_TRIES)) and _is_declarative(node, known):
        defines = any(isinstance(part, (*_IMPORTS, *DEFINITIONS)) for part in walk(node))
        return ("definition" if defines else "constant"), ""
    return "exploration", ""


def _role_of_assignment(
    node: ast.Assign | ast.AnnAssign | ast.AugAssign, known: Known, asked: Collection[str]
) -> tuple[str, str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if node.value is None:
        return "exploration", ""
    first = targets[0]
    if isinstance(first, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
        defined = known.functions | known.classes
        if isinstance(node.value, ast.Lambda):
            return "definition", ""
        if isinstance(node.value, ast.Call):
            called = root(node.value)
            itself = isinstance(called, ast.Name) and called.id == first.id
            given = {each.id for each in node.value.args if isinstance(each, ast.Name)}
            # f = vectorized(f), or an asked-for function that another one makes
            if not itself and (first.id in given & defined or (first.id in asked and first.id not in defined)):
                return "definition", ""
    if not is_constant(node.value, known):
        return "exploration", ""
    if len(targets) == 1 and isinstance(first, (ast.Attribute, ast.Subscript)):
        start = root(first)
        patched = isinstance(start, ast.Name) and start.id not in known.imported and is_constant(first, known)
        return ("patch", start.id) if patched and isinstance(start, ast.Name) else ("exploration", "")
    plain = all(isinstance(part, (ast.Name, ast.Tuple, ast.List, ast.Starred))
                for target in targets for part in walk(target))  # fmt: skip
    return ("constant" if plain else "exploration"), ""


def _role_of_call(value: ast.expr, known: Known) -> tuple[str, str]:
    """`setattr(Tensor, "relu", relu)` gives a class a method as an assignment would."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "setattr" and value.args:
        target = value.args[0]
        if isinstance(target, ast.Name) and target.id in known.classes and is_constant(value, known):
            return "patch", target.id
    return "exploration", ""


def _is_declarative(statement: ast.stmt, known: Known) -> bool:
    """A compound statement that only imports, defines or assigns constants, whichever way it goes."""
    waiting: list[tuple[ast.stmt, bool]] = [(statement, False)]
    while waiting:
        node, handling = waiting.pop()
        if isinstance(node, ast.If):
            if not is_constant(node.test, known) or _asks_for_main(node.test):
                return False
            waiting += [(each, handling) for each in (*node.body, *node.orelse)]
        elif isinstance(node, _TRIES):
            parts = [*node.body, *node.orelse, *node.finalbody]  # type: ignore[attr-defined]
            waiting += [(each, handling) for each in parts]
            handlers = node.handlers  # type: ignore[attr-defined]
            waiting += [(each, True) for handler in handlers for each in handler.body]
        elif isinstance(node, ast.With):
            if not all(is_constant(item.context_expr, known) for item in node.items):
                return False
            waiting += [(each, handling) for each in node.body]
        elif not _is_declarative_leaf(node, handling, known):
            return False
    return True


def _is_declarative_leaf(node: ast.stmt, handling: bool, known: Known) -> bool:
    if isinstance(node, (*_IMPORTS, *DEFINITIONS, ast.Pass)):
        return True
    if isinstance(node, ast.Expr):
        printed = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "print"
        return isinstance(node.value, ast.Constant) or (handling and printed)
    if isinstance(node, _ASSIGNMENTS):
        return _role_of_assignment(node, known, ())[0] in ("constant", "definition")
    return handling and isinstance(node, ast.Raise)


def _asks_for_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in walk(test))


def _without_unmade(program: Program) -> None:
    """What needs at once a name that only exploration makes can't run either, and what needs that, and so on."""
    changed = True
    while changed:
        changed = False
        for each in program.statements:
            # A function or class stays, so that the error it raises is seen beside what is said of the name.
            if each.role == "exploration" or isinstance(each.node, (*_IMPORTS, *DEFINITIONS)):
                continue
            if any(program.made_by_exploration(name) for name in each.names.now):
                each.role, changed = "exploration", True
