"""What the promotion policy says of a member: the decision, the rule that made it, and what is missing.

Pure functions in whole numbers, so that the same facts give the same decision, and 80 % is 80 %.
Facts can also be changed for a try: what would the decision be if hw3 were passed?

The decisions become files: a page that shows the rules too, a CSV, and JSON with what is missing in each language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader import i18n
from grader.assignment.manifest import assignment_order
from grader.course.policy import Policy, PromotionRule, Share, Situation, Standing
from grader.errors import UsageError
from grader.gradebook.results import Result, Results
from grader.i18n import _, ngettext
from grader.member import MemberName
from grader.render.sheet import SheetValue, sheet

_COLOURS = {Standing.PROMOTED: "good", Standing.JUNIOR: "warn", Standing.REMOVED: "bad"}


@dataclass(frozen=True)
class Facts:
    """All that a decision depends on."""

    member: str
    passed: tuple[str, ...]
    attendance: Share
    discussion: Share


@dataclass(frozen=True)
class Decision(Facts):
    """What becomes of a member, and by which facts."""

    decision: Standing
    rule: str
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


def decide(
    facts: Facts, policy: Policy, results: Mapping[str, Result], ahead: Collection[str] = frozenset()
) -> Decision:
    """The decision on one member; `results` only say in `missing` how far an assignment is.

    The assignments `ahead` are not due yet: they count as if they were passed, since they can still be.
    """
    settled = {*facts.passed, *(name for name in policy.assignments if name in ahead)}
    mandatory_missing = not settled.issuperset(policy.mandatory)
    situation = Situation(len(settled), mandatory_missing, facts.attendance, facts.discussion)
    rule = policy.rule(situation)
    missing = tuple(_missing(facts, policy, situation, results, settled))
    return Decision(**vars(facts), decision=rule.decision, rule=rule.name, missing=missing)


def decide_all(
    facts: Mapping[str, Facts], policy: Policy, results: Results, ahead: Collection[str] = frozenset()
) -> list[Decision]:
    """The decisions on all members, by name."""
    return [decide(facts[member], policy, results.get(member, {}), ahead) for member in sorted(facts)]


def _missing(
    facts: Facts, policy: Policy, situation: Situation, results: Mapping[str, Result], settled: Collection[str]
) -> Iterable[str]:
    """What the member still needs for the best decision, by every rule against it and not by the first alone."""
    against = [rule for rule in policy.rules if rule.decision is not policy.best and rule.holds(situation)]
    lacking = [name for name in policy.assignments if name not in settled]
    if any(rule.mandatory_missing for rule in against):
        for name in policy.mandatory:
            if name in lacking:
                yield _("{assignment} is mandatory: {state}").format(assignment=name, state=state(results.get(name)))
    if most := _highest(against, "passed_below"):
        count = most - situation.passed
        words = ngettext("{n} more assignment", "{n} more assignments", count).format(n=count)
        optional = [f"{name} {state(results.get(name))}" for name in lacking if name not in policy.mandatory]
        yield f"{words} ({'; '.join(optional)})" if optional else words
    if percent := _highest(against, "attendance_below"):
        count = facts.attendance.short_of(percent)
        words = ngettext("{n} more session attended", "{n} more sessions attended", count).format(n=count)
        yield _of(words, facts.attendance, percent)
    if percent := _highest(against, "discussion_below"):
        count = facts.discussion.short_of(percent)
        words = ngettext("{n} more discussion", "{n} more discussions", count).format(n=count)
        yield _of(words, facts.discussion, percent)
    for name in policy.assignments:
        if name in results and results[name].rerun_due:
            yield _("{assignment}: grading failed by no fault of the member, a rerun is due").format(assignment=name)


def ahead_of(assignments: Collection[str]) -> str:
    """A sentence on what is not due yet; empty where nothing is."""
    names = ", ".join(sorted(assignments, key=assignment_order))
    return _("Not due yet, so nobody is judged by it: {names}.").format(names=names) if names else ""


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


def _highest(rules: Iterable[PromotionRule], threshold: str) -> int:
    """The threshold that is hardest to reach; 0 where no rule has one, as all of them are from 1 on."""
    return max((getattr(rule, threshold) or 0 for rule in rules), default=0)


def changed_facts(changes: Sequence[str], facts: Mapping[str, Facts], policy: Policy) -> dict[str, Facts]:
    """The facts of the members that `--what-if` names, as they would be; a change is written `kim:hw3=pass`."""
    changed: dict[str, Facts] = {}
    for text in changes:
        member, what, value = _parts(text)
        if member not in facts:
            raise UsageError(_("There is no member {name}.").format(name=member))
        changed[member] = _changed(changed.get(member, facts[member]), what, value, policy)
    return changed


def _parts(text: str) -> tuple[str, str, str]:
    member, _colon, change = text.rpartition(":")
    what, _equals, value = change.partition("=")
    if not member or not what or not value:
        hint = _("For instance: --what-if kim:hw3=pass")
        raise UsageError(_("{text} is no change that can be tried.").format(text=text), hint=hint)
    return MemberName(member), what.strip(), value.strip()


def _changed(before: Facts, what: str, value: str, policy: Policy) -> Facts:
    if what in policy.assignments and value in ("pass", "fail"):
        passed = set(before.passed) - {what} | ({what} if value == "pass" else set())
        return replace(before, passed=tuple(name for name in policy.assignments if name in passed))
    if what in ("attendance", "discussion") and value.isdecimal():
        share = replace(getattr(before, what), attended=int(value))
        if share.attended > share.held:
            text = _("{attended} of {held} is more than 100 %.")
            raise UsageError(text.format(attended=share.attended, held=share.held))
        return replace(before, **{what: share})
    hint = _("Known here: {names}.").format(names=", ".join([*policy.assignments, "attendance", "discussion"]))
    raise UsageError(_("{what}={value} is no change that can be tried.").format(what=what, value=value), hint=hint)


def decisions_page(
    decisions: Sequence[Decision], policy: Policy, term: str = "", ahead: Collection[str] = frozenset()
) -> str:
    """An HTML file that needs no other file."""
    from grader.render.page import framed  # with Jinja, which `d2d status` need not wait for

    outcomes = sorted(Standing, key=lambda outcome: -outcome.rank)
    return framed(
        "gradebook/decisions.html",
        styles=["render/templates/members.css"],
        scripts=["render/templates/members.js"],
        decisions=decisions,
        rules=policy.rules,
        mandatory=policy.mandatory,
        ahead=ahead_of(ahead),
        term=term,
        counts=[(outcome, sum(decision.decision is outcome for decision in decisions)) for outcome in outcomes],
        word=word,
        colour=_COLOURS.__getitem__,
        condition=condition,
    )


def condition(rule: PromotionRule) -> str:
    """In words: when a rule holds."""
    parts = [_("a mandatory assignment is missing")] if rule.mandatory_missing else []
    for text, bound in (
        (_("fewer than {n} assignments are passed"), rule.passed_below),
        (_("attendance is under {percent} %"), rule.attendance_below),
        (_("discussion is under {percent} %"), rule.discussion_below),
    ):
        parts += [] if bound is None else [text.format(n=bound, percent=bound)]
    return " · ".join(parts) or _("everybody else")


def decisions_sheet(decisions: Sequence[Decision]) -> str:
    """A CSV file with a row for each member."""
    head = ["member", "decision", "rule", "passed", "attended", "held", "discussions", "discussions_held", "missing"]
    return sheet(head, map(_row, decisions))


def _row(decision: Decision) -> list[SheetValue]:
    passed, missing = " ".join(decision.passed), "; ".join(decision.missing)
    attendance, discussion = vars(decision.attendance).values(), vars(decision.discussion).values()
    return [decision.member, decision.decision.value, decision.rule, passed, *attendance, *discussion, missing]


def decisions_in_all_languages(
    facts: Mapping[str, Facts], policy: Policy, results: Results, ahead: Collection[str] = frozenset()
) -> list[dict[str, Any]]:
    """The decisions as JSON, with what is missing in each language: members read it in theirs."""
    missing = {}
    for code in i18n.LANGUAGES:
        with i18n.speaking(code):
            missing[code] = [list(decision.missing) for decision in decide_all(facts, policy, results, ahead)]
    return [
        {**decision.as_json(), "missing_in": {code: texts[at] for code, texts in missing.items()}}
        for at, decision in enumerate(decide_all(facts, policy, results, ahead))
    ]
