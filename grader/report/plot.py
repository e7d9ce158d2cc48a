"""A few numbers of a public case, for where a picture says more than words: what was expected over what came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

MOST_VALUES = 100  # of a series; a report stays small, and a picture of more is only a smear
FURTHEST = 1e300  # beyond it nothing can be drawn, since already a difference overflows


class Kind(str, Enum):
    """What stands next to each other on the axis."""

    VALUES = "values"  # the values of an array, in its order
    CURVE = "curve"  # one number a step: the history of a training


@dataclass(frozen=True)
class Plot:
    """Two series of equal length; None stands for a value that is not finite. `total` counts what was cut off too."""

    kind: Kind
    expected: tuple[float | None, ...]
    yours: tuple[float | None, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "expected": list(self.expected),
            "yours": list(self.yours),
            "total": self.total,
        }
