"""What the promotion policy says of a member: the decision, the rule that made it, and what is missing.

Pure functions in whole numbers, so that the same facts give the same decision, and 80 % is 80 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.course.policy import Policy, PromotionRule, Share, Situation, Standing
from grader.gradebook.results import Result, Results
from grader.i18n import _, ngettext


@dataclass(frozen=True)
class Facts:
    """All that a decision rests on."""

    member: str
    passed: tuple[str, ...]
    attendance: Share
    discussion: Share


@dataclass(frozen=True)
class Decision:
    """What becomes of one member."""

    member: str
    decision: Standing
    rule: str
    passed: tuple[str, ...]
    attendance: Share
    discussion: Share
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "member": self.member,
            "decision": self.decision.value,
            "rule": self.rule,
            "passed": list(self.passed),
            "attendance": self.attendance.as_json(),
            "discussion": self.discussion.as_json(),
            "missing": list(self.missing),
        }


def passed_of(results: Mapping[str, Result], policy: Policy) -> tuple[str, ...]:
    """The assignments of the policy that are passed, in its order."""
    return tuple(name for name in policy.assignments if name in results and results[name].passed)


def decide(facts: Facts, policy: Policy, results: Mapping[str, Result]) -> Decision:
    """The decision on one member; `results` only say in `missing` how far an assignment is."""
    situation = Situation(
        passed=len(facts.passed),
        mandatory_missing=not set(policy.mandatory) <= set(facts.passed),
        attendance=facts.attendance,
        discussion=facts.discussion,
    )
    rule = policy.rule(situation)
    return Decision(
        member=facts.member,
        decision=rule.decision,
        rule=rule.name,
        passed=facts.passed,
        attendance=facts.attendance,
        discussion=facts.discussion,
        missing=tuple(_missing(facts, policy, situation, results)),
    )


def decide_all(facts: Mapping[str, Facts], policy: Policy, results: Results) -> list[Decision]:
    """The decision on each member, by name."""
    return [decide(facts[member], policy, results.get(member, {})) for member in sorted(facts)]


def _missing(facts: Facts, policy: Policy, situation: Situation, results: Mapping[str, Result]) -> Iterable[str]:
    """What stands between the member and the best decision: not of the deciding rule alone, but of all."""
    against = [rule for rule in policy.rules if rule.decision is not policy.best and rule.holds(situation)]
    lacking = [name for name in policy.assignments if name not in facts.passed]
    if any(rule.mandatory_missing for rule in against):
        for name in policy.mandatory:
            if name in lacking:
                yield _("{assignment} is mandatory: {state}").format(assignment=name, state=state(results.get(name)))
    most = _highest(against, "passed_below")
    if most is not None:
        count = most - len(facts.passed)
        words = ngettext("{n} more assignment", "{n} more assignments", count).format(n=count)
        optional = [f"{name} {state(results.get(name))}" for name in lacking if name not in policy.mandatory]
        yield f"{words} ({'; '.join(optional)})" if optional else words
    percent = _highest(against, "attendance_below")
    if percent is not None:
        count = facts.attendance.short_of(percent)
        words = ngettext("{n} more session attended", "{n} more sessions attended", count).format(n=count)
        yield _of(words, facts.attendance, percent)
    percent = _highest(against, "discussion_below")
    if percent is not None:
        count = facts.discussion.short_of(percent)
        words = ngettext("{n} more discussion", "{n} more discussions", count).format(n=count)
        yield _of(words, facts.discussion, percent)
    for name in policy.assignments:
        if name in results and results[name].rerun_due:
            yield _("{assignment}: grading failed by no fault of the member, a rerun is due").format(assignment=name)


def word(outcome: Standing) -> str:
    """What becomes of a member, in the language in use."""
    return {Standing.PROMOTED: _("promoted"), Standing.JUNIOR: _("junior"), Standing.REMOVED: _("removed")}[outcome]


def state(result: Result | None) -> str:
    """How far an assignment that is not passed has come."""
    if result is None:
        return _("nothing handed in")
    if result.late:
        return _("handed in late")
    return _("{percent} %, {needed} % needed").format(percent=result.percent, needed=result.pass_percent)


def _of(words: str, share: Share, percent: int) -> str:
    text = _("{words}: {attended} of {held}, {percent} % needed")
    return text.format(words=words, attended=share.attended, held=share.held, percent=percent)


def _highest(rules: Iterable[PromotionRule], threshold: str) -> int | None:
    return max((value for rule in rules if (value := getattr(rule, threshold)) is not None), default=None)
