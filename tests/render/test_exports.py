"""Reports in the forms of other programs: JUnit, CSV, Gradescope."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as Xml

import pytest

from grader.errors import BadInputError
from grader.render.bysection import by_section
from grader.render.gradescope import gradescope
from grader.render.junit import junit
from grader.report.report import Hint, Report, Verdict, Visibility, Where
from tests.samples import a_case, a_report

REPORT = a_report(
    a_case("test_a", seconds=0.25),
    a_case(
        "test_b[mean]",
        "failed",
        points="1/2",
        message="Every value is 2 times what was expected.",
        details=("expected: 1.5", "yours: 3.0"),
        hint=Hint("twice", "It is divided by N once."),
        where=Where("kim.ipynb", cell=7, line=4),
        output="3.0\n",
    ),
    a_case("test_c", "timeout", visibility=Visibility.HIDDEN, message="It took too long.", seconds=3.0),
    a_case("test_d", "skipped", section="l1_loss", message="It waits."),
    a_case("test_e", "missing", section="l1_loss", message="l1_loss is not written yet."),
)
OURS = a_report(a_case("test_a"), a_case("test_b", "ungradable", message="The judge failed."), member="lee")


def test_junit() -> None:
    root = Xml.fromstring(junit([REPORT, OURS]))
    assert root.attrib == {"tests": "7", "failures": "2", "errors": "2", "skipped": "1", "time": "3.2500"}
    assert [suite.get("name") for suite in root] == ["kim hw1.mse_loss", "kim hw1.l1_loss", "lee hw1.mse_loss"]
    first = root[0]
    assert first.attrib | {"name": ""} == {
        "name": "", "tests": "3", "failures": "1", "errors": "1", "skipped": "0", "time": "3.2500",
    }  # fmt: skip
    assert {each.get("name"): each.get("value") for each in first.iter("property")} == {
        "member": "kim", "points": "2", "max_points": "4.5", "submission_sha256": "ab" * 32,
    }  # fmt: skip
    passed, failed, late = first.iter("testcase")
    assert list(passed) == []
    assert failed.get("name") == "mse_loss gives the mean [mean]"
    assert failed[0].attrib == {"type": "failed", "message": "Every value is 2 times what was expected."}
    assert failed[0].text == (
        "Every value is 2 times what was expected.\nexpected: 1.5\nyours: 3.0\nIt is divided by N once.\nkim.ipynb[7]:4"
    )
    assert failed[1].text == "3.0\n"
    assert late[0].tag == "error"
    assert [each[0].tag for each in root[1].iter("testcase")] == ["skipped", "failure"]
    assert [each.tag for each in root[2].iter("error")] == ["error"]


def test_hostile_texts_in_junit(hostile: Report) -> None:
    root = Xml.fromstring(junit([hostile]))
    assert {each.tag for each in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
    assert len(list(root.iter("testcase"))) == len(hostile.cases)


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xFFFE, 0xFFFF, 0x1FFFF, 0x10FFFF])
def test_no_character_breaks_the_xml(code: int) -> None:
    text = f"<a>{chr(code)}</a>"
    root = Xml.fromstring(junit([a_report(a_case("test_a", "failed", message=text, output=text, title=text))]).encode())
    assert (root.findtext(".//system-out") or "").startswith("<a>")


def test_csv_has_a_row_for_each_section() -> None:
    rows = list(csv.DictReader(io.StringIO(by_section([REPORT, OURS]).removeprefix("\ufeff"))))
    assert [list(row.values()) for row in rows] == [
        ["kim", "hw1", "mse_loss", "2", "4.5", "44", "3", "1", "true"],
        ["kim", "hw1", "l1_loss", "0", "4", "0", "2", "0", "true"],
        ["lee", "hw1", "mse_loss", "2", "4", "50", "2", "1", "false"],
    ]


def test_no_formula_in_csv(hostile: Report) -> None:
    rows = list(csv.reader(io.StringIO(by_section([hostile]).removeprefix("\ufeff"))))
    assert len(rows) == 1 + len(hostile.sections)
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row if cell)


def test_gradescope() -> None:
    value = json.loads(gradescope(REPORT))
    assert value["score"] == 2.0
    assert value["execution_time"] == 3.25
    assert sum(test["score"] for test in value["tests"]) == value["score"]
    assert {test["visibility"] for test in value["tests"]} == {"visible", "hidden"}
    assert value["tests"][1] == {
        "number": "2",
        "name": "mse_loss gives the mean [mean]",
        "score": 0.0,
        "max_score": 0.5,
        "status": "failed",
        "output": "not right\nkim.ipynb[7]:4\nEvery value is 2 times what was expected.\nexpected: 1.5\nyours: 3.0\n"
        "It is divided by N once.\n3.0\n",
        "tags": ["mse_loss", "value"],
        "visibility": "visible",
    }


def test_gradescope_never_takes_our_fault_for_a_lost_point() -> None:
    with pytest.raises(BadInputError, match="could not be judged"):
        gradescope(OURS)


def test_hostile_texts_in_gradescope(hostile: Report) -> None:
    """All of it is marked as text, and bounded."""
    cases = tuple(case for case in hostile.cases if case.verdict is not Verdict.UNGRADABLE)
    text = gradescope(a_report(*cases, member=hostile.member))
    value = json.loads(text)
    assert [value[key] for key in value if key.endswith("_format")] == ["text"] * 3
    assert not any(key.endswith("_format") for test in value["tests"] for key in test)
    assert not any(mark in text for mark in ("\\u001b", "\x9b", "\\u0007", "\u202e", "\u2066", "\u200b"))
    assert max(len(test["output"]) for test in value["tests"]) <= 4000
