"""Pages made from templates. Any room may have templates; a name such as `similarity/page.html` is its path here.

Two steps make every value harmless, and a template can't leave them out: `_harmless` takes out characters that do more
than print, then Jinja escapes. Only `Markup`, which this program makes of its own tags and of numbers, stays as it is.
A page is one file that loads nothing: its policy allows its own style and its own script, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.clean import inline, printable
from grader.i18n import _, language, ngettext
from grader.render import svg, words
from grader.render.cases import labelled
from grader.report.report import Verdict

_LONGEST = 20_000  # characters of any one text; filters cut most of them shorter


def rendered(template: str, **values: Any) -> str:
    """The text that a template gives for `values`, in the language in use."""
    return _environment().get_template(template).render(lang=language(), **values)


def framed(template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), **values: Any) -> str:
    """A whole page, with the files of its styles and scripts written into it."""
    style = "".join(map(asset, ["render/templates/page.css", "render/templates/frame.css", *styles]))
    script = "".join(map(asset, scripts))
    allowed = [f"style-src {_hash(style)}", *([f"script-src {_hash(script)}"] if script else [])]
    policy = "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])
    return rendered(template, style=Markup(style), script=Markup(script), policy=policy, **values)  # noqa: S704 — ours


def asset(name: str) -> str:
    """The text of a style or a script, by its path in the package."""
    return files("grader").joinpath(*name.split("/")).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "ngettext": ngettext, "words": words, "svg": svg}
    environment.filters |= {
        "line": inline,
        "text": _text,
        "moment": _moment,
        "decimal": _decimal,
        "labelled": labelled,
        "passed": lambda section: [case for case in section.cases if case.verdict is Verdict.PASSED],
        "skipped": lambda section: [case for case in section.cases if case.verdict is Verdict.SKIPPED],
        "troubles": words.wrong_cases,
    }
    return environment


def _harmless(value: Any) -> Any:
    return printable(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def _text(text: str, limit: int) -> str:
    return printable(text, limit).strip("\n")


def _moment(iso: str) -> str:
    """A time as people write it."""
    try:
        at = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    except ValueError:  # some tests and programs write reports without a time
        return iso
    zone = "UTC" if at.utcoffset() in (None, timedelta(0)) else f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M} {zone}"


def _decimal(number: Fraction, places: int = 1) -> str:
    return f"{float(number):.{places}f}".rstrip("0").rstrip(".") if number.denominator > 1 else str(number)
