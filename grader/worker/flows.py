"""Which part of a library an expression stands for, as far as its text tells: by whatever name and road it is reached.

A name may be an import or come from another name: by assignment, unpacking, a parameter's default, a loop, `with … as`,
an attribute of a class. A road may be attributes, `getattr`, `vars`, `sys.modules`, `import_module`, `attrgetter`. Only
names that are written out count: what is put together while it runs can't be told.

Part of the worker's side: the standard library alone; how deep it looks is bounded, since the source may be hostile.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.worker.scopes import children

_DEEPEST = 30  # steps from an expression to an import
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_ROWS = (ast.Tuple, ast.List, ast.Set)
_NAMED = frozenset("import_module locate resolve_name run_module".split())  # functions that take a whole name
_Value = ast.AST | None  # what a name is given; None where that can't be told


@dataclass(eq=False)
class _Scope:
    outer: _Scope | None = None
    is_class: bool = False
    given: dict[str, list[_Value]] = field(default_factory=lambda: defaultdict(list))


class Flows:
    """What the names of a submission stand for; `imports` are those that it imports, and plain other names of them.

    `starred` are those that came with `from m import *`, unless it makes them itself.
    """

    def __init__(self, imports: Mapping[str, str], starred: Mapping[str, str]) -> None:
        self.imports, self.starred = imports, starred
        self.module = _Scope()
        self.attributes: dict[str, list[_Value]] = defaultdict(list)  # `Box.lib` and `self.lib`
        self.scopes: dict[int, tuple[_Scope, ast.Name]] = {}  # of the names that are read
        self.known: dict[int, str | None] = {}

    def learn(self, statement: ast.AST) -> None:
        """Take note of a top-level statement."""
        waiting: list[tuple[ast.AST, _Scope]] = [(statement, self.module)]
        called: dict[int, ast.Call] = {}  # functions without a name that are called where they stand
        while waiting:
            node, scope = waiting.pop()
            inner = scope
            if isinstance(node, ast.Name):
                self.scopes[id(node)] = (scope, node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Lambda):
                called[id(node.func)] = node
            elif isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
                inner = _Scope(scope, isinstance(node, ast.ClassDef))
                if not isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
                    scope.given[node.name].append(None)
            outside: list[_Value] = []
            if isinstance(node, _FUNCTIONS):
                outside = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", ())]
                for name, value in _parameters(node.args, called.get(id(node))):
                    inner.given[name].append(value)
            for target, value in _assigned(node):
                self._give(scope, target, value)
                if scope.is_class and isinstance(target, ast.Name):
                    for start in ("self", "cls", *_class_names(statement, scope)):
                        self.attributes[f"{start}.{target.id}"].append(value)
            inside = [part for part in children(node) if part not in outside and not isinstance(part, ast.arguments)]
            waiting += [(part, inner) for part in inside]
            waiting += [(part, scope) for part in outside if part is not None]

    def _give(self, scope: _Scope, target: ast.AST, value: _Value) -> None:
        pairs = [(target, value)]
        while pairs:
            target, value = pairs.pop()
            if isinstance(target, ast.Name):
                scope.given[target.id].append(value)
            elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                self.attributes[f"{target.value.id}.{target.attr}"].append(value)
            elif isinstance(target, (ast.Tuple, ast.List)):
                values: Sequence[_Value] = [None] * len(target.elts)
                if isinstance(value, _ROWS) and len(value.elts) == len(values):
                    values = value.elts
                pairs += zip(target.elts, values, strict=True)

    def path(self, node: _Value) -> str | None:
        """`torch.nn.relu` for what stands for it; None for what is of no library, or can't be told."""
        return self._path(node, 0)

    def _path(self, node: _Value, depth: int) -> str | None:
        if node is None or depth > _DEEPEST:
            return None
        if id(node) not in self.known:
            self.known[id(node)] = None  # should it come back to itself
            self.known[id(node)] = self._found(node, depth + 1)
        return self.known[id(node)]

    def _found(self, node: ast.AST, depth: int) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        start: str | None = None
        if isinstance(node, ast.Name):
            if parts and f"{node.id}.{parts[-1]}" in self.attributes:
                start = self._agreed(self.attributes[f"{node.id}.{parts[-1]}"], depth)
                parts = parts[:-1] if start is not None else parts
            values = self._values(node)
            start = start or self._agreed(values, depth) or self.imports.get(node.id)
            start = start or (None if values else self.starred.get(node.id))
        elif isinstance(node, ast.NamedExpr):
            start = self._path(node.value, depth)
        elif isinstance(node, ast.Subscript):
            start = self._item(node, depth)
        elif isinstance(node, ast.Call):
            start = self._call(node, depth)
        if start is None:
            return None
        return ".".join([start, *(part for part in reversed(parts) if part != "__dict__")])

    def _values(self, name: ast.Name) -> Sequence[_Value]:
        """All that is given to a name in the scope that it is of."""
        scope: _Scope | None
        scope, _name = self.scopes.get(id(name), (self.module, name))
        first = scope
        while scope is not None:
            if name.id in scope.given and (scope is first or not scope.is_class):
                return scope.given[name.id]
            scope = scope.outer
        return ()

    def _agreed(self, values: Sequence[_Value], depth: int) -> str | None:
        """What all of these stand for; None where they differ, or one can't be told."""
        paths = {self._path(value, depth) for value in values[:_DEEPEST]}
        return paths.pop() if len(paths) == 1 and len(values) <= _DEEPEST else None

    def _item(self, node: ast.Subscript, depth: int) -> str | None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        table: _Value = node.value
        if isinstance(table, ast.Name) and len(values := self._values(table)) == 1:
            table = values[0]
        if (
            isinstance(key, int)
            and isinstance(table, (ast.Tuple, ast.List))
            and -len(table.elts) <= key < len(table.elts)
        ):
            return self._path(table.elts[key], depth)
        if not isinstance(key, str):
            return None
        if isinstance(table, ast.Dict):
            held = [value for name, value in zip(table.keys, table.values, strict=True) if _text(name) == key]
            return self._path(held[-1], depth) if held else None
        whole = self._path(table, depth)
        return key if whole == "sys.modules" else f"{whole}.{key}" if whole and _is_table(table) else None

    def _call(self, node: ast.Call, depth: int) -> str | None:
        function, arguments = node.func, node.args
        if isinstance(function, ast.Name) and len(values := self._values(function)) == 1:
            function = values[0] if isinstance(values[0], (ast.Lambda, ast.Call)) else function
        if isinstance(function, ast.Lambda):
            return self._path(function.body, depth)
        if isinstance(function, ast.Call):  # attrgetter("nn.relu")(torch)
            held, dotted = _getter(function, arguments)
            whole = self._path(held, depth)
            return f"{whole}.{dotted}" if whole and dotted else None
        last = _last(function)
        text = _text(arguments[0]) if arguments else ""
        if (last == "vars" and len(arguments) == 1) or last in ("nullcontext", "closing"):
            return self._path(arguments[0], depth) if arguments else None
        if last == "getattr" and len(arguments) > 1:
            whole, name = self._path(arguments[0], depth), _text(arguments[1])
            return f"{whole}.{name}" if whole and name else None
        if last == "reduce" and len(arguments) == 3 and _last(arguments[0]) == "getattr":
            names = [_text(part) for part in arguments[1].elts] if isinstance(arguments[1], _ROWS) else [""]
            whole = self._path(arguments[2], depth)
            return ".".join([whole, *names]) if whole and all(names) else None
        if last in ("get", "pop", "__getitem__") and isinstance(function, ast.Attribute):
            whole = self._path(function.value, depth)
            return text or None if whole == "sys.modules" else None
        if last == "__import__":
            return text if len(arguments) > 1 or node.keywords else text.partition(".")[0] or None
        if last in _NAMED:
            return text.replace(":", ".") or None
        return None


