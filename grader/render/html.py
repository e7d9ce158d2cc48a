"""A report as one HTML file: what the terminal shows, for a browser or a notebook's cell."""

from __future__ import annotations

import io
from html import escape

from rich.console import Console

from grader.clean import inline
from grader.i18n import language
from grader.records.report import Report
from grader.render.terminal import show

_WIDTH = 96
# Nothing is loaded and nothing runs. In a notebook the page lies inside another, so styles stay on their elements.
_PAGE = """<!doctype html>
<html lang="{{lang}}"><head><meta charset="utf-8"><title>{{title}}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"></head>
<body><pre lang="{{lang}}" style="font-family:ui-monospace,SFMono-Regular,Consolas,'D2Coding',monospace;\
line-height:1.45;white-space:pre;overflow-x:auto;padding:1em;background:#fff;color:#1f2328">{code}</pre></body></html>
"""


def html(report: Report) -> str:
    """The page; everything that came from the student is escaped, by the terminal's rules and then by HTML's."""
    console = Console(record=True, file=io.StringIO(), width=_WIDTH, force_terminal=True, color_system="truecolor")
    show(report, console)
    page = console.export_html(code_format=_PAGE, inline_styles=True)
    title = escape(inline(f"{report.assignment} · {report.title}"))
    return page.replace("{lang}", language()).replace("{title}", title)
