"""Slips: mistakes that people make in a statement or a function as a whole, each as another node in its place.

An answer of another dtype or with an axis too many, an option that is read and not used, a loop that ends after its
first round, a state that all objects share, a function that knows no batch of one: a reference with such a slip must
lose points, as with any other mutation.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_ARRAYS = ("Tensor", "NDArray", "ndarray", "Array")  # in the annotation of what may have several shapes
_COPIES = frozenset("clone copy detach contiguous".split())
_NO_VALUES = (ast.Tuple, ast.List, ast.Dict, ast.Constant, ast.Compare, ast.BoolOp, ast.JoinedStr)
# What is done to an answer, for each library: to `x` in these texts.
_OF_ANSWERS = {
    "numpy": ("np.float32(x)", "np.float64(x)", "np.squeeze(x)", "np.asarray(x)[None]"),
    "torch": ("x.float()", "x.double()", "x.squeeze()", "x[None]", "x.detach()"),
}
# What a function does not know, by its first array `x`.
_UNKNOWN = {
    "two dimensions only": "x.ndim != 2",
    "never one row": "x.ndim > 0 and len(x) == 1",
    "never one column": "x.ndim > 1 and x.shape[-1] == 1",
}


@dataclass(frozen=True)
class Slip:
    """What stands in the place of a node, and what that is called."""

    label: str
    node: ast.AST


def library_of(tree: ast.Module) -> str:
    """The library whose arrays a module answers with; "" where it has none under its usual name."""
    imported = {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    return "torch" if "torch" in imported else "numpy" if "np" in imported else ""


def slips(node: ast.AST, library: str) -> Iterator[Slip]:
    """The slips that can be made in one node."""
    if isinstance(node, ast.FunctionDef):
        yield from _of_function(node)
    elif isinstance(node, ast.Return):
        yield from _of_return(node, library)
    elif isinstance(node, (ast.For, ast.While)):
        yield Slip(f"{_head(node)} → one round", _with_body(node, [*node.body, ast.Break()]))
    elif isinstance(node, ast.With):
        yield Slip(f"{_head(node)} → nothing", ast.If(ast.Constant(value=True), node.body, []))
    elif isinstance(node, ast.Assign):
        yield from _of_assignment(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COPIES:
        yield from [Slip(f"{short(ast.unparse(node))} → no {node.func.attr}", node.func.value)] * (not node.args)


def _of_function(node: ast.FunctionDef) -> Iterator[Slip]:
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    with_default = [
        *zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in with_default:
        if default is not None:
            ignoring = ast.Assign([ast.Name(argument.arg, ast.Store())], default)
            yield Slip(f"{node.name}({argument.arg}=…) → ignored", _beginning_with(node, ignoring))
    for argument in [argument for argument in plain if _is_array(argument)][:1]:
        for label, text in _UNKNOWN.items():
            test = _filled(text, ast.Name(argument.arg, ast.Load()))
            refusing = ast.If(test, [ast.Raise(ast.Name("RuntimeError", ast.Load()))], [])
            yield Slip(f"{node.name}({argument.arg}) → {label}", _beginning_with(node, refusing))


def _of_return(node: ast.Return, library: str) -> Iterator[Slip]:
    if node.value is None or isinstance(node.value, _NO_VALUES) or ast.unparse(node.value) == "self":
        return
    for text in _OF_ANSWERS.get(library, ()):
        changed = ast.Return(_filled(text, node.value))
        yield Slip(f"{short(ast.unparse(node))} → {text}", changed)


def _of_assignment(node: ast.Assign) -> Iterator[Slip]:
    """An assignment left out, where what it sets is there without it; a state that all objects share."""
    target, value = node.targets[0], node.value
    read = {name.id for name in ast.walk(value) if isinstance(name, ast.Name)}
    if isinstance(target, (ast.Attribute, ast.Subscript)) or (isinstance(target, ast.Name) and target.id in read):
        yield Slip(f"{short(ast.unparse(node))} → nothing", ast.Pass())
    if isinstance(target, ast.Attribute) and isinstance(value, (ast.List, ast.Dict, ast.ListComp, ast.DictComp)):
        held = ast.parse(f"globals().setdefault('shared_{target.attr}', x)", mode="eval").body
        shared = ast.Assign(node.targets, _filled(ast.unparse(held), value))
        yield Slip(f"{short(ast.unparse(node))} → shared", shared)


def _filled(text: str, value: ast.expr) -> ast.expr:
    """The expression of a text, with `value` in the place of x."""

    class Filling(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return value if name.id == "x" else name

    filled: ast.expr = Filling().visit(ast.parse(text, mode="eval").body)
    return filled


def _is_array(argument: ast.arg) -> bool:
    return argument.annotation is not None and any(word in ast.unparse(argument.annotation) for word in _ARRAYS)


def _beginning_with(node: ast.FunctionDef, statement: ast.stmt) -> ast.FunctionDef:
    """The function with one statement more, after its docstring."""
    at = 1 if ast.get_docstring(node) is not None else 0
    return _with_body(node, [*node.body[:at], statement, *node.body[at:]])


def _with_body(node: ast.FunctionDef | ast.For | ast.While, body: list[ast.stmt]) -> ast.FunctionDef:
    changed = copy.copy(node)
    changed.body = body
    return changed  # type: ignore[return-value]


def _head(node: ast.AST) -> str:
    return short(ast.unparse(node).partition(":\n")[0])


def short(text: str, limit: int = 60) -> str:
    """Code on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
