"""Loading a submission into a fresh worker: which statements run, and what kept others from running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.assignment.manifest import Limits
from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.transport import ByteTransport
from grader.intake import Cell
from grader.report.report import Where
from grader.sandbox.budget import TimeBudget
from grader.sandbox.worker import EndedError

# A statement that imports, defines or sets a name may take as long as the manifest says. What fills a table, trains or
# asks may take this share of it: were all of it gone before the first case, other answers would pay for it.
_SMALL_SHARE = 0.3
MOST_SMALL_ENDED = 3  # of the latter, after which no more of them are run
_PARSING = -1  # the step of a cell before its first statement
_MOST_REMARKS = 50
_MOST_PROBLEMS = 1000  # the report names twenty; the text of each is the submission's choice
_NAME_LENGTH = 100


class LoadStep(NamedTuple):
    """A statement that runs: its cell, which of the cell's it is, and whether that takes no time to speak of."""

    cell: int
    statement: int
    is_quick: bool = True


@dataclass(frozen=True)
class LoadPlan:
    """How a submission is loaded, and what it finds in its worker."""

    mode: str = "definitions"  # or "whole": every cell runs
    asked: Sequence[str] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    canary: Sequence[str] = ()  # what gives other values in this worker
    selected: Sequence[LoadStep] = ()  # all that runs, where that is known already

    @property
    def whole(self) -> bool:
        return self.mode == "whole"


@dataclass(frozen=True)
class LoadProblem:
    """A statement of the submission that did not run: it raised, did not parse, or ended the worker."""

    cell: Cell
    line: int | None
    error: RaisedError | EndedError
    rest: bool = False  # what follows in this cell did not run either
    recovered: bool = False  # a fresh worker ran it
    index: int = _PARSING  # which statement of its cell it is


@dataclass(frozen=True)
class NameRemark:
    """Something about a name: where it is used or counts, and the other places that it is about."""

    kind: str
    name: str
    where: Where
    others: tuple[Where, ...]


