"""Which snapshot counts, and which assignments a run of the workflow looks at."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from grader.course.course import Deadline, Term, find_course
from grader.github.collected import Snapshot, due_assignments, snapshot_for
from tests.github.gathering import DEADLINE


def test_which_snapshot_says_what_was_there() -> None:
    def at(*moment: int) -> Snapshot:
        return Snapshot(datetime(2026, 3, *moment, tzinfo=timezone.utc), ())

    day_before, soon, late = at(19, 15, 0), at(20, 15, 8), at(20, 16, 30)
    assert snapshot_for([late, soon, day_before], DEADLINE) is soon
    assert snapshot_for([late, day_before], DEADLINE) is day_before
    assert snapshot_for([late], DEADLINE) is None
    assert snapshot_for([at(20, 15, 0), soon], DEADLINE) == at(20, 15, 0)


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
