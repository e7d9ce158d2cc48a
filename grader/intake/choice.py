"""Which of several files is judged: of several versions of one work, the one in which most is done.

The times of files prove nothing, since a clone, an archive and a download set new ones. So the content decides, and
a note in the report says which version was judged.

Python's own parser says which definitions are written, and which are still the placeholder of the stub. It runs no
code, but hostile text can keep it busy and make it fail in several ways: so it gets a bounded amount, and what it does
not take counts as not written.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from grader.clean import first_few
from grader.errors import BadInputError
from grader.i18n import _
from grader.intake import PYTHON, Cell
from grader.intake.candidate import Candidate, kind, stem
from grader.report.report import Note, Where

_MAX_VERSIONS = 20
_NAMES_SHOWN = 5
# What people and browsers add to a name when they save the same work again.
_VERSION_MARKS = re.compile(
    r"\(\d+\)|copy of|의 사본|사본|복사본|[-_ ](?:copy|final|최종|수정|제출|draft|old|new)\d*"
    r"|[-_ ]v\d+|[-_ ]?20\d{6}|[-_ ]\d+\Z"
)
_NUMBER = re.compile(r"(?:\((\d{1,9})\)|[-_ ]v(\d{1,9})|[-_ ](\d{1,9}))\Z")
_MOST_PARSED = 1 << 18  # characters of one version: 1.5 seconds and 160 MB at worst; a term's work is a tenth of it
_MOST_MENDED = 1 << 15  # of a cell that does not parse as a whole: its parts are tried several times
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Work:
    """A candidate after it was opened: its cells, or why it can't be read."""

    candidate: Candidate
    data: bytes
    cells: tuple[Cell, ...] = ()
    notes: tuple[Note, ...] = ()
    error: BadInputError | None = None


def choose(
    candidates: Sequence[Candidate],
    assignment: str,
    asked: Collection[str],
    open_: Callable[[Candidate], Work],
    where: str,
) -> tuple[Work, tuple[Note, ...]]:
    """The candidate that is meant, and a note where others were left out."""
    meant = _by_name(candidates, assignment)
    if not meant:
        what = _("There is no Python file and no notebook in this folder.")
        raise BadInputError(what, where=where, hint=_hint(assignment))
    if len(meant) > _MAX_VERSIONS:
        raise _several(meant, assignment, where)
    # Of works with the same content the first is enough.
    works = list({work.data: work for work in map(open_, reversed(meant))}.values())[::-1]
    readable = [work for work in works if work.error is None]
    if not readable:
        raise next(work.error for work in works if work.error is not None)
    if len(readable) == 1:  # nothing is to be compared, and parsing takes time
        return readable[0], ()
    scored = [(_score(work, asked), work) for work in readable]
    ranked = [work.candidate for _points, work in sorted(scored, key=itemgetter(0), reverse=True)]
    only_one_has_answers = sum(score.asked > 0 for score, _work in scored) == 1
    if not only_one_has_answers and not _are_versions(ranked, assignment):
        raise _several(ranked, assignment, where)
    best = max(scored, key=itemgetter(0))
    return best[1], _note(best, [other for other in scored if other is not best and other[0].filled])


def _by_name(candidates: Sequence[Candidate], assignment: str) -> Sequence[Candidate]:
    """Those that the assignment's name is on; else those in a folder of that name; else all."""
    own = [candidate for candidate in candidates if is_named(stem(candidate.name), assignment)]
    inside = [candidate for candidate in candidates if is_named(candidate.name.rpartition("/")[0], assignment)]
    return own or inside or candidates


def is_named(text: str, assignment: str) -> bool:
    """`HW_01-kim` names hw1; hw10 does not."""
    word, digits = re.fullmatch(r"(.*?)(\d*)", assignment.lower(), re.DOTALL).groups()  # type: ignore[union-attr]
    number = rf"[\s_-]*0*{int(digits)}(?!\d)" if digits else r"(?![a-z])"
    return re.search(rf"(?<![a-z]){re.escape(word)}{number}", text.lower()) is not None


