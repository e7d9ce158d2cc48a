"""A class on one assignment as a page for the staff: who stands where, what is hard, who is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from grader.grading.cohort import Cohort
from grader.render.templating import framed
from grader.report.summary import Row

_HARDEST = 10
_STEPS = 10  # of colour in the heat map


def class_page(cohort: Cohort, *, reports: str = "reports", pages: str | None = None) -> str:
    """The page. `reports` and `pages` are folders beside it: NAME.json in the one, NAME.html in the other, if any."""
    return framed(
        "grading/classpage.html",
        styles=["render/templates/members.css", "grading/classpage.css"],
        scripts=["render/templates/members.js"],
        cohort=cohort,
        hardest=[case for case in cohort.cases if case.lost][:_HARDEST],
        heat=_heat(cohort),
        link=_link(reports, pages),
    )


def _heat(cohort: Cohort) -> Callable[[Row, str], int | None]:
    """The step of colour of a member's section; None where there is no such section in the report."""

    def step(row: Row, section: str) -> int | None:
        most = cohort.sections[section]
        if section not in row.sections or not most:
            return None
        return int(_STEPS * row.sections[section] / most)

    return step


def _link(reports: str, pages: str | None) -> Callable[[str], dict[str, Any]]:
    """Where a member's report and page are, relative to this page: no name can lead elsewhere."""

    def link(member: str) -> dict[str, Any]:
        name = quote(member, safe="")
        return {
            "report": f"{quote(reports)}/{name}.json",
            "page": None if pages is None else f"{quote(pages)}/{name}.html",
        }

    return link
