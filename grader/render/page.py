"""Pages made from templates: a report's page, and the frame of every other page.

Any room may have templates; a name such as `similarity/page.html` is its path here.

Two steps make every value harmless, and a template can't leave them out: `_harmless` takes out characters that do more
than print, then Jinja escapes. Only `Markup`, which this program makes of its own tags and of numbers, stays as it is.
A page is one file that loads nothing: its policy allows its own style and its own script, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import groupby, zip_longest
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.clean import inline, printable
from grader.i18n import _, language, ngettext
from grader.render import words
from grader.report.report import Kind, Plot, Report

_LONGEST = 20_000  # characters of any one text; filters cut most of them shorter
# A selector that outweighs those of notebooks, of which some name three ids: nothing has the id that it excludes.
_HEAVY = ".d2d:not(#d2d #d2d #d2d #d2d)"


def report_page(report: Report) -> str:
    """A whole HTML file, without network and script."""
    return framed("render/templates/page.html", report=report, fragment=False)


def fragment(report: Report) -> str:
    """The report as a part of another page: neither changes how the other looks."""
    style = asset("render/templates/fragment.css") + asset("render/templates/page.css")
    # The other page decides what a `rem` is (10 pixels in Jupyter's classic notebook), so pixels are used.
    style = re.sub(r"([\d.]+)rem\b", lambda size: f"{16 * float(size[1]):g}px", style)
    # Some of what a notebook says is `!important`: in that too the page's own style has the last word.
    style = re.sub(r"(?: !important)?;", " !important;", style.replace(".d2d", _HEAVY))
    return _rendered("render/templates/fragment.html", report=report, fragment=True, style=Markup(style))  # noqa: S704 — ours


def framed(template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), **values: Any) -> str:
    """A whole page, with the files of its styles and scripts written into it."""
    style = "".join(map(asset, ["render/templates/page.css", "render/templates/frame.css", *styles]))
    script = "".join(map(asset, scripts))
    allowed = [f"style-src {_hash(style)}", *([f"script-src {_hash(script)}"] if script else [])]
    policy = "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])
    return _rendered(template, style=Markup(style), script=Markup(script), policy=policy, **values)  # noqa: S704 — ours


def asset(name: str) -> str:
    """The text of a style or a script, by its path in the package."""
    return files("grader").joinpath(*name.split("/")).read_text("utf-8")


@cache
def templates() -> Environment:
    """All templates, with what they may call. `svg` draws pictures."""
    environment = Environment(
        loader=PackageLoader("grader", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "ngettext": ngettext, "words": words, "plot_frame": PlotFrame}
    environment.globals["svg"] = environment.get_template("render/templates/svg.html").module
    environment.filters |= {
        "line": inline,
        "text": lambda text, limit: printable(text, limit).strip("\n"),
        "moment": _moment,
        "decimal": _decimal,
        "troubles": words.wrong_cases,
    }
    return environment


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


def _rendered(template: str, **values: Any) -> str:
    """The text that a template gives for `values`, in the language in use."""
    return templates().get_template(template).render(lang=language(), **values)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _harmless(value: Any) -> Any:
    return printable(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def _moment(iso: str) -> str:
    """A time as people write it."""
    try:
        at = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    except ValueError:  # some tests and programs write reports without a time
        return iso
    return f"{at:%Y-%m-%d %H:%M} " + (f"{at:%z}" if at.utcoffset() else "UTC")


def _decimal(number: Fraction, places: int = 1) -> str:
    return f"{float(number):.{places}f}".rstrip("0").rstrip(".") if number.denominator > 1 else str(number)
