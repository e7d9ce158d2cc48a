"""The promotion policy as data: which assignments count, and the rules in the order in which they are asked.

The first rule that holds decides. A policy that contradicts itself is refused with the line at fault: a rule that
can never decide, because rules above it hold wherever it does, or a rule by which doing more gives less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import product
from pathlib import Path

from grader.fields import Table, did_you_mean, load_table
from grader.i18n import _

DEFAULT = Path(__file__).with_name("policy.toml")


class Standing(str, Enum):
    """What becomes of a member, from worst to best."""

    REMOVED = "removed"
    JUNIOR = "junior"
    PROMOTED = "promoted"

    @property
    def rank(self) -> int:
        return list(Standing).index(self)


@dataclass(frozen=True)
class Share:
    """How many of how many: sessions attended, discussion tasks handed in."""

    attended: int
    held: int

    def below(self, percent: int) -> bool:
        """In whole numbers: 11 of 14 is below 80 %, 12 of 14 is not."""
        return 100 * self.attended < percent * self.held

    def short_of(self, percent: int) -> int:
        """How many more must be attended to reach `percent`."""
        return max(-(-percent * self.held // 100) - self.attended, 0)

    def as_json(self) -> dict[str, int]:
        return {"attended": self.attended, "held": self.held}


@dataclass(frozen=True)
class Situation:
    """All that the rules ask about a member."""

    passed: int
    mandatory_missing: bool
    attendance: Share
    discussion: Share

    def as_good_as(self, other: Situation) -> bool:
        """Whether nothing is worse than in the other situation; both have shares of the same whole."""
        return (
            self.passed >= other.passed
            and self.mandatory_missing <= other.mandatory_missing
            and self.attendance.attended >= other.attendance.attended
            and self.discussion.attended >= other.discussion.attended
        )


@dataclass(frozen=True)
class PromotionRule:
    """A rule of the policy; a condition that it does not have is None or False."""

    name: str
    decision: Standing
    mandatory_missing: bool = False
    passed_below: int | None = None
    attendance_below: int | None = None
    discussion_below: int | None = None

    def holds(self, situation: Situation) -> bool:
        """Whether each condition of the rule is met."""
        return (
            (not self.mandatory_missing or situation.mandatory_missing)
            and (self.passed_below is None or situation.passed < self.passed_below)
            and (self.attendance_below is None or situation.attendance.below(self.attendance_below))
            and (self.discussion_below is None or situation.discussion.below(self.discussion_below))
        )


@dataclass(frozen=True)
class Policy:
    """The rules in order, and the assignments that they count."""

    assignments: tuple[str, ...]
    mandatory: tuple[str, ...]
    rules: tuple[PromotionRule, ...]
    late_per_absence: int = 0
    excused_attended: bool = True

    def rule(self, situation: Situation) -> PromotionRule:
        """The first rule that holds; the last one always does."""
        return next(rule for rule in self.rules if rule.holds(situation))

    @cached_property
    def best(self) -> Standing:
        return max((rule.decision for rule in self.rules), key=lambda outcome: outcome.rank)


def read_policy(file: Path | None = None) -> Policy:
    """The policy in a file; without a file, the criteria of the study group."""
    return policy_of(load_table(file or DEFAULT))


def policy_of(table: Table) -> Policy:
    """The policy in a table of a file."""
    assignments = table.names("assignments")
    mandatory = table.names("mandatory", ())
    late = table.whole("late_per_absence", default=0)
    excused = table.one_of("excused", ("attended", "absent"), "attended")
    if not assignments or len(set(assignments)) < len(assignments):
        raise table.error(_("assignments must name at least one, and none of them twice."), "assignments")
    for name in mandatory:
        if name not in assignments or mandatory.count(name) > 1:
            text = _("mandatory names {name}, which is not one of the assignments or is there twice.")
            raise table.error(text.format(name=name), "mandatory", did_you_mean(name, assignments))
    tables = table.table("rules").tables()
    rules = tuple(_rule(name, below, len(assignments), mandatory) for name, below in tables.items())
    if not rules:
        raise table.error(_("The policy has no rules."), None)
    table.finish()
    policy = Policy(assignments, mandatory, rules, late, excused == "attended")
    _consistent(policy, tables)
    return policy


def _rule(name: str, table: Table, assignments: int, mandatory: tuple[str, ...]) -> PromotionRule:
    rule = PromotionRule(
        name,
        table.choice("decision", Standing),
        table.flag("mandatory_missing", False),
        table.whole("passed_below", 1, assignments, None),
        table.whole("attendance_below", 1, 100, None),
        table.whole("discussion_below", 1, 100, None),
    )
    if rule.mandatory_missing and not mandatory:
        raise table.error(_("The rule asks for mandatory assignments, but there are none."), "mandatory_missing")
    table.finish()
    return rule


def _consistent(policy: Policy, tables: dict[str, Table]) -> None:
    """Try every situation that the rules can tell apart."""
    last = policy.rules[-1]
    if last != PromotionRule(last.name, last.decision):
        text = _("The last rule must ask for nothing, so that everybody gets a decision.")
        raise tables[last.name].error(text, None)
    decided = {situation: policy.rule(situation) for situation in _situations(policy)}
    for rule in policy.rules:
        if rule not in decided.values():
            text = _("The rule {name} can never decide: the rules above it take everybody whom it would.")
            hint = _("The first rule that holds decides: put the narrower one above the wider one.")
            raise tables[rule.name].error(text.format(name=rule.name), None, hint)
    ranked = [(situation, rule, rule.decision.rank) for situation, rule in decided.items()]
    for (situation, rule, rank), (better, by, rank_of_better) in product(ranked, repeat=2):
        if rank_of_better < rank and better.as_good_as(situation):
            text = _("By the rule {name}, whoever does more gets less: {less} instead of {more} by {other}.")
            less, more = by.decision.value, rule.decision.value
            raise tables[by.name].error(text.format(name=by.name, less=less, more=more, other=rule.name), None)


def _situations(policy: Policy) -> Iterator[Situation]:
    """A situation of every kind: all counts of passed assignments, and each threshold met and just missed."""
    shares = []
    for threshold in ("attendance_below", "discussion_below"):
        bounds = {getattr(rule, threshold) for rule in policy.rules} - {None}
        percents = sorted({0, 100, *bounds, *(bound - 1 for bound in bounds)})
        shares.append([Share(percent, 100) for percent in percents])
    mandatory, most = len(policy.mandatory), len(policy.assignments)
    for attendance, discussion in product(*shares):
        for passed in range(most + 1):
            if passed >= mandatory:
                yield Situation(passed, False, attendance, discussion)
            if mandatory and passed < most:
                yield Situation(passed, True, attendance, discussion)
