"""The course: the folder with `d2d.toml` in which the commands run; and its term.

The term has the deadlines, the rules for resubmissions, the key of reports, and the feedback on hidden cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from difflib import get_close_matches
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.assignment.manifest import MANIFEST, Assignment, assignment_order, read_assignment
from grader.course.language import COURSE_FILE, course_folder
from grader.course.policy import Policy, policy_of, read_policy
from grader.errors import UsageError
from grader.fields import FormError, Table, as_text, load_table
from grader.i18n import LANGUAGES, _

# Keys of the course file that only the staff's commands read, when they need them.
_TERM_KEYS = ("term", "time_zone", "deadlines", "late", "resubmissions", "signing", "grading", "policy", "feedback")
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
    unsigned: bool = False  # whether, without a key, reports from files are taken as they are
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

    def ahead(self, now: datetime) -> frozenset[str]:
        """The assignments whose deadline has not passed yet."""
        return frozenset(name for name, deadline in self.deadlines.items() if deadline.end > now)

    def local(self, moment: datetime) -> str:
        """A moment as people of the course read it."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Course:
    """Where a course keeps its things."""

    folder: Path
    name: str
    language: str | None
    assignments: Path
    reference: Path
    install: str
    members: str | None

    @cached_property
    def term(self) -> Term:
        """What the course file says of the term; its other keys are not looked at."""
        return _term(load_table(self.folder / COURSE_FILE).only(*_TERM_KEYS))

    def ids(self) -> list[str]:
        """The assignments that the course has."""
        return sorted((file.parent.name for file in self.assignments.glob(f"*/{MANIFEST}")), key=assignment_order)

    def assignment(self, id_: str) -> Assignment:
        """The assignment `id_`, or what might have been meant."""
        known = self.ids()
        if id_ not in known:
            near = get_close_matches(id_.lower(), known, 1)
            hint = _("Did you mean {name}?") if near else _("Known here: {names}.")
            hint = hint.format(name="".join(near), names=", ".join(known))
            raise UsageError(_("There is no assignment {name}.").format(name=id_), where=self.folder, hint=hint)
        reference = self.reference / f"{id_}.py"
        return read_assignment(self.assignments / id_, reference if reference.is_file() else None)


def find_course(start: Path, named: Path | None = None) -> Course:
    """The course in the folder `named`, else in the nearest folder upwards from `start`."""
    if folder := course_folder(start, named):
        return _read(folder)
    hint = _("Go to the course's folder, or name it: --course DIR")
    raise UsageError(_("There is no {file} here or above.").format(file=COURSE_FILE), where=named or start, hint=hint)


def _read(folder: Path) -> Course:
    table = load_table(folder / COURSE_FILE)
    course = Course(
        folder=folder,
        name=table.text("name"),
        language=table.one_of("language", LANGUAGES, None),
        assignments=folder / table.text("assignments", default="assignments"),
        reference=folder / table.text("reference", default="reference"),
        install=table.text("install", default="d2d-grader"),
        members=table.text("members", default=None),
    )
    for key in _TERM_KEYS:
        table.values.pop(key, None)
    table.finish()
    return course


def _term(table: Table) -> Term:
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
        unsigned=_unsigned(signing, public_key),
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


def _unsigned(signing: Table, public_key: Path | None) -> bool:
    unsigned = signing.flag("unsigned", False)
    if unsigned and public_key is not None:
        raise signing.error(
            _("With a public_key only what it has signed is taken: leave one of the two out."), "unsigned"
        )
    return unsigned


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


def written_time(text: str) -> datetime:
    """A time written by a person: ISO 8601, with an offset or without one."""
    return datetime.fromisoformat(text.strip().replace("Z", "+00:00"))


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment written by a person; without an offset it is the course's own time, the earlier of two readings."""
    at = written_time(text)
    return min(_utc(at.replace(fold=fold), zone) for fold in (0, 1))


def doubt_about(at: datetime, zone: ZoneInfo) -> str | None:
    """What is to be asked about a time that the clock repeats or skips, both readings named; None where it is clear."""
    if at.tzinfo is not None:
        return None
    before, after = (at.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if before is None or after is None or before == after:
        return None
    repeated = _("The clock of {zone} shows {time} twice: {readings}.")
    skipped = _("The clock of {zone} skips {time}; it could be {readings}.")
    readings = [at.replace(tzinfo=timezone(offset)).astimezone(zone).isoformat() for offset in (before, after)]
    either = _("{one} or {other}").format(one=readings[0], other=readings[1])
    sentence = repeated if before > after else skipped
    return sentence.format(zone=zone.key, time=at.isoformat(), readings=either)


def which_one() -> str:
    """What to do about such a time."""
    return _("Write the one that you mean, with its offset.")


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
        # A day alone means all of it: the deadline is the moment at which the next one begins, also where the clock
        # shows midnight twice or not at all.
        at = datetime.combine(at + timedelta(days=1), time())
    elif (doubt := doubt_about(at, zone)) is not None:
        raise table.error(doubt, key, which_one())
    return Deadline(_utc(at, zone), grace)


def _grace(table: Table, default: int) -> timedelta:
    return timedelta(minutes=table.whole("grace_minutes", 0, _MOST_GRACE, default))


def _as_date(value: Any, path: str) -> date:
    if not isinstance(value, date):
        raise FormError(path, _("must be a day, or a day with a time: 2026-03-20 or 2026-03-20T23:59:59"))
    return value
