"""Mode «definitions»: which statements of a submission the names asked for depend on, and in which order they run.

Part of the worker's side: it reads trees that hostile source was parsed into, so it runs in the sandbox, and its answer
is data for the judge. A statement runs if it makes or changes, itself or by what it calls, something that an asked-for
name needs, whatever kind of statement it is: what a notebook's kernel would have by then is there. A training loop, a
plot or an assertion that nothing asked for depends on does not run. Imports run, and definitions that need nothing
else. All run in the order in which they stand, except that one whose names a later cell makes waits for it: members
run cells out of order.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from grader.worker.deeds import ANYTHING, LOOKUP, NAMESPACE
from grader.worker.program import (
    BUILTINS,
    DEFINITIONS,
    Program,
    Statement,
    Step,
    always_matter,
    lacks_maker,
    program_of,
    single,
)
from grader.worker.scopes import walk

Place = tuple[int, int]  # index of the cell, line in it
_MOST_PLACES = 5


@dataclass(frozen=True)
class Remark:
    """A remark on a name.

    redefined         `at` is the definition that counts, `others` those before it that differ
    placeholder-wins  likewise, and the one that counts has nothing filled in
    deleted           `at` is where a definition uses it, `others` where it is deleted for good
    overwritten       likewise, where a number that it answered takes its place
    """

    kind: str
    name: str
    at: Place
    others: tuple[Place, ...]


@dataclass(frozen=True)
class Selection:
    """The statements that run, in this order; which of them may take time; and the remarks."""

    steps: tuple[Step, ...]
    others: frozenset[Step] = frozenset()
    remarks: tuple[Remark, ...] = ()


def select(cells: Sequence[Sequence[ast.stmt | None]], asked: Collection[str] = ()) -> Selection:
    """The statements to run of the cells' top-level statements; None stands for one that did not parse."""
    program = program_of(cells)
    depended = slice_of(program, asked, asked)
    runs = {statement for statement in depended | _free(program, depended) if not _is_trial(statement, program, asked)}
    chosen = [statement for statement in program.statements if statement in runs]
    return Selection(
        tuple(statement.step for statement in _ordered(chosen)),
        frozenset(statement.step for statement in chosen if not statement.is_quick),
        tuple(_remarks(program, depended, asked)),
    )


# -- which of them run -----------------------------------------------------------------------------------------------


def slice_of(program: Program, names: Collection[str], asked: Collection[str]) -> set[Statement]:
    """The statements on which these of the names asked for depend; with none of them, those of all definitions."""
    names = names or [name for statement in program.statements if statement.defines for name in statement.names.binds]
    growing = _Slice(program, frozenset(asked))
    growing.need([*names, NAMESPACE])
    growing.matter(always_matter(program))
    growing.grow()
    if lacks_maker(program, growing.needed):
        growing.need([ANYTHING])
        growing.grow()
    return growing.statements


@dataclass
class _Slice:
    """A slice while it grows. Every name and every statement is looked at once."""

    program: Program
    asked: frozenset[str]
    statements: set[Statement] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)  # who makes them counts, and who changes them
    mattering: set[str] = field(default_factory=set)  # who changes them counts
    effective: set[str] = field(default_factory=set)  # to call them changes what counts
    waiting: list[tuple[str, str]] = field(default_factory=list)

    def need(self, names: Iterable[str]) -> None:
        self._wait(self.needed, "need", names)
        self.matter(names)

    def matter(self, names: Iterable[str]) -> None:
        self._wait(self.mattering, "matter", names)

    def _wait(self, known: set[str], what: str, names: Iterable[str]) -> None:
        new = [name for name in names if name not in known]
        known.update(new)
        self.waiting += [(what, name) for name in new]

    def grow(self) -> None:
        while self.waiting:
            what, name = self.waiting.pop()
            if what == "need":
                self._needed(name)
            elif what == "matter":
                self._mattering(name)
            else:
                self._effective(name)

    def _needed(self, name: str) -> None:
        if name == LOOKUP:  # it may be any name; most likely that of a definition
            defining = [statement for statement in self.program.statements if statement.defines]
            self.need([made for statement in defining for made in statement.names.binds])
        for statement in self.program.binders.get(name, ()):
            self._join(statement)

    def _mattering(self, name: str) -> None:
        self.matter(self.program.alike(name))
        for statement in self.program.touchers.get(name, ()):
            self._join(statement)
        for statement in self.program.callers.get(name, ()) if name not in self.asked else ():
            self._join(statement)
        for statement in self.program.later_touchers.get(name, ()):
            self._take_effect(statement)

    def _effective(self, name: str) -> None:
        for statement in self.program.readers.get(name, ()):
            if name in statement.names.now:
                self._join(statement)
            self._take_effect(statement)

    def _take_effect(self, statement: Statement) -> None:
        """Whoever calls what this defines changes what counts. The judge itself calls what is asked for."""
        if self.asked.isdisjoint(statement.names.binds):
            self._wait(self.effective, "effect", statement.names.binds)

    def _join(self, statement: Statement) -> None:
        if statement not in self.statements:
            self.statements.add(statement)
            self.need(statement.names.needs)


