"""What people and programs read of a report: a module for each form.

A new form is one file here and one line in FORMS.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grader.report.report import Report


class Form(NamedTuple):
    """Where the function of a form is; it takes reports, and gives the text of a file."""

    module: str
    function: str
    one_report: bool = False  # a file of this form holds a single report


FORMS = {
    "junit": Form("junit", "junit"),
    "markdown": Form("markdown", "markdown_of_all"),
    "html": Form("page", "report_page", one_report=True),
    "csv": Form("sheet", "by_section"),
    "gradescope": Form("gradescope", "gradescope", one_report=True),
}


def render(form: str, reports: Sequence[Report]) -> str:
    """The reports in one of FORMS; its module is loaded now, since most commands need none of them."""
    module, name, one_report = FORMS[form]
    function = getattr(import_module(f"grader.render.{module}"), name)
    return str(function(*reports) if one_report else function(reports))
