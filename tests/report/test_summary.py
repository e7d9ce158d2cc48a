"""A class at a glance: a row for each member, also for one without a report."""

from __future__ import annotations

import csv

from grader.report.sheet import BOM
from grader.report.summary import SummaryRow, summary
from tests.made_reports import Make


def test_a_row_for_each_member(make: Make) -> None:
    report = make("kim")
    section = report.sections[0].name
    text = summary("hw1", [section], [("kim", SummaryRow.of(report)), ("lee", None)])
    head, kim, lee = csv.reader(text.removeprefix(BOM).splitlines())
    assert dict(zip(head, kim, strict=True))["score"] == str(report.score)
    assert dict(zip(head, lee, strict=True)) == dict.fromkeys(head, "") | {
        "member": "lee", "assignment": "hw1", "complete": "false",
    }  # fmt: skip
