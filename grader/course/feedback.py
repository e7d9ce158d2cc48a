"""What the course lets members see of hidden cases, as `[feedback]` of the course file states it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from grader.i18n import _
from grader.toml import Table

_MOST_SUBMISSIONS, _MOST_HOURS = 1000, 24 * 31


class Level(str, Enum):
    """How much of hidden cases a member sees; each has what the ones before it have."""

    NOTHING = "nothing"  # as if there were none
    SCORE = "score"  # the points of each section
    TITLE = "title"  # each case by its title, with its verdict
    HINT = "hint"  # in what way the answer is wrong, and the misconception behind it

    @property
    def rank(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True)
class Cooldown:
    """Against guessing: so many different versions of an assignment may be graded within so long; 0 is no limit."""

    submissions: int = 5
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Feedback:
    """The rules; the defaults are those of a course that says nothing."""

    before: Level = Level.SCORE  # until the deadline has passed, and where there is none
    after: Level = Level.HINT
    cooldown: Cooldown = field(default_factory=Cooldown)


def read_feedback(table: Table) -> Feedback:
    """The rules in the table `feedback` of a course file."""
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
