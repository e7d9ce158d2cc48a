"""Mode «definitions»: which statements of a submission define something, and which are somebody trying things out.

Part of the worker's side: it reads trees that hostile source was parsed into, so it runs in the sandbox, and its answer
is data for the judge. Imports, functions and classes run, and of the assignments those that they need; never a
training loop, a plot, a mount or `input()`. Statements run in the order in which they stand, except that one whose
names a later cell makes waits for it: members run cells out of order.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from grader.worker.roles import DEFINITIONS, Program, Statement, Step, program_of

Place = tuple[int, int]  # index of the cell, line in it
_MOST_PLACES = 5


@dataclass(frozen=True)
class Remark:
    """A remark on a name.

    redefined           `at` is the definition that counts, `others` those before it that differ
    placeholder-wins    likewise, and the one that counts has nothing filled in
    only-exploration    `at` is where a definition uses it, `others` where exploration makes it
    exploration-changes `at` is where a definition uses it, `others` where exploration makes it anew
    """

    kind: str
    name: str
    at: Place
    others: tuple[Place, ...]


@dataclass(frozen=True)
class Selection:
    """The statements that run, in this order, and the remarks."""

    steps: tuple[Step, ...]
    remarks: tuple[Remark, ...] = ()


def select(cells: Sequence[Sequence[ast.stmt | None]], asked: Collection[str] = ()) -> Selection:
    """The statements to run of the cells' top-level statements; None stands for one that did not parse."""
    program = program_of(cells, asked)
    chosen = _chosen(program, asked)
    return Selection(tuple(statement.step for statement in _ordered(chosen)), tuple(_remarks(program, chosen, asked)))


# -- which of them run -----------------------------------------------------------------------------------------------


def _chosen(program: Program, asked: Collection[str]) -> list[Statement]:
    """Imports and definitions, and the constants that they need, over as many steps as it takes."""
    wanted = set(asked)
    chosen = {statement.step: statement for statement in program.statements if statement.always}
    waiting = list(chosen.values())
    while True:
        while waiting:
            wanted.update(waiting.pop().names.needs)
        for statement in program.statements:
            if statement.step in chosen or statement.role not in ("constant", "patch"):
                continue
            patched = any(maker.step in chosen for maker in program.runnable(statement.patches))
            if patched or not wanted.isdisjoint(statement.names.binds):
                chosen[statement.step] = statement
                waiting.append(statement)
        if not waiting:
            return [statement for statement in program.statements if statement.step in chosen]


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


def _remarks(program: Program, chosen: list[Statement], asked: Collection[str]) -> Iterable[Remark]:
    yield from _redefined(program)
    matter = _reached(chosen, asked)
    named = set()
    for statement in chosen:
        names = statement.names
        needs = names.needs if statement.step in matter else names.now if statement.always else {}
        for name, line in needs.items():
            if name in named:
                continue
            unmade = program.made_by_exploration(name)
            others = _places(program.binders[name], name) if unmade else _made_anew(program, name)
            if others:
                named.add(name)
                kind = "only-exploration" if unmade else "exploration-changes"
                yield Remark(kind, name, (statement.step[0], line), others)


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


def _reached(chosen: list[Statement], asked: Collection[str]) -> set[Step]:
    """The statements on which the asked-for names depend; all of them where no name is asked for."""
    if not asked:
        return {statement.step for statement in chosen}
    by_name: dict[str, list[Statement]] = defaultdict(list)
    for statement in chosen:
        for name in {*statement.names.binds, statement.patches}:
            by_name[name].append(statement)
    seen: set[Step] = set()
    names, done = list(asked), set(asked)
    while names:
        for statement in by_name[names.pop()]:
            if statement.step not in seen:
                seen.add(statement.step)
                names += statement.names.needs.keys() - done
                done |= statement.names.needs.keys()
    return seen


def _made_anew(program: Program, name: str) -> tuple[Place, ...]:
    """Where exploration gives a constant another value after the last assignment that runs."""
    runs = program.runnable(name)
    if not runs or any(statement.role != "constant" for statement in runs):
        return ()
    return _places([statement for statement in program.binders[name] if statement.step > runs[-1].step], name)


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
