"""Which names a top-level statement binds, which it needs at once, and which only when its functions are called.

Part of the worker's side: the standard library alone, and no recursion, since the source may be nested as deep as
Python's parser lets it be.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.worker.deeds import PURE, Deed, code_in, deeds_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)
_KNOWN = "_children"  # beside the fields of a node; neither a compiler nor a comparison looks there
_LAZY_ANNOTATIONS = sys.version_info >= (3, 14)


@dataclass
class Names:
    """The names of a statement, each with the line on which it first stands, and what is done to them."""

    binds: dict[str, int] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)
    later: dict[str, int] = field(default_factory=dict)
    deeds: set[Deed] = field(default_factory=set)
    later_deeds: set[Deed] = field(default_factory=set)
    changes_arguments: bool = False  # a function in it does something to what it was given
    keeps_state: bool = False  # or to what it keeps from one call to the next

    @property
    def needs(self) -> dict[str, int]:
        return {**self.later, **self.now}


@dataclass(frozen=True)
class _Scope:
    names: frozenset[str]
    outer: _Scope | None
    is_class: bool = False
    is_inner: bool = False
    parameters: frozenset[str] = frozenset()
    keeps_defaults: bool = False  # some of its defaults may be changed


@dataclass(frozen=True)
class _Task:
    node: ast.AST
    scope: _Scope | None
    later: bool


def names_of(statement: ast.stmt, *, lazy_annotations: bool = False) -> Names:
    """The names of a statement that stands at the top level."""
    names = Names(binds=dict(_bound([statement])))
    lazy = lazy_annotations or _LAZY_ANNOTATIONS
    waiting = [_Task(statement, None, False)]
    while waiting:
        task = waiting.pop()
        node = task.node
        _note_deeds(names, task)
        if code := code_in(node):
            waiting += [_Task(part, None, task.later) for part in code]
            if not task.later:
                names.binds.update((name, getattr(node, "lineno", 1)) for name, _line in _bound(code))
        if isinstance(node, ast.Name):
            if _is_local(node.id, task.scope):
                continue
            if isinstance(node.ctx, ast.Load):
                (names.later if task.later else names.now).setdefault(node.id, node.lineno)
            elif task.later:
                names.later_deeds.add(Deed(node.id, "bound"))  # declared `global`
        elif isinstance(node, _FUNCTIONS):
            waiting += _function(node, task, lazy)
        elif isinstance(node, ast.ClassDef):
            waiting += _class(node, task)
        elif isinstance(node, _COMPREHENSIONS):
            waiting += _comprehension(node, task)
        else:
            if isinstance(node, ast.Nonlocal):
                names.keeps_state = True
            target = node.target if isinstance(node, ast.AugAssign) else None
            if isinstance(target, ast.Name) and not _is_local(target.id, task.scope):  # it reads what it changes
                (names.later if task.later else names.now).setdefault(target.id, target.lineno)
            skip = node.annotation if isinstance(node, ast.AnnAssign) and (lazy or task.later) else None
            waiting += [_Task(child, task.scope, task.later) for child in children(node) if child is not skip]
    return names


def _note_deeds(names: Names, task: _Task) -> None:
    for deed in deeds_of(task.node):
        if deed.how == "needed":
            (names.later if task.later else names.now).setdefault(deed.name, getattr(task.node, "lineno", 1))
        elif deed.how != "bound" and (scope := _scope_of(deed.name, task.scope)) is not None:
            if deed.name in scope.parameters or scope is not task.scope:
                changed = deed.how == "stored" or (
                    deed.how in ("asked", "told") and deed.by.rpartition(".")[2] not in PURE
                )
                names.changes_arguments = names.changes_arguments or changed
                kept = scope is not _function_scope(task.scope) or scope.keeps_defaults
                names.keeps_state = names.keeps_state or (changed and kept)
        elif deed.how == "bound" and not task.later:
            names.binds.setdefault(deed.name, getattr(task.node, "lineno", 1))
        else:
            (names.later_deeds if task.later else names.deeds).add(deed)


def _function_scope(scope: _Scope | None) -> _Scope | None:
    """The scope of the function in which this one lies, where a comprehension has one of its own."""
    while scope is not None and scope.is_inner:
        scope = scope.outer
    return scope


def _scope_of(name: str, scope: _Scope | None) -> _Scope | None:
    """The scope that has this name; None where it is one of the module's."""
    while scope is not None and name not in scope.names:
        scope = scope.outer
    return scope


