"""Whether an answer was borrowed from what the assignment rules out.

A passed case is asked again of a worker in which the ruled-out parts of torch give other values (`worker/canary.py`).
If it fails there and still passes in an ordinary worker, the answer came from those parts. Only answers are compared,
because whatever is counted inside a worker can be forged. The result is a note for a person and never costs a point:
code can notice the canary, and honest code may change with it for reasons that nobody thought of.
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

# Runs a case in a session; the exception that ended it, None if it passed.
Play = Callable[[Session, Case], BaseException | None]
_MOST_ENDED = 2  # workers that ended: each may have cost the whole time of a case


@dataclass
class Passed:
    """The passed cases by the function or class that each asked last."""

    by_name: dict[str, list[Case]] = field(default_factory=dict)

    def add(self, name: str, case: Case) -> None:
        self.by_name.setdefault(name, []).append(case)

    def witnesses(self, cases: Sequence[Case]) -> dict[str, Case]:
        """One case for each name, because running all of them twice would take as long as judging did.

        It is the one that most other cases need, since such a case compares values.
        """
        needs = [name for case in cases for name in case.info.needs]
        return {name: max(own, key=lambda case: sum(map(case.needed, needs))) for name, own in self.by_name.items()}


def borrowed(witnesses: Mapping[str, Case], canary: Session, ordinary: Session, play: Play) -> list[str]:
    """The names whose answers change with the canary and stay the same without it. One worker runs at a time."""
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
