"""Mutants: copies of the reference with one small mistake. Cases that fail none of them are not worth much.

A mutant changes one place: an operator, a constant, an axis, a term, an argument, a statement. Its name says what it
changes and in which function, not the line, so that the reason for an equivalent mutant survives edits elsewhere.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.authoring.slips import Slip, library_of, short, slips


def _swaps(text: str) -> dict[str, list[str]]:
    """For each name what may stand in its place by mistake: `Lt→LtE,GtE` has two of these."""
    return {name: others.split(",") for name, others in (swap.split("→") for swap in text.split())}


_OPERATORS = _swaps(
    "Add→Sub Sub→Add Mult→Div Div→Mult Pow→Mult Mod→Mult FloorDiv→Div Lt→LtE,GtE LtE→Lt,Gt Gt→GtE,LtE GtE→Gt,Lt "
    "Eq→NotEq NotEq→Eq Is→IsNot IsNot→Is In→NotIn NotIn→In And→Or Or→And"
)
_FUNCTIONS = _swaps(
    "maximum→minimum minimum→maximum max→min min→max sum→mean mean→sum amax→amin abs→negative exp→expm1 log→log1p "
    "log1p→log zeros→ones zeros_like→ones_like ones→zeros ones_like→zeros_like sqrt→square cos→sin sin→cos"
)


@dataclass(frozen=True)
class Mutant:
    """The reference with one place changed, somewhere in its function or class `of`."""

    name: str
    of: str
    line: int
    source: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module's functions and classes, without those that change nothing."""
    tree = ast.parse(source)
    original, library = ast.unparse(tree), library_of(tree)
    all_mutants: list[Mutant] = []
    names: Counter[str] = Counter()
    for top in tree.body:
        if not isinstance(top, (ast.FunctionDef, ast.ClassDef)):
            continue
        whole = (tree, "body", tree.body.index(top), top)
        for parent, field, index, node in (whole, *_places(top)):
            for slip in (*_in_place_of(node), *slips(node, library)):
                mutated = _with(tree, parent, field, index, ast.fix_missing_locations(slip.node))
                if mutated != original:
                    name = f"{top.name}: {slip.label}"
                    names[name] += 1
                    label = name if names[name] == 1 else f"{name} (#{names[name]})"
                    all_mutants.append(Mutant(label, top.name, getattr(node, "lineno", top.lineno), mutated))
    return all_mutants


def _places(top: ast.stmt) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every expression and statement below `top` that may be changed, with its parent, field and index."""
    left: list[ast.AST] = [top]
    while left:
        parent = left.pop()
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list", "ctx", "bases") or _is_message(parent, field):
                continue
            for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST) and not _is_docstring(child):
                    yield parent, field, index, child
                    left.append(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_message(parent: ast.AST, field: str) -> bool:
    """Whether the field is an exception's message, which no case judges."""
    return isinstance(parent, ast.Raise) and field in ("exc", "cause")


def _in_place_of(node: ast.AST) -> Iterator[Slip]:
    """What may stand in the place of a node by mistake."""
    for changed in _changes(node):
        yield Slip(f"{short(ast.unparse(node))} → {short(ast.unparse(changed)) or 'nothing'}", changed)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """The mistakes that can be made in one node."""
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)):
        yield from (_set(node, op=other) for other in _others(node.op))
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)  # a term or a factor left out
    elif isinstance(node, ast.Compare):
        yield from (_set(node, ops=[other, *node.ops[1:]]) for other in _others(node.ops[0]))
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from (_set(node, value=value) for value in _constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Attribute):
        yield from (_set(node, attr=other) for other in _FUNCTIONS.get(node.attr, ()))
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.If):
        yield from (_set(node, test=ast.Constant(value=value)) for value in (True, False))
    elif isinstance(node, (ast.AugAssign, ast.Expr, ast.Continue, ast.Break)):
        yield ast.Pass()


def _others(operator: ast.AST) -> list[ast.AST]:
    return [getattr(ast, name)() for name in _OPERATORS.get(type(operator).__name__, ())]


def _constants(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1) if value > 0 else (value + 1,)
    elif isinstance(value, float):
        yield from (value + 1.0, value * 2)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    if len(node.args) >= 2 and not any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
        yield _set(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for at in range(len(node.keywords)):
        yield _set(node, keywords=[*node.keywords[:at], *node.keywords[at + 1 :]])
    if isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not node.keywords:
        yield node.args[0]  # the call left out: exp(x) → x


def _set(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _with(tree: ast.Module, parent: ast.AST, field: str, index: int | None, changed: ast.AST) -> str:
    """The module's source with one node replaced; the tree itself is as before afterwards."""
    holder: Any = vars(parent) if index is None else getattr(parent, field)
    key = field if index is None else index
    before = holder[key]
    holder[key] = changed
    try:
        return ast.unparse(tree)
    finally:
        holder[key] = before