def _getter(made: ast.Call, arguments: Sequence[ast.expr]) -> tuple[_Value, str]:
    """What a function such as `attrgetter("nn.relu")` or `partial(getattr, torch)` looks into, and for which name."""
    if len(arguments) == 1 and len(made.args) == 1 and _last(made.func) == "attrgetter":
        return arguments[0], _text(made.args[0])
    if (
        len(arguments) == 1
        and len(made.args) == 2
        and _last(made.func) == "partial"
        and _last(made.args[0]) == "getattr"
    ):
        return made.args[1], _text(arguments[0])
    return None, ""


def _is_table(node: _Value) -> bool:
    """Whether an expression is the dict in which a module keeps its names."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__"
    return isinstance(node, ast.Call) and _last(node.func) in ("vars", "run_module")


def _class_names(statement: ast.AST, scope: _Scope) -> Iterator[str]:
    """The name of the class of a scope, where it is the statement itself."""
    if isinstance(statement, ast.ClassDef) and scope.outer is not None and scope.outer.outer is None:
        yield statement.name


def _parameters(parameters: ast.arguments, call: ast.Call | None) -> Iterator[tuple[str, _Value]]:
    """Each parameter, with what a call on the spot gives to it, else its default."""
    listed = [*parameters.posonlyargs, *parameters.args]
    given: list[_Value] = [*([None] * (len(listed) - len(parameters.defaults))), *parameters.defaults]
    arguments: list[ast.expr] = call.args if call is not None else []
    given[: len(arguments)] = arguments[: len(listed)]
    yield from zip((parameter.arg for parameter in listed), given, strict=True)
    keywords = {keyword.arg: keyword.value for keyword in (call.keywords if call is not None else ())}
    for parameter, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        yield parameter.arg, keywords.get(parameter.arg, default)
    if parameters.vararg is not None:
        yield parameters.vararg.arg, ast.Tuple(arguments[len(listed) :], ast.Load()) if call is not None else None
    if parameters.kwarg is not None:
        yield parameters.kwarg.arg, None


def _assigned(node: ast.AST) -> Iterator[tuple[ast.AST, _Value]]:
    """What a node assigns to, with what it assigns."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        yield node.target, node.value
    elif isinstance(node, ast.AugAssign):
        yield node.target, None
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        items: Sequence[_Value] = node.iter.elts if isinstance(node.iter, _ROWS) else (None,)
        yield from ((node.target, item) for item in items)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.optional_vars, item.context_expr
    elif isinstance(node, ast.Match):
        for case in node.cases:
            if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.pattern.name:
                yield ast.Name(case.pattern.name, ast.Store()), node.subject
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield ast.Name(node.name, ast.Store()), None


def _last(node: ast.AST) -> str:
    """`import_module` of `importlib.import_module`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.AST | None) -> str:
    """The text that stands here; empty where none does."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
