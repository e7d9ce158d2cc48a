"""What the staff's workflow judges by itself: the assignments that are due, cut into parts for its matrix."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from grader.course.course import Course
from grader.course.term import Term
from grader.github.collected import CollectedFolder

_AFTERWARDS = timedelta(days=7)  # so long after a deadline a run still looks at an assignment
_IN_A_SHARD = 25  # members


def due_assignments(course: Course, term: Term, now: datetime) -> list[str]:
    """The assignments that a run looks at; all of them where the course has no deadlines."""
    if not term.deadlines:
        return course.ids()
    return [hw for hw in course.ids() if hw in term.deadlines and now <= term.deadlines[hw].end + _AFTERWARDS]


def matrix_shards(course: Course, collection: CollectedFolder) -> list[dict[str, str]]:
    """The entries of the matrix for one assignment; they hold nothing that a member wrote."""
    hw = str(collection.assignment)
    count = sum(work.file is not None for work in collection.members)
    shards = -(-count // _IN_A_SHARD)
    torch = json.dumps("torch" in course.assignment(hw).imports)
    return [{"hw": hw, "shard": f"{at}/{shards}", "name": f"{hw}-{at}", "torch": torch} for at in range(1, shards + 1)]