class Loader:
    """Loads the same cells into one worker after another.

    What ended two workers is set aside and not run again: one may have been killed by the machine. Problems and remarks
    are those of the first worker: a later one may say what it has seen of hidden cases.
    """

    def __init__(self, cells: Sequence[Cell], plan: LoadPlan, limits: Limits, budget: TimeBudget) -> None:
        self.cells, self.plan, self.limits, self.budget = cells, plan, limits, budget
        self.selected = list(plan.selected)
        self.problems: list[LoadProblem] = []
        self.remarks: tuple[NameRemark, ...] = ()
        self.ended: EndedError | None = None  # how the last worker ended, where one did
        self._suspects: dict[tuple[str, int], LoadProblem] = {}
        self._set_aside: set[tuple[str, int]] = set()
        self._small_ended = 0
        self._small_done: set[tuple[str, int]] = set()
        self._is_first = True
        self._met: list[LoadProblem] = []  # by the worker that loads now

    def load(self, transport: ByteTransport) -> bool:
        """Parse all cells, then run what is to run; False if a cell or a statement ended the worker."""
        self._met, spent = [], self.budget.settle()
        parsed: list[dict[int, int]] = []
        at = (self.cells[0], _PARSING) if self.cells else None
        line, small = None, False
        begun, ended = -1, set[int]()  # the cell whose time runs, and those of which nothing more is run
        try:
            if self.cells:
                self.budget.grant(self.limits.load_seconds)
                transport.request("main")
            for cell in self.cells:
                at = cell, _PARSING
                parsed.append(dict(self._parse(transport, cell)))
            for number, index, quick in self._steps(transport, parsed):
                cell, line = self.cells[number], parsed[number].get(index)
                if line is None or number in ended:
                    continue
                at, small = (cell, index), not quick
                if small and self._left_out(cell, index, line):
                    continue
                if number != begun or not self._ends_cell(cell):
                    self.budget.grant(self._seconds(small))
                    begun = number
                known = (cell.label, index) in self._set_aside
                if (known or not self._run(transport, cell, index, line)) and self._ends_cell(cell):
                    ended.add(number)
                if small:
                    self._small_done.add((cell.label, index))
        except EndedError as error:
            assert at is not None, "a worker ended though it was asked nothing"
            self.ended = error
            cell, index = at
            key = cell.label, index
            if key not in self._suspects:  # asked again before it costs anything, and without a charge
                self._suspects[key] = LoadProblem(cell, line, error, recovered=True, index=index)
                self.budget.spent = spent
            elif error.how != "lost":
                self._set_aside.add(key)
                self._small_ended += small and index != _PARSING
                if self._is_first:
                    self.problems.append(LoadProblem(cell, line, error, self._ends_cell(cell), index=index))
            return False
        return True

    def finish(self) -> None:
        """Keep what the last worker met, unless an earlier one was loaded before it."""
        if self._is_first:
            recovered = [problem for key, problem in self._suspects.items() if key not in self._set_aside]
            self.problems += [*self._met, *recovered]
        self._is_first = False

    def _meet(self, problem: LoadProblem) -> None:
        if len(self._met) < _MOST_PROBLEMS:
            self._met.append(problem)

    def _left_out(self, cell: Cell, index: int, line: int | None) -> bool:
        """Whether this is one statement too many, after others of its kind have ended workers."""
        if self._small_ended < MOST_SMALL_ENDED or (cell.label, index) in self._small_done:
            return False
        if (cell.label, index) not in self._set_aside:
            self._meet(LoadProblem(cell, line, EndedError("left-out", "after others took too long"), index=index))
        return True

    def _seconds(self, small: bool) -> float:
        if self.plan.whole:
            return self.limits.cell_seconds
        return self.limits.load_seconds * (_SMALL_SHARE if small else 1)

    def _ends_cell(self, cell: Cell) -> bool:
        """Whether an error ends all of `cell`, as it does in a notebook; a plain file has no cells to end."""
        return self.plan.whole and cell.number is not None

    def _steps(self, transport: ByteTransport, parsed: list[dict[int, int]]) -> list[LoadStep]:
        """All that runs, in order."""
        if self.plan.whole:
            return [LoadStep(number, index) for number, part in enumerate(parsed) for index in part]
        if self.selected or not self.cells:
            return self.selected
        self.budget.grant(self.limits.load_seconds)
        try:
            labels = [cell.label for cell in self.cells]
            steps, remarks = transport.request("select", labels, list(self.plan.asked))
        except (BridgeError, TypeError, ValueError) as error:
            raise EndedError("crashed", f"broken reply: {error}") from error
        if self._is_first:
            self.remarks = remarks_of(remarks, self.cells)
        self.selected = steps_of(steps, [max(part, default=-1) + 1 for part in parsed])
        return self.selected

    def _parse(self, transport: ByteTransport, cell: Cell) -> list[tuple[int, int]]:
        """Index and line of the statements of a cell; what does not parse is a problem."""
        if (cell.label, _PARSING) in self._set_aside:
            return []
        self.budget.grant(self.limits.load_seconds)
        steps = []
        try:
            for index, (line, slip) in enumerate(transport.request("parse", cell.label, cell.source)):
                if slip is None:
                    steps.append((index, int(line)))
                else:
                    self._meet(LoadProblem(cell, int(line), RaisedError.from_wire(slip), index=index))
        except RaisedError as error:
            self._meet(LoadProblem(cell, None, error))
        except (BridgeError, TypeError, ValueError, OverflowError) as error:  # no answer of our own side of the worker
            raise EndedError("crashed", f"broken reply: {error}") from error
        return steps

    def _run(self, transport: ByteTransport, cell: Cell, index: int, line: int | None) -> bool:
        """Run one statement; False if it raised."""
        try:
            transport.request("run", cell.label, index)
        except RaisedError as error:
            own = [frame.line for frame in error.frames if frame.cell == cell.label]
            self._meet(LoadProblem(cell, own[-1] if own else line, error, self._ends_cell(cell), index=index))
            return False
        except BridgeError as error:
            raise EndedError("crashed", f"broken reply: {error}") from error
        return True


def steps_of(reply: object, sizes: Sequence[int]) -> list[LoadStep]:
    """Everything that is to run, in order and once; `sizes` counts the statements of each cell."""
    steps: dict[tuple[int, int], LoadStep] = {}
    for item in reply if isinstance(reply, (list, tuple)) else ():
        cell, index = _pair(item[:2]) if isinstance(item, (list, tuple)) else (-1, -1)
        if 0 <= cell < len(sizes) and 0 <= index < sizes[cell]:
            steps.setdefault((cell, index), LoadStep(cell, index, tuple(item[2:]) != (False,)))
    return list(steps.values())


def remarks_of(reply: object, cells: Sequence[Cell]) -> tuple[NameRemark, ...]:
    """The remarks that have the form of `grader.worker.selection.Remark`, each with its places in the cells."""
    remarks = []
    for item in list(reply)[:_MOST_REMARKS] if isinstance(reply, (list, tuple)) else ():
        match item:
            case [str(kind), str(name), at, others] if (where := _where(at, cells)) is not None:
                places = [_where(place, cells) for place in others] if isinstance(others, (list, tuple)) else []
                known = tuple(other for other in places if other is not None)
                remarks.append(NameRemark(kind, name[:_NAME_LENGTH], where, known))
    return tuple(remarks)


def _where(place: object, cells: Sequence[Cell]) -> Where | None:
    cell, line = _pair(place)
    return cells[cell].at(line) if 0 <= cell < len(cells) else None


def _pair(item: object) -> tuple[int, int]:
    """Two whole numbers, or (-1, -1), which is the place of nothing."""
    match item:
        case [first, second] if type(first) is int and type(second) is int:
            return first, second
    return -1, -1
