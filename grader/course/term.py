"""The term as the course file states it: deadlines with their grace, what a resubmission does, the key of reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.course.course import TERM_KEYS
from grader.course.feedback import Feedback, read_feedback
from grader.course.policy import DEFAULT, Policy, policy_of, read_policy
from grader.fields import FormError
from grader.i18n import _
from grader.toml import Table, load_table

TIME_ZONE = "Asia/Seoul"
_MOST_GRACE = 60 * 24 * 31


class Counts(str, Enum):
    """Which of several submissions of a member counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True)
class Deadline:
    """Until when an assignment is taken, and how long after that as well."""

    at: datetime
    grace: timedelta

    @property
    def end(self) -> datetime:
        """The last moment that is in time."""
        return self.at + self.grace

    def late(self, submitted: datetime) -> bool:
        """Whether it came after the grace, too."""
        return submitted > self.end


@dataclass(frozen=True)
class Term:
    """What the course file says of the term; the defaults are those of a course that says nothing."""

    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(TIME_ZONE))
    deadlines: dict[str, Deadline] = field(default_factory=dict)
    late_counts: bool = False
    counts: Counts = Counts.BEST
    public_key: Path | None = None
    private_key: Path | None = None
    secret_file: Path | None = None
    policy: Policy = field(default_factory=read_policy)
    feedback: Feedback = field(default_factory=Feedback)

    def late(self, assignment: str, submitted: datetime | None) -> bool:
        """Whether a submission is late; one of which nobody knows when it came is not."""
        deadline = self.deadlines.get(assignment)
        return deadline is not None and submitted is not None and deadline.late(submitted)

    def closed_at(self, assignment: str, now: datetime) -> datetime | None:
        """When an assignment was due; None where it has no deadline or the deadline lies ahead."""
        deadline = self.deadlines.get(assignment)
        return deadline.end if deadline is not None and deadline.end <= now else None

    def local(self, moment: datetime) -> str:
        """A moment as people of the course read it."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def load_term(course_file: Path) -> Term:
    """The term in a course file, whose other keys are left to who reads the course."""
    return read_term(load_table(course_file).only(*TERM_KEYS))


def read_term(table: Table) -> Term:
    """Take the keys of the term from the top table of a course file."""
    name = table.text("term", default="")
    zone_name = table.text("time_zone", default=TIME_ZONE)
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.error(_("There is no time zone {name}.").format(name=zone_name), "time_zone") from error
    late = table.table("late")
    grace = _grace(late, 0)
    late_counts = late.flag("counts", False)
    late.finish()
    deadlines = table.table("deadlines")
    moments = {key: _deadline(deadlines, key, zone, grace) for key in list(deadlines.values)}
    resubmissions = table.table("resubmissions")
    counts = resubmissions.choice("counts", Counts, Counts.BEST)
    resubmissions.finish()
    signing = table.table("signing")
    key = signing.text("public_key", default=None)
    public_key = None if key is None else table.file.parent / key
    signing.finish()
    grading = table.table("grading")
    secret_file = grading.text("secret_file", default=None)
    grading.finish()
    return Term(
        name=name,
        zone=zone,
        deadlines=moments,
        late_counts=late_counts,
        counts=counts,
        public_key=public_key,
        private_key=_private_half(public_key),
        secret_file=None if secret_file is None else table.file.parent / secret_file,
        policy=policy_of(table.table("policy")) if "policy" in table.values else policy_of(load_table(DEFAULT)),
        feedback=read_feedback(table.table("feedback")),
    )


def _private_half(public: Path | None) -> Path | None:
    """Where `d2d keygen` has put it, if it is on this machine."""
    if public is None or public.suffix != ".pub":
        return None
    private = public.with_suffix("")
    return private if private.is_file() else None


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment written by a person: ISO 8601; without an offset it is the course's own time."""
    found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(timezone.utc)


def _deadline(table: Table, key: str, zone: ZoneInfo, grace: timedelta) -> Deadline:
    """`hw1 = 2026-03-20T23:59:59`, a day alone, or a table with `at` and a grace of its own."""
    if isinstance(table.values[key], dict):
        own = table.table(key)
        at = own.take("at", _as_date)
        grace = _grace(own, grace // timedelta(minutes=1))
        own.finish()
    else:
        at = table.take(key, _as_date)
    if not isinstance(at, datetime):
        # A day alone means all of it: the deadline is the moment at which the next one begins.
        at = datetime.combine(at + timedelta(days=1), time(), zone)
    return Deadline((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(timezone.utc), grace)


def _grace(table: Table, default: int) -> timedelta:
    return timedelta(minutes=table.whole("grace_minutes", 0, _MOST_GRACE, default))


def _as_date(value: Any, path: str) -> date:
    if not isinstance(value, date):
        raise FormError(path, _("must be a day, or a day with a time: 2026-03-20 or 2026-03-20T23:59:59"))
    return value
