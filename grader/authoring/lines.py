"""The lines of an audit, and what the last two are made of: how far right and wrong answers stay from the tolerances.

A tolerance that lies between them by chance proves nothing. A distance is a difference divided by its tolerance
(`grader.judge.compare.distances`). Right answers, in whatever way they are computed, must stay below a tenth. A wrong
answer must have a distance of ten in one case, or fail a case by more than a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.assignment.manifest import Assignment
from grader.grading import Done
from grader.i18n import _
from grader.judge.run import FAR

NEAR = 1 / FAR
# The names for people; in JSON they are the same in every language.
TITLES: dict[str, Callable[[], str]] = {
    "handouts": lambda: _("handouts"),
    "reference": lambda: _("reference"),
    "two threads": lambda: _("two threads"),
    "stub": lambda: _("stub"),
    "liar": lambda: _("liar"),
    "misconceptions": lambda: _("misconceptions"),
    "alternatives": lambda: _("alternatives"),
    "mutants": lambda: _("mutants"),
    "honest errors": lambda: _("honest errors"),
    "smallest mistakes": lambda: _("smallest mistakes"),
}


@dataclass(frozen=True)
class AuditLine:
    """How many things were tried, how many held, and what failed; `cases` has details of single cases."""

    name: str
    tried: int
    held: int
    failures: tuple[str, ...] = ()
    remark: str = ""
    cases: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return TITLES[self.name]()

    @property
    def ok(self) -> bool:
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        value = {**asdict(self), "ok": self.ok, "failures": list(self.failures)}
        return value if self.cases else {name: value[name] for name in value if name != "cases"}


@dataclass
class Margins:
    """The distances that were measured while right and wrong answers were judged."""

    assignment: Assignment
    # Each is a distance, and whose it is: the greatest of a right answer, by case; the smallest by which a case fails a
    # wrong answer that no case fails more clearly; and the greatest of each wrong answer, with the case.
    honest: dict[str, tuple[float, str]] = field(default_factory=dict)
    caught: dict[str, tuple[float, str]] = field(default_factory=dict)
    wrong: dict[str, tuple[float, str]] = field(default_factory=dict)

    def right_answer(self, done: Done) -> None:
        """Record the distances of a right answer."""
        for case, distance in done.distances.items():
            if distance <= 1 and distance >= self.honest.get(case, (0.0, ""))[0]:
                self.honest[case] = (distance, done.key)

    def wrong_answer(self, done: Done, name: str) -> None:
        """Record in which case a wrong answer is farthest off."""
        failed = {case: distance for case, distance in done.distances.items() if distance > 1}
        if failed:
            case = max(failed, key=lambda case: failed[case])
            self.wrong[name] = (failed[case], case)
            if failed[case] < self.caught.get(case, (math.inf, ""))[0]:
                self.caught[case] = (failed[case], name)

    def honest_errors(self) -> AuditLine:
        """Right answers stay below a tenth of each tolerance."""
        close = {case: record for case, record in self.honest.items() if record[0] > NEAR}
        text = _("{where}: {case}: {name} is off by {distance} of the tolerance; allow at least ten times as much")
        failures = [
            text.format(where=self.where(case), case=name_of(case), name=name, distance=f"{distance:.2g}")
            for case, (distance, name) in close.items()
        ]
        greatest = max((distance for distance, _name in self.honest.values()), default=0.0)
        remark = _("at most {distance} of a tolerance").format(distance=f"{greatest:.2g}")
        return AuditLine(
            "honest errors", len(self.honest), len(self.honest) - len(close), tuple(failures), remark, self._table()
        )

    def smallest_mistakes(self) -> AuditLine:
        """Every wrong answer is off by ten tolerances in at least one case."""
        close = {name: record for name, record in self.wrong.items() if record[0] < FAR}
        text = _("{name}: off by {distance} tolerances at most, in {where} {case}; let a case show it better")
        failures = [
            text.format(name=name, distance=f"{distance:.2g}", where=self.where(case), case=name_of(case))
            for name, (distance, case) in close.items()
        ]
        smallest = min((distance for distance, _case in self.wrong.values()), default=math.inf)
        remark = "" if math.isinf(smallest) else _("at least {distance} tolerances").format(distance=f"{smallest:.2g}")
        return AuditLine(
            "smallest mistakes", len(self.wrong), len(self.wrong) - len(close), tuple(sorted(failures)), remark
        )

    def _table(self) -> dict[str, Any]:
        """For each case the nearest right and wrong answer; null where wrong ones differ by more than values."""
        return {
            case: {
                "where": self.where(case),
                "honest": distance,
                "mistake": self.caught[case][0] if case in self.caught and self.caught[case][0] < math.inf else None,
            }
            for case, (distance, _whose) in self.honest.items()
        }

    def where(self, case: str) -> str:
        """File and line on which a case's function is defined, or assigned where the shared inputs make it."""
        function = name_of(case).partition("[")[0]
        for file in (self.assignment.public_cases, *self.assignment.hidden_cases):
            for line, text in enumerate(file.read_text("utf-8").splitlines(), 1):
                if text.startswith((f"def {function}(", f"{function} = ")):
                    return f"{file.relative_to(self.assignment.folder).as_posix()}:{line}"
        return case.partition("::")[0]


def name_of(case: str) -> str:
    """`test_reductions[mean]` of a case's id."""
    return case.partition("::")[2]
