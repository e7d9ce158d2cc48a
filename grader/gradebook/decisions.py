"""Who is promoted, as a page: every decision with the rule that made it and what is missing, and the rules."""

from __future__ import annotations

from collections.abc import Sequence

from grader.course.policy import Outcome, Policy, Rule
from grader.gradebook.promotion import Decision, word
from grader.i18n import _
from grader.render.templating import asset, framed

_COLOURS = {Outcome.PROMOTED: "good", Outcome.JUNIOR: "warn", Outcome.REMOVED: "bad"}


def decisions_page(decisions: Sequence[Decision], policy: Policy, term: str = "") -> str:
    """A whole file, which needs nothing beside it."""
    outcomes = sorted(Outcome, key=lambda outcome: -outcome.rank)
    return framed(
        "decisions.html",
        styles=["class.css"],
        script=asset("class.js"),
        decisions=decisions,
        rules=policy.rules,
        mandatory=policy.mandatory,
        term=term,
        counts=[(each, sum(one.decision is each for one in decisions)) for each in outcomes],
        word=word,
        colour=_COLOURS.__getitem__,
        asks=asks,
    )


def asks(rule: Rule) -> str:
    """When a rule holds, in words."""
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
