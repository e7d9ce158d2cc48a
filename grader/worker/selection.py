"""Mode «definitions»: which statements of a submission define something, and which are somebody trying things out.

Part of the worker's side: it reads trees that hostile source was parsed into, so it runs in the sandbox, and the judge
takes what it says as data. Imports, functions and classes run, and of the assignments those that they need; never a
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
    """Something to be said of a name.

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
    """The statements that run, in this order, and what is to be said."""

    steps: tuple[Step, ...]
    remarks: tuple[Remark, ...] = ()


def select(cells: Sequence[Sequence[ast.stmt | None]], asked: Collection[str] = ()) -> Selection:
    """The statements to run of the cells' top-level statements; None stands for one that did not parse."""
    program = program_of(cells, asked)
    chosen = _chosen(program, asked)
    return Selection(tuple(each.step for each in _ordered(chosen)), tuple(_remarks(program, chosen, asked)))


# -- which of them run -----------------------------------------------------------------------------------------------


def _chosen(program: Program, asked: Collection[str]) -> list[Statement]:
    """Imports and definitions, and the constants that they need, over as many steps as it takes."""
    wanted = set(asked)
    chosen = {each.step: each for each in program.statements if each.always}
    waiting = list(chosen.values())
    while True:
        while waiting:
            wanted.update(waiting.pop().names.needs)
        for each in program.statements:
            if each.step in chosen or each.role not in ("constant", "patch"):
                continue
            patched = bool(each.patches) and any(maker.step in chosen for maker in program.runnable(each.patches))
            if patched or not wanted.isdisjoint(each.names.binds):
                chosen[each.step] = each
                waiting.append(each)
        if not waiting:
            return [each for each in program.statements if each.step in chosen]


def _ordered(chosen: list[Statement]) -> list[Statement]:
    """As they stand, but each after what makes the names that it needs at once, where only a later cell does."""
    makers: dict[str, int] = defaultdict(int)
    for each in chosen:
        for name in each.names.binds:
            makers[name] += 1
    bound: set[str] = set()
    late: list[Statement] = []
    result: list[Statement] = []

    def ready(each: Statement) -> bool:
        own = each.names.binds
        return all(name in bound or not makers[name] or name in own for name in each.names.now)

    def run(each: Statement) -> None:
        result.append(each)
        bound.update(each.names.binds)

    for each in chosen:
        if not ready(each):
            late.append(each)
            continue
        run(each)
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


# -- what is to be said ----------------------------------------------------------------------------------------------


def _remarks(program: Program, chosen: list[Statement], asked: Collection[str]) -> Iterable[Remark]:
    yield from _redefined(program)
    matter = _reached(chosen, asked)
    said = set()
    for each in chosen:
        needs = each.names.needs if each.step in matter else each.names.now if each.always else {}
        for name, line in needs.items():
            if name in said:
                continue
            unmade = program.made_by_exploration(name)
            others = _made_anew(program, name) if not unmade else _places(program.binders[name], name)
            if others:
                said.add(name)
                kind = "only-exploration" if unmade else "exploration-changes"
                yield Remark(kind, name, (each.step[0], line), others)


def _redefined(program: Program) -> Iterable[Remark]:
    for name, binders in program.binders.items():
        definitions = [each for each in binders if isinstance(each.node, DEFINITIONS)]
        if len(definitions) < 2 or name == "_":  # `_` is what functions registered elsewhere are called
            continue
        last = definitions[-1]
        if any(map(_is_overload, definitions)):
            continue
        earlier = [each for each in definitions[:-1] if not _same(each.node, last.node)]
        if earlier:
            empty = _is_placeholder(last.node) and not all(_is_placeholder(each.node) for each in earlier)
            at = (last.step[0], last.node.lineno)
            yield Remark("placeholder-wins" if empty else "redefined", name, at, _places(earlier, name))


def _is_overload(each: Statement) -> bool:
    """One of several signatures of a function, as `typing` has it."""
    marks = getattr(each.node, "decorator_list", ())
    return any("overload" in (getattr(mark, "id", ""), getattr(mark, "attr", "")) for mark in marks)


def _reached(chosen: list[Statement], asked: Collection[str]) -> set[Step]:
    """The statements that what is asked for depends on; all of them where nothing is."""
    if not asked:
        return {each.step for each in chosen}
    by_name: dict[str, list[Statement]] = defaultdict(list)
    for each in chosen:
        for name in (*each.names.binds, *([each.patches] if each.patches else ())):
            by_name[name].append(each)
    seen: set[Step] = set()
    names, done = list(asked), set(asked)
    while names:
        for each in by_name.get(names.pop(), ()):
            if each.step not in seen:
                seen.add(each.step)
                new = set(each.names.needs) - done
                done |= new
                names += new
    return seen


def _made_anew(program: Program, name: str) -> tuple[Place, ...]:
    """Where exploration gives a constant another value after the last assignment that runs."""
    runs = program.runnable(name)
    if not runs or any(each.role != "constant" for each in runs):
        return ()
    return _places([each for each in program.binders[name] if each.step > runs[-1].step], name)


def _places(statements: Iterable[Statement], name: str) -> tuple[Place, ...]:
    return tuple((each.step[0], each.names.binds[name]) for each in statements)[:_MOST_PLACES]


def _same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees say the same, wherever they stand; without recursion, which deep trees would exhaust."""
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
        isinstance(each, (ast.Pass, ast.Raise))
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, DEFINITIONS) and _is_placeholder(each))
        for each in body
    )
