"""Which assignments a run of the workflow looks at."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from grader.course.course import find_course
from grader.course.term import Deadline, Term
from grader.github.matrix import due_assignments


def test_which_assignments_a_run_looks_at(course: Path) -> None:
    now = datetime(2026, 3, 21, tzinfo=timezone.utc)
    found = find_course(course)

    def term(days: int) -> Term:
        return Term(deadlines={"mini": Deadline(now + timedelta(days=days), timedelta(0))})

    assert due_assignments(found, Term(), now) == ["mini"]
    assert due_assignments(found, term(30), now) == ["mini"]
    assert due_assignments(found, term(-6), now) == ["mini"]
    assert due_assignments(found, term(-8), now) == []
    assert due_assignments(found, Term(deadlines={"other": Deadline(now, timedelta(0))}), now) == []
