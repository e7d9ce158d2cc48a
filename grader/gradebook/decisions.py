"""The decisions as files: a page that shows the rules too, a CSV, and JSON with what is missing in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader import i18n
from grader.course.policy import Policy, PromotionRule, Standing
from grader.gradebook.promotion import Decision, Facts, decide_all, word
from grader.gradebook.results import Results
from grader.i18n import _
from grader.render.page import framed
from grader.report.sheet import SheetValue, sheet

_COLOURS = {Standing.PROMOTED: "good", Standing.JUNIOR: "warn", Standing.REMOVED: "bad"}


def decisions_page(decisions: Sequence[Decision], policy: Policy, term: str = "") -> str:
    """An HTML file that needs no other file."""
    outcomes = sorted(Standing, key=lambda outcome: -outcome.rank)
    return framed(
        "gradebook/decisions.html",
        styles=["render/templates/members.css"],
        scripts=["render/templates/members.js"],
        decisions=decisions,
        rules=policy.rules,
        mandatory=policy.mandatory,
        term=term,
        counts=[(outcome, sum(decision.decision is outcome for decision in decisions)) for outcome in outcomes],
        word=word,
        colour=_COLOURS.__getitem__,
        condition=condition,
    )


def condition(rule: PromotionRule) -> str:
    """In words: when a rule holds."""
    parts = []
    if rule.mandatory_missing:
        parts.append(_("a mandatory assignment is missing"))
    if rule.passed_below is not None:
        parts.append(_("fewer than {n} assignments are passed").format(n=rule.passed_below))
    if rule.attendance_below is not None:
        parts.append(_("attendance is under {percent} %").format(percent=rule.attendance_below))
    if rule.discussion_below is not None:
        parts.append(_("discussion is under {percent} %").format(percent=rule.discussion_below))
    return " · ".join(parts) if parts else _("everybody else")


def decisions_sheet(decisions: Sequence[Decision]) -> str:
    """A CSV file with a row for each member."""
    head = ["member", "decision", "rule", "passed", "attended", "held", "discussions", "discussions_held", "missing"]
    return sheet(head, map(_row, decisions))


def _row(decision: Decision) -> list[SheetValue]:
    passed, missing = " ".join(decision.passed), "; ".join(decision.missing)
    attendance, discussion = vars(decision.attendance).values(), vars(decision.discussion).values()
    return [decision.member, decision.decision.value, decision.rule, passed, *attendance, *discussion, missing]


def decisions_in_all_languages(facts: Mapping[str, Facts], policy: Policy, results: Results) -> list[dict[str, Any]]:
    """The decisions as JSON, with what is missing in each language: members read it in theirs."""
    missing = {}
    for code in i18n.LANGUAGES:
        with i18n.speaking(code):
            missing[code] = [list(decision.missing) for decision in decide_all(facts, policy, results)]
    return [
        {**decision.as_json(), "missing_in": {code: texts[at] for code, texts in missing.items()}}
        for at, decision in enumerate(decide_all(facts, policy, results))
    ]
