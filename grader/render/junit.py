"""Reports as JUnit XML, which CI services and editors read.

A case that the student failed is a failure. A case whose process ended, or that could not be judged, is an error. Some
characters can't be in XML at all, not even escaped: they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # written here, never read

from grader.clean import inline, printable
from grader.render import words
from grader.render.sheet import decimal
from grader.report.report import CaseResult, Report, Section, Verdict

_ERRORS = {Verdict.ERROR, Verdict.TIMEOUT, Verdict.MEMORY, Verdict.CRASHED, Verdict.UNGRADABLE}
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 4000


def junit(reports: Sequence[Report]) -> str:
    """One suite for each section of each report."""
    cases = [case for report in reports for case in report.cases]
    root = Element("testsuites", _counts(cases))
    for report in reports:
        for section in report.sections:
            _suite(root, report, section)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, report: Report, section: Section) -> None:
    name = _line(f"{report.assignment}.{section.name}")
    suite = SubElement(root, "testsuite", {"name": f"{_line(report.member)} {name}", **_counts(section.cases)})
    properties = SubElement(suite, "properties")
    for key, value in {
        "member": report.member,
        "points": str(decimal(section.points)),
        "max_points": str(decimal(section.max_points)),
        "submission_sha256": report.submission_sha256,
    }.items():
        SubElement(properties, "property", {"name": key, "value": _line(value)})
    for case in section.cases:
        attributes = {"classname": name, "name": _line(words.title(case)), "time": f"{case.seconds:.4f}"}
        _outcome(SubElement(suite, "testcase", attributes), case)


def _outcome(element: Element, case: CaseResult) -> None:
    if case.verdict is Verdict.PASSED:
        return
    if case.verdict is Verdict.SKIPPED:
        SubElement(element, "skipped", {"message": _line(case.message)})
        return
    kind = "error" if case.verdict in _ERRORS else "failure"
    child = SubElement(element, kind, {"type": case.verdict.value, "message": _line(case.message)})
    texts = [case.message, *case.details, words.hint(case), words.where(case)]
    child.text = _text("\n".join(filter(None, texts)))
    if case.output.strip():
        SubElement(element, "system-out").text = _text(case.output)


def _counts(cases: Sequence[CaseResult]) -> dict[str, str]:
    passed, skipped = (sum(case.verdict is verdict for case in cases) for verdict in (Verdict.PASSED, Verdict.SKIPPED))
    errors = sum(case.verdict in _ERRORS for case in cases)
    failures = len(cases) - passed - skipped - errors
    counts = {"tests": len(cases), "failures": failures, "errors": errors, "skipped": skipped}
    return {**{key: str(n) for key, n in counts.items()}, "time": f"{sum(case.seconds for case in cases):.4f}"}


def _line(text: str) -> str:
    return _NO_XML.sub("", inline(text))


def _text(text: str) -> str:
    return _NO_XML.sub("", printable(text, _LONGEST))
