"""What a worker says while it loads a submission: which statements are to run, and remarks about names.

The worker says it before any line of the submission has run. It is data from the worker all the same, so its form is
checked here, and what has another form is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.submission import Cell
from grader.report.report import Where

_MOST_REMARKS = 50
_NAME_LENGTH = 100


@dataclass(frozen=True)
class NameRemark:
    """Something about a name: where it is used or counts, and the other places that it is about."""

    kind: str
    name: str
    where: Where
    others: tuple[Where, ...]


def steps_of(reply: object, sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Cell and statement of everything that is to run, in order; `sizes` counts the statements of each cell."""
    steps = []
    for item in reply if isinstance(reply, (list, tuple)) else ():
        cell, index = _pair(item)
        if 0 <= cell < len(sizes) and 0 <= index < sizes[cell]:
            steps.append((cell, index))
    return list(dict.fromkeys(steps))


def remarks_of(reply: object, cells: Sequence[Cell]) -> tuple[NameRemark, ...]:
    """The remarks that have the form of `grader.worker.selection.Remark`, each with its places in the cells."""
    remarks = []
    for item in list(reply)[:_MOST_REMARKS] if isinstance(reply, (list, tuple)) else ():
        if not isinstance(item, (list, tuple)) or len(item) != 4:
            continue
        kind, name, at, others = item
        where = _where(at, cells)
        if not isinstance(kind, str) or not isinstance(name, str) or where is None:
            continue
        places = [_where(place, cells) for place in others] if isinstance(others, (list, tuple)) else []
        known = tuple(other for other in places if other is not None)
        remarks.append(NameRemark(kind, name[:_NAME_LENGTH], where, known))
    return tuple(remarks)


def _where(place: object, cells: Sequence[Cell]) -> Where | None:
    cell, line = _pair(place)
    return cells[cell].at(line) if 0 <= cell < len(cells) else None


def _pair(item: object) -> tuple[int, int]:
    """Two whole numbers, or (-1, -1), which is the place of nothing."""
    if isinstance(item, (list, tuple)) and len(item) == 2:
        first, second = item
        if type(first) is int and type(second) is int:
            return first, second
    return -1, -1
