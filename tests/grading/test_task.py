"""What an engine hands to a judge."""

from __future__ import annotations

from pathlib import Path

from grader.course.course import find_course
from grader.grading.task import limited


def test_a_submission_has_longer_where_a_case_has(course: Path) -> None:
    assignment = find_course(course).assignment("mini")
    before = assignment.limits
    longer = limited(assignment, before.case_seconds * 3, None).limits
    assert longer.total_seconds == before.total_seconds * 3
    assert limited(assignment, before.case_seconds / 2, None).limits.total_seconds == before.total_seconds
    assert limited(assignment, None, 77).limits.memory_mb == 77
    assert limited(assignment, None, None) == assignment