def _is_trial(statement: Statement, program: Program, asked: Collection[str]) -> bool:
    """`mse_loss = mse_loss(x, y)`: somebody tried a function and put the number in its place; it would be lost.

    A function that makes functions is another matter.
    """
    name, value = single(statement.node)
    if name not in asked or not isinstance(value, ast.Call) or getattr(value.func, "id", "") != name:
        return False
    definitions = [binder.node for binder in program.binders[name] if isinstance(binder.node, ast.FunctionDef)]
    makers = (*DEFINITIONS, ast.Lambda)
    return not any(isinstance(part, makers) for node in definitions for inner in node.body for part in walk(inner))


def _free(program: Program, depended: Collection[Statement]) -> set[Statement]:
    """Imports, and definitions that need nothing else at once: they are there though nobody needs them."""
    free = {statement for statement in program.statements if statement.imports or statement.defines}
    waiting = [statement for statement in program.statements if statement not in free and statement not in depended]
    while waiting:
        for name in waiting.pop().names.binds:
            lost = [other for other in program.readers.get(name, ()) if name in other.names.now and other in free]
            lost = [other for other in lost if not other.imports and other not in depended]
            free.difference_update(lost)
            waiting += lost
    return free


def _ordered(chosen: list[Statement]) -> list[Statement]:
    """As they stand, but each after what makes the names that it needs at once, where only a later cell does."""
    made = {name for statement in chosen for name in statement.names.binds}
    bound: set[str] = set()
    late: list[Statement] = []
    result: list[Statement] = []

    def ready(statement: Statement) -> bool:
        own = statement.names.binds
        return all(name in bound or name not in made or name in own for name in statement.names.now)

    def run(statement: Statement) -> None:
        result.append(statement)
        bound.update(statement.names.binds)

    for statement in chosen:
        if not ready(statement):
            late.append(statement)
            continue
        run(statement)
        moved = True
        while moved and late:
            moved = False
            for waiting in list(late):
                if ready(waiting):
                    late.remove(waiting)
                    # One that was defined anew meanwhile has lost to it.
                    if waiting.names.binds.keys().isdisjoint(bound):
                        run(waiting)
                    moved = True
    return result + late


# -- the remarks -----------------------------------------------------------------------------------------------------


def _remarks(program: Program, depended: Collection[Statement], asked: Collection[str]) -> Iterable[Remark]:
    yield from _redefined(program)
    used: dict[str, Place] = {}
    for statement in program.statements:
        if statement in depended:
            for name, line in statement.names.needs.items():
                used.setdefault(name, (statement.step[0], line))
    for name, at in used.items():
        last = program.binders[name][-1:] if name in program.binders and name not in BUILTINS else []
        if last and isinstance(last[0].node, ast.Delete):
            yield Remark("deleted", name, at, _places(last, name))
        elif last and _is_trial(last[0], program, [name]) and name not in asked:
            yield Remark("overwritten", name, at, _places(last, name))


def _redefined(program: Program) -> Iterable[Remark]:
    for name, binders in program.binders.items():
        definitions = [statement for statement in binders if isinstance(statement.node, DEFINITIONS)]
        # `_` is what functions registered elsewhere are called.
        if len(definitions) < 2 or name == "_" or any(map(_is_overload, definitions)):
            continue
        last = definitions.pop()
        earlier = [statement for statement in definitions if not _same(statement.node, last.node)]
        if earlier:
            empty = _is_placeholder(last.node) and not all(_is_placeholder(statement.node) for statement in earlier)
            at = (last.step[0], last.node.lineno)
            yield Remark("placeholder-wins" if empty else "redefined", name, at, _places(earlier, name))


def _is_overload(statement: Statement) -> bool:
    """One of several signatures of a function, as `typing` has it."""
    marks = getattr(statement.node, "decorator_list", ())
    return any("overload" in (getattr(mark, "id", ""), getattr(mark, "attr", "")) for mark in marks)


def _places(statements: Iterable[Statement], name: str) -> tuple[Place, ...]:
    return tuple((statement.step[0], statement.names.binds[name]) for statement in statements)[:_MOST_PLACES]


def _same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees are the same code, wherever they stand; without recursion, which deep trees would exhaust."""
    waiting: list[tuple[object, object]] = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.AST) and isinstance(right, ast.AST):
            waiting += [(getattr(left, name, None), getattr(right, name, None)) for name in left._fields]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


def _is_placeholder(node: ast.stmt) -> bool:
    """Nothing but a docstring and what stands there until something is written."""
    body: list[ast.stmt] = getattr(node, "body", [])
    return all(
        isinstance(node, (ast.Pass, ast.Raise))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, DEFINITIONS) and _is_placeholder(node))
        for node in body
    )
