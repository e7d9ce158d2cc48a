"""Whether an answer was borrowed from what the assignment rules out.

A passed case is asked again of a worker in which the ruled-out parts of torch give other values (`bridge/canary.py`).
Where it passes no more, and passes in an ordinary worker still, the answer came from them. What is measured inside a
worker can be forged, so nothing is counted there: only the answers are looked at. This is for a person to look at and
never costs a point, since code can notice it, and honest code may change with it for reasons that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from grader.bridge.session import Session
from grader.i18n import _
from grader.judge.cases import Case
from grader.report.report import Note, Where
from grader.sandbox.worker import EndedError

# Asks a case of the worker of a host; the exception that ended it, None if it passed.
Play = Callable[[Session, Case], BaseException | None]
_MOST_ENDED = 2  # workers that ended: each may have cost the whole time of a case


@dataclass
class Passed:
    """The passed cases by the function or class that each asked last."""

    by_name: dict[str, list[Case]] = field(default_factory=dict)

    def add(self, name: str, case: Case) -> None:
        self.by_name.setdefault(name, []).append(case)

    def witnesses(self, cases: Sequence[Case]) -> dict[str, Case]:
        """One case for each name, since asking all twice would cost as much as the whole judgement.

        The first of those that most others need: that is one with values.
        """
        needs = [name for case in cases for name in case.info.needs]
        return {name: max(found, key=lambda case: sum(map(case.needed, needs))) for name, found in self.by_name.items()}


def borrowed(witnesses: Mapping[str, Case], canary: Session, ordinary: Session, play: Play) -> list[str]:
    """The names whose answers change with the canary and with nothing else. One worker runs at a time."""
    changed, ended = [], 0
    try:
        with suppress(EndedError):  # code that ends the worker there does so in each case too
            canary.transport()
        for name, case in witnesses.items():
            error = play(canary, case)
            if error is not None and not canary.budget.is_used_up:
                changed.append(name)
            if isinstance(error, EndedError):
                canary.drop()
                ended += 1
            if ended == _MOST_ENDED or canary.budget.is_used_up:
                break
    finally:
        canary.drop()
    return [name for name in changed if play(ordinary, witnesses[name]) is None]


def notes_of_borrowing(names: Iterable[str], places: Mapping[str, Where]) -> list[Note]:
    """A note for the staff on each."""
    text = _("Worth a look: {name} gives other answers once torch's own solutions do, so it seems to call them.")
    return [Note("look", text.format(name=name), places.get(name)) for name in names]
