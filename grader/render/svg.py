"""Small pictures made of numbers: bars, plots, histograms. They hold no text of members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from grader.i18n import _, ngettext
from grader.report.report import Kind, Plot

_WIDTH, _HEIGHT = 520, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 10, 10, 24
_EMPTY = Markup()


def bar(points: Fraction | int, most: Fraction | int, mark: int | None = None) -> Markup:
    """How much of `most` was earned, and the pass mark (a percentage). The page says the same in text."""
    share = 100 * float(points / most) if most else 0.0
    short = share < (100 if mark is None else mark)
    line = _EMPTY if mark is None else Markup('<line class="mark" x1="{0}" x2="{0}" y1="0" y2="10"/>').format(mark)
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="10" rx="1"/>'
        '<rect class="part{}" width="{}" height="10" rx="1"/>{}</svg>'
    ).format(" short" if short else "", f"{share:.2f}", line)


def plot(numbers: Plot) -> Markup:
    """The student's values, drawn over the expected ones."""
    frame = _Frame.of(numbers)
    curve = numbers.kind is Kind.CURVE
    marks = list(_curves(frame, numbers) if curve else _values(frame, numbers))
    label = (
        _("what was expected, step by step, and yours") if curve else _("what was expected, value by value, and yours")
    )
    return Markup(
        '<figure class="plot"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>{}</figure>'
    ).format(_WIDTH, _HEIGHT, label, _join(frame.axes()), _join(marks), _caption(numbers))


def histogram(counts: Sequence[int], pass_percent: int) -> Markup:
    """How many reports have 0 to 9 %, 10 to 19 %, …, and the pass mark; the label is for screen readers."""
    width, height, top, bottom = 640, 190, 18, 26
    column, tallest = width / len(counts), max(*counts, 1)
    parts = []
    names = [f"{10 * at}–{100 if at == len(counts) - 1 else 10 * at + 9}%" for at in range(len(counts))]
    for at, (name, count) in enumerate(zip(names, counts, strict=True)):
        x, tall = at * column, (height - top - bottom) * count / tallest
        below = " below" if 10 * (at + 1) <= pass_percent else ""
        shape = Markup('<rect class="column{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
        parts.append(shape.format(below, x + 4, height - bottom - tall, column - 8, tall))
        text = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>')
        parts.append(text.format("label", x + column / 2, height - 8, name))
        parts.append(text.format("count", x + column / 2, height - bottom - tall - 5, count or ""))
    line = Markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>')
    mark = width * min(pass_percent, 100) / 100
    parts.append(line.format("axis", 0, width, height - bottom, height - bottom))
    parts.append(line.format("mark", mark, mark, top, height - bottom))
    label = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True) if count)
    return Markup(
        '<figure class="distribution"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>'
    ).format(width, height, label, _join(parts))


@dataclass(frozen=True)
class _Frame:
    """Turns numbers into places in the picture."""

    low: float
    high: float
    count: int
    centred: bool

    @classmethod
    def of(cls, numbers: Plot) -> _Frame:
        """A frame for all finite values; for the values of an array zero is in it too."""
        centred = numbers.kind is Kind.VALUES
        finite = [value for value in (*numbers.expected, *numbers.yours) if value is not None] + [0.0] * centred
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        if low == high:
            low, high = low - 1, high + 1
        return cls(low, high, max(len(numbers.expected), len(numbers.yours)), centred)

    def x(self, at: int) -> float:
        width = _WIDTH - _LEFT - _RIGHT
        share = (at + 0.5) / self.count if self.centred else at / max(self.count - 1, 1)
        return round(_LEFT + width * share, 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share, 1)

    def axes(self) -> Iterator[Markup]:
        """Lines with labels at the lowest and the highest value, and at zero where there is room between them."""
        ticks = [self.low, self.high]
        if self.low < 0 < self.high and min(abs(self.y(0) - self.y(tick)) for tick in ticks) > 14:
            ticks.append(0.0)
        for tick in ticks:
            y = self.y(tick)
            yield Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, _WIDTH - _RIGHT, y, y)
            text = Markup('<text class="label" x="{}" y="{}" text-anchor="end">{}</text>')
            yield text.format(_LEFT - 6, y + 4, f"{tick:.3g}")
        for at in {0, self.count - 1}:
            text = Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>')
            yield text.format(self.x(at), _HEIGHT - 8, at + 1)


def _values(frame: _Frame, numbers: Plot) -> Iterator[Markup]:
    """A ring for each expected value, a dot for the student's, and a line between them."""
    radius = 4 if frame.count <= 50 else 2.5
    for at, (expected, yours) in enumerate(zip(numbers.expected, numbers.yours, strict=False)):
        x = frame.x(at)
        if expected is not None and yours is not None:
            gap = Markup('<line class="gap" x1="{}" x2="{}" y1="{}" y2="{}"/>')
            yield gap.format(x, x, frame.y(expected), frame.y(yours))
        if expected is not None:
            yield Markup('<circle class="expected" cx="{}" cy="{}" r="{}"/>').format(x, frame.y(expected), radius)
        if yours is not None:
            dot = Markup('<circle class="yours" cx="{}" cy="{}" r="{}"/>')
            yield dot.format(x, frame.y(yours), radius - 1)


def _curves(frame: _Frame, numbers: Plot) -> Iterator[Markup]:
    for name, series in (("expected", numbers.expected), ("yours", numbers.yours)):
        for run in _runs(series):
            points = " ".join(f"{frame.x(at)},{frame.y(value)}" for at, value in run)
            yield Markup('<polyline class="{} curve" points="{}"/>').format(name, points)
            if len(run) == 1:
                (at, value), *_rest = run
                yield Markup('<circle class="{}" cx="{}" cy="{}" r="2"/>').format(name, frame.x(at), frame.y(value))


def _runs(series: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The parts of a series between its gaps."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate((*series, None)):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []


def _caption(numbers: Plot) -> Markup:
    """The key of the picture, and what it leaves out."""
    curve = numbers.kind is Kind.CURVE
    remarks = []
    if numbers.total > len(numbers.expected):
        text = _("the first {n} of {total} values")
        remarks.append(text.format(n=len(numbers.expected), total=numbers.total))
    gaps = sum(value is None for value in numbers.yours)
    if gaps:
        text = ngettext("{n} of yours is not finite", "{n} of yours are not finite", gaps)
        remarks.append(text.format(n=gaps))
    items = [
        Markup("<span>{} {}</span>").format(_key("expected", curve), _("expected")),
        Markup("<span>{} {}</span>").format(_key("yours", curve), _("yours")),
        *(Markup("<span>{}</span>").format(remark) for remark in remarks),
    ]
    return Markup('<figcaption class="key small">{}</figcaption>').format(_join(items))


def _key(name: str, curve: bool) -> Markup:
    if curve:
        mark = Markup('<polyline class="{} curve" points="1,6 27,6"/>').format(name)
    else:
        mark = Markup('<circle class="{}" cx="14" cy="6" r="{}"/>').format(name, 4 if name == "expected" else 3)
    return Markup('<svg viewBox="0 0 28 12" aria-hidden="true">{}</svg>').format(mark)


def _join(parts: Sequence[Markup] | Iterator[Markup]) -> Markup:
    return _EMPTY.join(parts)
