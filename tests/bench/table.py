"""A row of the benchmark, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure, and the bound that it is held against (None: for information)."""

    what: str
    figure: float
    bound: float | None
    unit: str
    meaning: str

    @property
    def held(self) -> bool:
        return self.bound is None or self.figure <= self.bound

    def __str__(self) -> str:
        bound = "" if self.bound is None else f"≤ {self.bound:.3f} {self.unit}"
        mark = " " if self.bound is None else "✓" if self.held else "✗"
        return f"{mark} {self.what:34} {self.figure:9.3f} {self.unit:3} {bound:12} {self.meaning}"
