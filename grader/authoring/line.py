"""One line of an audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader.i18n import _

# The names for people; in JSON they are the same in every language.
TITLES: dict[str, Callable[[], str]] = {
    "handouts": lambda: _("handouts"),
    "reference": lambda: _("reference"),
    "two threads": lambda: _("two threads"),
    "stub": lambda: _("stub"),
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
        return {
            "name": self.name,
            "ok": self.ok,
            "tried": self.tried,
            "held": self.held,
            "remark": self.remark,
            "failures": list(self.failures),
            **({"cases": self.cases} if self.cases else {}),
        }
