"""What each top-level statement of a submission is: an import, a definition, a constant, or exploration.

Part of the worker's side: the standard library alone, no recursion. A constant is built from literals, other names,
and calls of what was imported or of the submission's own classes: `np.array([1, 2])`, `Config(lr=0.1)`. Exploration is
somebody trying something out: a call of the submission's own functions, or one that reads, draws, loads or asks. But a
call of a function that makes functions, `exp = unary(np.exp)`, defines.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from grader.worker.scopes import Names, names_of, own_nodes, walk

Step = tuple[int, int]  # index of the cell, index of the statement in it

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_TRIES: tuple[type, ...] = tuple(getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name))
_NEVER = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}
_BUILTIN_EFFECTS = frozenset(
    "input open print exec eval exit quit breakpoint help compile globals locals vars __import__".split()
)
# Names by which libraries read, draw, train or ask; the module decides for those where everything does.
_EFFECTS = frozenset(
    "load loadtxt genfromtxt fromfile memmap read_csv read_excel read_json read_table read_pickle read_parquet imread "
    "open urlopen urlretrieve get post request download mount upload show plot subplots figure system run popen Popen "
    "call check_output sleep input getpass fit train backward step save savez savetxt savefig listdir glob".split()
)
_EFFECT_MODULES = frozenset("matplotlib seaborn plotly requests urllib google IPython ipywidgets subprocess".split())


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
        return [statement for statement in self.binders.get(name, ()) if statement.role != "exploration"]

    def made_by_exploration(self, name: str) -> bool:
        return bool(self.binders.get(name)) and not self.runnable(name) and name not in BUILTINS and not self.star


@dataclass(frozen=True)
class Known:
    """What the submission's names stand for, as far as its text tells."""

    imported: dict[str, str]  # each name with the module that it comes from
    functions: frozenset[str]
    classes: frozenset[str]
    instances: frozenset[str]  # made by calling one of the classes
    makers: frozenset[str] = frozenset()  # those of the functions that return a function or class made in them


def program_of(cells: Sequence[Sequence[ast.stmt | None]], asked: Collection[str]) -> Program:
    """The statements of all cells, each with its role."""
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
    known = _known([statement.node for statement in program.statements])
    for statement in program.statements:
        statement.role, statement.patches = _role(statement.node, known, asked)
        for name in statement.names.binds:
            program.binders[name].append(statement)
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
                if isinstance(part, ast.FunctionDef) and _makes_functions(part):
                    makers.add(part.name)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, ast.Lambda):
                functions.add(node.targets[0].id)
            elif isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
                assigned.append((node.targets[0].id, node.value.func.id))
    instances = {name for name, maker in assigned if maker in classes}
    return Known(imported, frozenset(functions), frozenset(classes), frozenset(instances), frozenset(makers))


def _role(node: ast.stmt, known: Known, asked: Collection[str]) -> tuple[str, str]:
    """The role of a statement, and the name that it patches."""
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
            called = _root(node.value)
            itself = isinstance(called, ast.Name) and called.id == first.id
            given = {argument.id for argument in node.value.args if isinstance(argument, ast.Name)}
            # f = vectorized(f), or an asked-for function that another one makes
            if not itself and (first.id in given & defined or (first.id in asked and first.id not in defined)):
                return "definition", ""
    if not _is_constant(node.value, known):
        return "exploration", ""
    if len(targets) == 1 and isinstance(first, (ast.Attribute, ast.Subscript)):
        start = _root(first)
        if isinstance(start, ast.Name) and start.id not in known.imported and _is_constant(first, known):
            return "patch", start.id
        return "exploration", ""
    plain = all(isinstance(part, (ast.Name, ast.Tuple, ast.List, ast.Starred))
                for target in targets for part in walk(target))  # fmt: skip
    return ("constant" if plain else "exploration"), ""


