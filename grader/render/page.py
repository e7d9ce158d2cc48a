"""A report as an HTML page, or as a part of one for the output of a notebook's cell."""

from __future__ import annotations

import re

from markupsafe import Markup

from grader.render.templating import asset, framed, rendered
from grader.report.report import Report


def report_page(report: Report) -> str:
    """A whole HTML file, without network and script."""
    return framed("render/templates/page.html", report=report, fragment=False)


def fragment(report: Report) -> str:
    """The report as a part of another page; its style changes nothing else of that page."""
    # The other page decides what a `rem` is (10 pixels in Jupyter's classic notebook), so pixels are used.
    style = re.sub(r"([\d.]+)rem\b", lambda size: f"{16 * float(size[1]):g}px", asset("render/templates/page.css"))
    return rendered("render/templates/fragment.html", report=report, fragment=True, style=Markup(style))  # noqa: S704 — ours
