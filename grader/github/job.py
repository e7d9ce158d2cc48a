"""What the jobs of the staff's workflow hand on: a summary, outputs for the jobs after it, and what is to be judged."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from grader.course.course import Course, Term
from grader.files import append
from grader.github.collected import CollectedFolder

_AFTERWARDS = timedelta(days=7)  # so long after a deadline a run still looks at an assignment
_IN_A_SHARD = 25  # members


def add_summary(markdown: str) -> bool:
    """Add to the job's summary; False where no runner asks for one."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if name:
        append(Path(name), markdown)
    return bool(name)


def set_output(name: str, value: str) -> None:
    """Set an output of the step: a single line, so that it can't become another output."""
    assert "\n" not in value
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        append(Path(file), f"{name}={value}\n")


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


def digest(folder: Path) -> str:
    """One hash of all JSON files in the folder: a later job compares it, to see that nothing was changed in between."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*.json")):
        total.update(file.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
