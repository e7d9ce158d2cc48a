"""Which definitions of a submission are written, and which are still the placeholder of the stub.

Python's own parser decides. It runs no code, but hostile text can keep it busy and make it fail in several ways: so
it gets a bounded amount, and what it does not take counts as not written.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

from grader.intake.submission import Cell

_MOST_PARSED = 1 << 18  # characters of one version: 1.5 seconds and 160 MB at worst; a term's work is a tenth of it
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def written_names(cells: Iterable[Cell]) -> tuple[frozenset[str], int]:
    """The names that are defined and filled at the top of the cells, and how many definitions are filled in all."""
    names, count, left = set(), 0, _MOST_PARSED
    for cell in cells:
        left -= len(cell.source)
        tree = _parsed(cell.source) if left >= 0 else ast.Module([], [])
        names |= {name for statement in tree.body for name in _filled_names(statement)}
        count += sum(_is_filled(node) for node in ast.walk(tree) if isinstance(node, _Definition))
    return frozenset(names), count


def _parsed(source: str) -> ast.Module:
    """The tree of a cell; an empty one where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the text of a member, whom it would not reach
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _filled_names(statement: ast.stmt) -> Iterator[str]:
    """What a statement defines, or sets to more than a placeholder: `mse_loss = lambda x, y: …` is an answer too."""
    if isinstance(statement, _Definition):
        if _is_filled(statement):
            yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and not _is_blank_value(statement.value):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_filled(definition: _Definition) -> bool:
    """Whether a definition has more in it than a docstring and a placeholder; a class, in one of its methods."""
    body = definition.body
    if any(_raises_not_implemented(statement) for statement in body):
        return False
    if not isinstance(definition, ast.ClassDef):
        return not all(map(_is_blank, body))
    return any(_is_filled(part) if isinstance(part, _Definition) else not _is_blank(part) for part in body)


def _is_blank(statement: ast.stmt) -> bool:
    """`pass`, `...`, a docstring, `return`, `return None`, or a name with a type and no value."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Return) and _is_blank_value(statement.value))


def _is_blank_value(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, ...))


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"
