"""One line of an audit."""

from __future__ import annotations

from grader.authoring.line import TITLES, AuditLine


def test_a_line_fails_by_its_failures() -> None:
    line = AuditLine("stub", 4, 3, ("test_a failed",))
    assert not line.ok
    assert line.as_json() == {
        "name": "stub", "ok": False, "tried": 4, "held": 3, "remark": "", "failures": ["test_a failed"],
    }  # fmt: skip


def test_every_line_has_a_title() -> None:
    assert all(AuditLine(name, 1, 1).title for name in TITLES)
