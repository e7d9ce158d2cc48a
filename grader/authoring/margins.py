"""How far right and wrong answers stay from the tolerances: a tolerance drawn between them by chance proves nothing.

A distance is a difference in tolerances (`grader.judge.measure`). Right answers, however they are computed,
must stay below a tenth; a wrong one must be ten off in one case at least, or fail a case by more than
a value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from grader.assignment.manifest import Assignment
from grader.authoring.line import AuditLine
from grader.grading.task import Done
from grader.i18n import _
from grader.judge.run import FAR

NEAR = 1 / FAR


@dataclass
class Margins:
    """What was measured on the way, while right and wrong answers were judged anyway."""

    assignment: Assignment
    honest: dict[str, tuple[float, str]] = field(default_factory=dict)  # the greatest of each case, and whose it is
    caught: dict[str, tuple[float, str]] = field(default_factory=dict)  # the smallest that alone catches somebody
    wrong: dict[str, tuple[float, str]] = field(default_factory=dict)  # of each wrong answer: the greatest, and where

    def right_answer(self, done: Done) -> None:
        """Take note of a right answer's distances."""
        for case, distance in done.distances.items():
            if distance <= 1 and distance >= self.honest.get(case, (0.0, ""))[0]:
                self.honest[case] = (distance, done.key)

    def wrong_answer(self, done: Done, name: str) -> None:
        """Take note of the case that is farthest from what a wrong answer says."""
        failed = {case: distance for case, distance in done.distances.items() if distance > 1}
        if failed:
            case = max(failed, key=lambda case: failed[case])
            self.wrong[name] = (failed[case], case)
            if failed[case] < self.caught.get(case, (math.inf, ""))[0]:
                self.caught[case] = (failed[case], name)

    def check_honest(self) -> AuditLine:
        """Right answers that are computed otherwise stay below a tenth of each tolerance."""
        close = {case: found for case, found in self.honest.items() if found[0] > NEAR}
        text = _("{where}: {case}: {name} is off by {distance} of the tolerance; allow at least ten times as much")
        failures = [
            text.format(where=self._where(case), case=_name(case), name=name, distance=f"{distance:.2g}")
            for case, (distance, name) in close.items()
        ]
        greatest = max((distance for distance, _name in self.honest.values()), default=0.0)
        remark = _("at most {distance} of a tolerance").format(distance=f"{greatest:.2g}")
        return AuditLine(
            "honest errors", len(self.honest), len(self.honest) - len(close), tuple(failures), remark, self._table()
        )

    def check_wrong(self) -> AuditLine:
        """Wrong answers are off by ten tolerances in one case at least."""
        close = {name: found for name, found in self.wrong.items() if found[0] < FAR}
        text = _("{name}: off by {distance} tolerances at most, in {where} {case}; let a case show it better")
        failures = [
            text.format(name=name, distance=f"{distance:.2g}", where=self._where(case), case=_name(case))
            for name, (distance, case) in close.items()
        ]
        smallest = min((found for found, _case in self.wrong.values()), default=math.inf)
        remark = "" if math.isinf(smallest) else _("at least {distance} tolerances").format(distance=f"{smallest:.2g}")
        return AuditLine(
            "smallest mistakes", len(self.wrong), len(self.wrong) - len(close), tuple(sorted(failures)), remark
        )

    def _table(self) -> dict[str, Any]:
        """Both sides of each case's tolerances; null: nothing but values of another shape, kind or exception."""
        return {
            case: {
                "where": self._where(case),
                "honest": distance,
                "mistake": self.caught[case][0] if case in self.caught and self.caught[case][0] < math.inf else None,
            }
            for case, (distance, _whose) in self.honest.items()
        }

    def _where(self, case: str) -> str:
        """File and line of a case's function; the file alone where a function of the shared inputs makes it."""
        function = _name(case).partition("[")[0]
        for file in (self.assignment.public_cases, *self.assignment.hidden_cases):
            for line, text in enumerate(file.read_text("utf-8").splitlines(), 1):
                if text.startswith(f"def {function}("):
                    return f"{file.relative_to(self.assignment.folder).as_posix()}:{line}"
        return case.partition("::")[0]


def _name(case: str) -> str:
    return case.partition("::")[2]
