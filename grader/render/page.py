"""A report as a page for the browser, or as a part of one for a notebook's cell."""

from __future__ import annotations

import re

from markupsafe import Markup

from grader.render.templating import asset, framed, rendered
from grader.report.report import Report


def report_page(report: Report) -> str:
    """A whole file, which needs nothing beside it: no network, no script."""
    return framed("render/templates/page.html", report=report, fragment=False)


def fragment(report: Report) -> str:
    """The same as a part of another page: its style holds below its own element and nowhere else."""
    # Another page may call a `rem` what it likes: in Jupyter's classic notebook it is 10 pixels.
    style = re.sub(r"([\d.]+)rem\b", lambda size: f"{16 * float(size[1]):g}px", asset("render/templates/page.css"))
    return rendered("render/templates/fragment.html", report=report, fragment=True, style=Markup(style))  # noqa: S704 — ours
