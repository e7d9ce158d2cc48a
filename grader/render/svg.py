"""Where the numbers of a plot stand in its picture. `templates/svg.html` draws this picture and all others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, zip_longest

from grader.report.report import Kind, Plot


class PlotFrame:
    """Turns the numbers of a plot into places in a picture of this size."""

    width, height = 520, 170
    left, right, top, bottom = 64, 510, 10, 146  # of the rectangle in which values are drawn

    def __init__(self, numbers: Plot) -> None:
        """A frame for all finite values; for the values of an array zero is in it too."""
        self.numbers, self.curve = numbers, numbers.kind is Kind.CURVE
        self.count = max(len(numbers.expected), len(numbers.yours))
        finite = [value for value in (*numbers.expected, *numbers.yours) if value is not None]
        finite += [] if self.curve else [0.0]
        self.low, self.high = min(finite, default=0.0), max(finite, default=1.0)
        if self.low == self.high:
            self.low, self.high = self.low - 1, self.high + 1

    def x(self, at: int) -> float:
        share = at / max(self.count - 1, 1) if self.curve else (at + 0.5) / self.count
        return round(self.left + (self.right - self.left) * share, 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom - (self.bottom - self.top) * share, 1)

    def ticks(self) -> list[float]:
        """The lowest and the highest value, and zero where there is room between them."""
        ends = [self.low, self.high]
        room = self.low < 0 < self.high and min(abs(self.y(0) - self.y(end)) for end in ends) > 14
        return [*ends, 0.0] if room else ends

    def values(self) -> Iterator[tuple[float, float | None, float | None]]:
        """For each pair of values where it stands: x, then y of the expected one and of the student's, or None."""
        for at, pair in enumerate(zip_longest(self.numbers.expected, self.numbers.yours)):
            expected, yours = (None if value is None else self.y(value) for value in pair)
            yield self.x(at), expected, yours

    def curves(self) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """The parts of both curves between their gaps, each with the name of its side."""
        for name, series in (("expected", self.numbers.expected), ("yours", self.numbers.yours)):
            for is_gap, run in groupby(enumerate(series), key=lambda step: step[1] is None):
                if not is_gap:
                    yield name, [(self.x(at), self.y(value)) for at, value in run if value is not None]