def _are_versions(candidates: Iterable[Candidate], assignment: str) -> bool:
    """Whether these are one work saved several times."""
    names = [stem(candidate.name) for candidate in candidates]
    if all(is_named(name, assignment) for name in names):
        return True
    return len({_VERSION_MARKS.sub("", name.lower()).strip(" -_") for name in names}) == 1


class _Score(NamedTuple):
    """How far a version has come; what stands first decides."""

    asked: int  # how many of the names asked for are filled in
    filled: int  # how many definitions are filled in at all
    runs: int  # the count of the cell that was run last
    version: int  # the number in the name
    shortness: int  # of the name
    is_script: bool


_Scored = tuple[_Score, Work]


def _score(work: Work, asked: Collection[str]) -> _Score:
    name = work.candidate.name
    names, filled = written_names(work.cells)
    runs = max((cell.count or 0 for cell in work.cells), default=0)
    number = _NUMBER.search(stem(name))
    version = next((int(digits) for digits in number.groups() if digits), 0) if number else 0
    return _Score(len(names & set(asked)), filled, runs, version, -len(name), kind(name) == PYTHON)


def _note(best: _Scored, others: Sequence[_Scored]) -> tuple[Note, ...]:
    """Which version was taken and why; nothing where the others are unfilled or unreadable."""
    if not others:
        return ()
    mine, second = best[0], max(score for score, _work in others)
    if mine[:2] != second[:2]:
        text = _("{name} was judged, the version with most filled in. Left out: {others}.")
    elif mine.runs != second.runs:
        text = _("{name} was judged, the version whose cells were run last. Left out: {others}.")
    else:
        text = _("{name} was judged, the latest version by its name. Left out: {others}.")
    name, left_out = best[1].candidate.name, _names(work.candidate for _score, work in others)
    return (Note("versions", text.format(name=name, others=left_out), Where(name)),)


def _several(candidates: Iterable[Candidate], assignment: str, where: str) -> BadInputError:
    text = _("Several files could be meant: {names}.").format(names=_names(candidates))
    return BadInputError(text, where=where, hint=_hint(assignment))


def _names(candidates: Iterable[Candidate]) -> str:
    return first_few((candidate.name for candidate in candidates), _NAMES_SHOWN)


def _hint(assignment: str) -> str:
    return _("Name the file: d2d check {assignment} FILE").format(assignment=assignment)


def written_names(cells: Iterable[Cell]) -> tuple[frozenset[str], int]:
    """The names that are defined and filled at the top of the cells, and how many definitions are filled in all."""
    names, count, left = set(), 0, _MOST_PARSED
    for cell in cells:
        left -= len(cell.source)
        tree = _parsed(cell.source) if left >= 0 else ast.Module([], [])
        names |= {name for statement in _flat(tree.body) for name in _filled_names(statement)}
        count += sum(_is_filled(node) for node in ast.walk(tree) if isinstance(node, _Definition))
    return frozenset(names), count


def defined_names(cells: Iterable[Cell]) -> frozenset[str]:
    """The names of functions and classes at the top of the cells, filled in or not."""
    left, names = _MOST_PARSED, set()
    for cell in cells:
        left -= len(cell.source)
        tree = _parsed(cell.source) if left >= 0 else ast.Module([], [])
        names |= {statement.name for statement in _flat(tree.body) if isinstance(statement, _Definition)}
    return frozenset(names)


def _parsed(source: str) -> ast.Module:
    """The tree of a cell, without what is no Python in it; an empty one where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the text of a member, whom it would not reach
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if len(source) > _MOST_MENDED:
                return ast.Module([], [])
            from grader.worker.namespace import parse_cell

            return ast.Module([part.node for part in parse_cell(source, "") if part.node is not None], [])


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """These statements, and those that stand in an `if`, a `try` or a `with` among them."""
    waiting = list(body)
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            waiting += [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
            handlers: list[ast.ExceptHandler] = getattr(statement, "handlers", [])
            waiting += [part for handler in handlers for part in handler.body]


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
