"""What the decision on a member would be if something were otherwise: `--what-if kim:hw3=pass`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.course.policy import Policy
from grader.errors import UsageError
from grader.gradebook.promotion import Facts
from grader.i18n import _
from grader.member import MemberName


def changed_facts(changes: Sequence[str], facts: Mapping[str, Facts], policy: Policy) -> dict[str, Facts]:
    """The facts of the members that the changes name, each written `MEMBER:WHAT=VALUE`, as they would be."""
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
