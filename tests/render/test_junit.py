"""Reports as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest

from grader.render.junit import junit
from grader.report.report import Report
from tests.samples import MIXED_REPORT, UNGRADABLE_REPORT, a_case, a_report


def test_junit() -> None:
    root = Xml.fromstring(junit([MIXED_REPORT, UNGRADABLE_REPORT]))
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
