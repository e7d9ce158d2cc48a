"""The term as the course file has it: deadlines, resubmissions, the key of reports, feedback on hidden cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.course.course import TERM_KEYS
from grader.course.policy import Policy, policy_of, read_policy
from grader.fields import FormError, Table, as_text, load_table
from grader.i18n import _

TIME_ZONE = "Asia/Seoul"
_MOST_GRACE = 60 * 24 * 31
_MOST_SUBMISSIONS, _MOST_HOURS = 1000, 24 * 31


class Counts(str, Enum):
    """Which of a member's submissions of an assignment counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True)
class Deadline:
    """When an assignment is due, and how long after that it is still in time."""

    at: datetime
    grace: timedelta

    @property
    def end(self) -> datetime:
        """The last moment that is in time."""
        return self.at + self.grace

    def late(self, submitted: datetime) -> bool:
        """Whether `submitted` is after the deadline and its grace."""
        return submitted > self.end


class Level(str, Enum):
    """How much of hidden cases a member sees; every level shows what the levels before it show."""

    NOTHING = "nothing"  # as if there were none
    SCORE = "score"  # the points of each section
    TITLE = "title"  # each case by its title, with its verdict
    HINT = "hint"  # in what way the answer is wrong, and the misconception behind it

    @property
    def rank(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True)
class Cooldown:
    """Against guessing: how many versions of an assignment within `window` get full feedback; 0 is no limit."""

    submissions: int = 5
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Feedback:
    """What members see of hidden cases, as `[feedback]` of the course file has it."""

    before: Level = Level.SCORE  # until the deadline has passed, and where there is none
    after: Level = Level.HINT
    cooldown: Cooldown = field(default_factory=Cooldown)


@dataclass(frozen=True)
class Term:
    """What the course file says of the term; the defaults are for keys that it does not have."""

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
        """Whether a submission is late; without a known time it is not."""
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
    """The term in a course file; the other keys of the file are not looked at."""
    return read_term(load_table(course_file).only(*TERM_KEYS))


def read_term(table: Table) -> Term:
    """Take the keys of the term from the top table of a course file."""
    zone_name = table.text("time_zone", default=TIME_ZONE)
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.error(_("There is no time zone {name}.").format(name=zone_name), "time_zone") from error
    late, resubmissions, signing, grading = map(table.table, ("late", "resubmissions", "signing", "grading"))
    deadlines, grace = table.table("deadlines"), _grace(late, 0)
    public_key = _path(signing, "public_key")
    term = Term(
        name=table.text("term", default=""),
        zone=zone,
        deadlines={key: _deadline(deadlines, key, zone, grace) for key in list(deadlines.values)},
        late_counts=late.flag("counts", False),
        counts=resubmissions.choice("counts", Counts, Counts.BEST),
        public_key=public_key,
        private_key=_private_half(public_key),
        secret_file=_path(grading, "secret_file"),
        policy=policy_of(table.table("policy")) if "policy" in table.values else read_policy(),
        feedback=_feedback(table.table("feedback")),
    )
    for part in (late, resubmissions, signing, grading):
        part.finish()
    return term


def _path(table: Table, key: str) -> Path | None:
    """A file that is named as seen from the course file."""
    return table.take(key, lambda value, path: table.file.parent / as_text(value, path), None)


def _private_half(public: Path | None) -> Path | None:
    """Where `d2d keygen` has put it, if it is on this machine."""
    if public is None or public.suffix != ".pub":
        return None
    private = public.with_suffix("")
    return private if private.is_file() else None


def _feedback(table: Table) -> Feedback:
    default = Feedback()
    before = table.choice("before", Level, default.before)
    after = table.choice("after", Level, max(before, default.after, key=lambda level: level.rank))
    if after.rank < before.rank:
        raise table.error(_("After the deadline no less can be shown than before it."), "after")
    cooldown = table.table("cooldown")
    submissions = cooldown.whole("submissions", 0, _MOST_SUBMISSIONS, default.cooldown.submissions)
    hours = cooldown.whole("hours", 1, _MOST_HOURS, default.cooldown.window // timedelta(hours=1))
    cooldown.finish()
    table.finish()
    return Feedback(before, after, Cooldown(submissions, timedelta(hours=hours)))


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment written by a person: ISO 8601; without an offset it is the course's own time."""
    return _utc(datetime.fromisoformat(text.strip().replace("Z", "+00:00")), zone)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(timezone.utc)


def _deadline(table: Table, key: str, zone: ZoneInfo, grace: timedelta) -> Deadline:
    """`hw1 = 2026-03-20T23:59:59`, a day alone, or a table with `at` and a grace of its own."""
    if isinstance(table.values[key], dict):
        own = table.table(key)
        at, grace = own.take("at", _as_date), _grace(own, grace // timedelta(minutes=1))
        own.finish()
    else:
        at = table.take(key, _as_date)
    if not isinstance(at, datetime):
        # A day alone means all of it: the deadline is the moment at which the next one begins.
        at = datetime.combine(at + timedelta(days=1), time())
    return Deadline(_utc(at, zone), grace)


def _grace(table: Table, default: int) -> timedelta:
    return timedelta(minutes=table.whole("grace_minutes", 0, _MOST_GRACE, default))


def _as_date(value: Any, path: str) -> date:
    if not isinstance(value, date):
        raise FormError(path, _("must be a day, or a day with a time: 2026-03-20 or 2026-03-20T23:59:59"))
    return value
