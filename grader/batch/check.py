"""One line of an audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """What was tried how often, and what did not hold; `cases` is what there is to say of single ones."""

    name: str
    tried: int
    held: int
    failures: tuple[str, ...] = ()
    remark: str = ""
    cases: dict[str, Any] = field(default_factory=dict)

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
