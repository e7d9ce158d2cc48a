"""A submission of a few lines, loaded into a worker."""

from __future__ import annotations

from grader.assignment.manifest import Limits
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.intake import Cell, Submission

LIMITS = Limits(case_seconds=60.0, load_seconds=60.0, total_seconds=300.0, memory_mb=256)


def session_of(server: WorkerSource, source: str, limits: Limits = LIMITS) -> Session:
    return Session(server, Submission("kim", "kim.py", (Cell("kim.py", source),), "0" * 64), limits)


def loaded(server: WorkerSource, source: str, limits: Limits = LIMITS) -> tuple[Session, Student]:
    session = session_of(server, source, limits)
    student = Student(session.transport())
    session.budget.grant(limits.case_seconds)
    return session, student