def _role_of_call(value: ast.expr, known: Known) -> tuple[str, str]:
    """`setattr(Tensor, "relu", relu)` gives a class a method as an assignment would."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "setattr" and value.args:
        target = value.args[0]
        if isinstance(target, ast.Name) and target.id in known.classes and _is_constant(value, known):
            return "patch", target.id
    return "exploration", ""


def _is_declarative(statement: ast.stmt, known: Known) -> bool:
    """A compound statement that only imports, defines or assigns constants, whichever way it goes."""
    waiting: list[tuple[ast.stmt, bool]] = [(statement, False)]
    while waiting:
        node, handling = waiting.pop()
        if isinstance(node, ast.If):
            asks_for_main = any(isinstance(part, ast.Name) and part.id == "__name__" for part in walk(node.test))
            if asks_for_main or not _is_constant(node.test, known):
                return False
            waiting += [(part, handling) for part in (*node.body, *node.orelse)]
        elif isinstance(node, _TRIES):
            parts = [*node.body, *node.orelse, *node.finalbody]  # type: ignore[attr-defined]
            waiting += [(part, handling) for part in parts]
            handlers = node.handlers  # type: ignore[attr-defined]
            waiting += [(part, True) for handler in handlers for part in handler.body]
        elif isinstance(node, ast.With):
            if not all(_is_constant(item.context_expr, known) for item in node.items):
                return False
            waiting += [(part, handling) for part in node.body]
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


def _without_unmade(program: Program) -> None:
    """What needs at once a name that only exploration makes can't run either, and what needs that, and so on."""
    # A function or class stays, so that the error it raises is seen beside the remark on the name.
    left = [statement for statement in program.statements if not isinstance(statement.node, (*_IMPORTS, *DEFINITIONS))]
    changed = True
    while changed:
        changed = False
        for statement in left:
            if statement.role != "exploration" and any(map(program.made_by_exploration, statement.names.now)):
                statement.role, changed = "exploration", True


def _is_constant(value: ast.expr, known: Known) -> bool:
    """Whether evaluating this is no more than building a value; the body of a lambda is not evaluated."""
    return not any(
        isinstance(node, _NEVER) or (isinstance(node, ast.Call) and not _is_harmless(node, known))
        for node in walk(value, closed=ast.Lambda)
    )


def _makes_functions(function: ast.FunctionDef) -> bool:
    """Whether it returns a function or class that it made, bare or in a wrapper: never what came of calling that."""
    made = set()
    waiting: list[ast.expr] = []
    for node in own_nodes(function.body):
        if isinstance(node, DEFINITIONS):
            made.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            made.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Return) and node.value is not None:
            waiting.append(node.value)
    while waiting:
        value = waiting.pop()
        if isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in made):
            return True
        if isinstance(value, (ast.Tuple, ast.List)):
            waiting += value.elts
        elif isinstance(value, ast.Call):
            name, attribute = getattr(value.func, "id", ""), getattr(value.func, "attr", "")
            if name == "type" and len(value.args) == 3:  # type("Adam", (), {...})
                return True
            if len(value.args) == 1 or (value.args and "partial" in (name, attribute)):
                waiting.append(value.args[0])  # np.vectorize(inner), wraps(f)(inner)
    return False


def _root(node: ast.AST) -> ast.AST:
    """What a chain such as `a.b(1)[2].c` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def _is_harmless(call: ast.Call, known: Known) -> bool:
    callee = call.func
    if isinstance(callee, ast.Name):
        name = callee.id
        if name in known.functions:
            return name in known.makers
        if name in known.classes:
            return True
        if name in known.imported:
            return name not in _EFFECTS and known.imported[name] not in _EFFECT_MODULES
        return name in BUILTINS and name not in _BUILTIN_EFFECTS
    if not isinstance(callee, ast.Attribute):
        return False  # the result of another call is called: it is somebody's function
    start = _root(callee)
    if not isinstance(start, ast.Name):
        return True  # "a b".split()
    if start.id in known.imported:
        return callee.attr not in _EFFECTS and known.imported[start.id] not in _EFFECT_MODULES
    return start.id not in known.instances | known.classes | known.functions