def _is_local(name: str, scope: _Scope | None) -> bool:
    return _scope_of(name, scope) is not None


def _closure(scope: _Scope | None) -> _Scope | None:
    """What a function sees of the scopes around it: not those of classes."""
    return scope.outer if scope is not None and scope.is_class else scope


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, task: _Task, lazy: bool) -> Iterator[_Task]:
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    listed += [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    outer = _with_type_parameters(node, task.scope)
    around: list[ast.AST | None] = [*arguments.defaults, *arguments.kw_defaults]
    if isinstance(node, ast.Lambda):
        body: list[ast.AST] = [node.body]
    else:
        body = list(node.body)
        annotations = [] if lazy else [node.returns, *(argument.annotation for argument in listed)]
        around += [*node.decorator_list, *annotations]
    yield from (_Task(part, outer, task.later) for part in around if part is not None)
    parameters = frozenset(argument.arg for argument in listed)
    kept = any(not isinstance(part, ast.Constant) for part in (*arguments.defaults, *arguments.kw_defaults) if part)
    scope = _Scope(parameters | _local(body), _closure(outer), parameters=parameters, keeps_defaults=kept)
    yield from (_Task(part, scope, True) for part in body)


def _class(node: ast.ClassDef, task: _Task) -> Iterator[_Task]:
    outer = _with_type_parameters(node, task.scope)
    around = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    yield from (_Task(part, outer, task.later) for part in around)
    scope = _Scope(frozenset(_local(node.body)), _closure(outer), is_class=True)
    yield from (_Task(part, scope, task.later) for part in node.body)


def _comprehension(node: ast.AST, task: _Task) -> Iterator[_Task]:
    generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
    local = frozenset(name for generator in generators for name, _line in _bound([generator.target]))
    scope = _Scope(local, _closure(task.scope), is_inner=True)
    yield _Task(generators[0].iter, task.scope, task.later)
    for child in children(node):
        parts = [child]
        if isinstance(child, ast.comprehension):
            parts = [child.target, *child.ifs, *([] if child is generators[0] else [child.iter])]
        yield from (_Task(part, scope, task.later) for part in parts)


def _with_type_parameters(node: ast.AST, scope: _Scope | None) -> _Scope | None:
    names = frozenset(parameter.name for parameter in getattr(node, "type_params", ()))
    return _Scope(names, scope) if names else scope


def _local(body: Iterable[ast.AST]) -> set[str]:
    """The names bound in this scope itself, without those that it declares `global` or `nonlocal`."""
    bound, declared = set[str](), set[str]()
    for node in own_nodes(body):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            declared.update(node.names)
        else:
            bound.update(_bound_by(node))
    return bound - declared


def _bound(body: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Every name bound in this scope itself, with the first line on which it is."""
    lines: dict[str, int] = {}
    for node in own_nodes(body):
        for name in _bound_by(node):
            lines.setdefault(name, getattr(node, "lineno", 1))
    yield from lines.items()


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):  # `del` takes a name away: that counts as much as making it
            yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        if node.name != "*":
            yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the scopes in it; of comprehensions what `:=` binds outside of them."""
    waiting = [(node, False) for node in body]
    waiting.reverse()
    while waiting:
        node, inside = waiting.pop()
        if not inside:
            yield node
        elif isinstance(node, ast.NamedExpr):
            yield node.target
        if isinstance(node, _SCOPES):
            continue
        inside = inside or isinstance(node, _COMPREHENSIONS)
        waiting += [(child, inside) for child in reversed(children(node))]


def children(node: ast.AST) -> list[ast.AST]:
    """The parts of a node of a parsed tree, in order, without those that hold nothing: `Load()`, `Add()`.

    It takes a fraction of the time of `ast.iter_child_nodes`, and remembers the parts: a submission is walked over
    several times.
    """
    own = vars(node)
    parts: list[ast.AST] | None = own.get(_KNOWN)
    if parts is None:
        parts = []
        for value in own.values():
            kind = type(value)
            if kind is list:
                parts += [item for item in value if isinstance(item, ast.AST)]
            elif kind is not int and kind is not str and isinstance(value, ast.AST) and value._fields:
                parts.append(value)
        own[_KNOWN] = parts
    return parts


def walk(node: ast.AST, *, closed: type[ast.AST] | tuple[()] = ()) -> Iterator[ast.AST]:
    """A node and all nodes in it, in the order of the text; nodes in those of type `closed` are left out."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, closed):
            waiting += reversed(children(node))
