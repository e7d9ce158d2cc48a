"""Which expressions make a constant, and which are somebody trying something out.

Part of the worker's side: the standard library alone, no recursion. A constant is built from literals, other names,
and calls of what was imported or of the submission's own classes: `np.array([1, 2])`, `Config(lr=0.1)`. A call of the
submission's own functions, or one that reads, draws, loads or asks, is exploration; but one of a function that makes
functions, `exp = unary(np.exp)`, defines.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from grader.worker.scopes import own_nodes, walk

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
_NEVER = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


@dataclass(frozen=True)
class Known:
    """What the submission's names stand for, as far as its text tells."""

    imported: dict[str, str]  # each name with the module that it comes from
    functions: frozenset[str]
    classes: frozenset[str]
    instances: frozenset[str]  # made by calling one of the classes
    makers: frozenset[str] = frozenset()  # those of the functions that return a function or class made in them


def is_constant(value: ast.expr, known: Known) -> bool:
    """Whether evaluating this is no more than building a value."""
    for node in walk(value, closed=ast.Lambda):  # what is evaluated with it
        if isinstance(node, _NEVER) or (isinstance(node, ast.Call) and not _is_harmless(node, known)):
            return False
    return True


def makes_functions(function: ast.FunctionDef) -> bool:
    """Whether it returns a function or class that it made, bare or in a wrapper: never what came of calling that."""
    made = set()
    waiting: list[ast.expr] = []
    for node in own_nodes(function.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            made.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Return) and node.value is not None:
            waiting.append(node.value)
    while waiting:
        value = waiting.pop()
        if isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in made) or _is_new_class(value):
            return True
        if isinstance(value, (ast.Tuple, ast.List)):
            waiting += value.elts
        elif isinstance(value, ast.Call) and value.args and (len(value.args) == 1 or _is_partial(value.func)):
            waiting.append(value.args[0])  # np.vectorize(inner), wraps(f)(inner)
    return False


def _is_new_class(value: ast.expr) -> bool:
    """`type("Adam", (), {...})`."""
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "type" and len(value.args) == 3


def _is_partial(callee: ast.expr) -> bool:
    return "partial" in (getattr(callee, "id", ""), getattr(callee, "attr", ""))


def root(node: ast.AST) -> ast.AST:
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
        return False  # what another call gave, called: somebody's function
    start = root(callee)
    if not isinstance(start, ast.Name):
        return True  # "a b".split()
    if start.id in known.imported:
        return callee.attr not in _EFFECTS and known.imported[start.id] not in _EFFECT_MODULES
    return start.id not in known.instances | known.classes | known.functions
