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
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.clean import inline, printable
from grader.i18n import _, language, ngettext
from grader.render import words
from grader.render.svg import PlotFrame
from grader.report.report import Report

_LONGEST = 20_000  # characters of any one text; filters cut most of them shorter


def report_page(report: Report) -> str:
    """A whole HTML file, without network and script."""
    return framed("render/templates/page.html", report=report, fragment=False)


def fragment(report: Report) -> str:
    """The report as a part of another page; its style changes nothing else of that page."""
    # The other page decides what a `rem` is (10 pixels in Jupyter's classic notebook), so pixels are used.
    style = re.sub(r"([\d.]+)rem\b", lambda size: f"{16 * float(size[1]):g}px", asset("render/templates/page.css"))
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
