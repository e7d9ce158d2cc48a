"""Where a member stands: by the decisions that the staff published, or by the reports that the member has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.policy import Policy, Share
from grader.errors import BadInputError, UsageError
from grader.fields import Fields, FormError, as_text
from grader.files import read_named
from grader.gradebook.promotion import Facts, decide, passed_of
from grader.gradebook.results import result_of
from grader.i18n import _
from grader.member import MemberName
from grader.report.reader import read_file
from grader.report.report import Report

_REPORTS = "reports"
_MOST_FILES = 1000
_LARGEST = 64 << 20
_LONGEST = 100_000  # of a name: one that somebody typed into a form must not keep the others from their own


def read_decisions(file: Path) -> list[dict[str, Any]]:
    """The decisions that `promote` wrote; the file comes from elsewhere, so its form is checked."""
    data = read_named(file, limit=_LARGEST)
    try:
        value = json.loads(data.decode("utf-8-sig"))
        if not isinstance(value, list):
            raise FormError("", _("must be a list"))
        for at, decision in enumerate(value):
            _check_form(Fields(decision, f"[{at}]"))
    except FormError as error:
        text = _("This is no file of decisions: {fault}.").format(fault=error)
        raise BadInputError(text, where=file) from error
    except (ValueError, RecursionError) as error:
        raise BadInputError(_("This file of decisions can't be read."), where=file) from error
    return value


def decision_on(member: MemberName | None, decisions: Sequence[dict[str, Any]], file: Path) -> dict[str, Any]:
    """The member's decision; without a name, the only one that there is."""
    if member is None and len(decisions) != 1:
        hint = _("Say who you are: --member NAME")
        raise UsageError(_("The decisions are of several members."), where=file, hint=hint)
    for decision in decisions:
        if member is None or MemberName(decision["member"]) == member:
            return decision
    raise UsageError(_("There is no member {name}.").format(name=member), where=file)


def reports_near(folder: Path) -> list[Path]:
    """The JSON files where reports lie as a rule: in the course's folder `reports`, and in the current folder."""
    places = [place for place in (folder / _REPORTS, Path.cwd()) if place.is_dir()]
    return sorted({file.resolve() for place in places for file in sorted(place.glob("*.json"))[:_MOST_FILES]})


@dataclass(frozen=True)
class OwnReports:
    """A member's reports, each with the time at which its file was written."""

    reports: tuple[tuple[Report, float], ...]

    @classmethod
    def read(cls, files: Iterable[Path], member: MemberName | None, *, strict: bool) -> OwnReports:
        """The member's reports among the files. Files that are no reports are left out, and are errors if `strict`."""
        own = []
        for file in files:
            try:
                report, written = read_file(file).report, file.stat().st_mtime
            except (BadInputError, OSError):
                if strict:
                    raise
                continue
            if member is None or report.member in (member, report.assignment):
                own.append((report, written))
        # The report of a check of `hw1.py` has the name hw1, which says nothing of whose it is.
        members = {report.member for report, _written in own} - {report.assignment for report, _written in own}
        if len(members) > 1:
            text = _("The reports are of several members: {names}.").format(names=", ".join(sorted(members)))
            raise UsageError(text, hint=_("Say who you are: --member NAME"))
        return cls(tuple(own))

    def latest(self, assignment: str) -> Report | None:
        """The report that says most about an assignment: the staff's before the member's own, then the newest."""
        candidates = [(report, written) for report, written in self.reports if report.assignment == assignment]
        if not candidates:
            return None
        return max(candidates, key=lambda pair: (pair[0].visibility == "full", pair[0].graded_at, pair[1]))[0]


def needed(reports: Iterable[Report], policy: Policy) -> tuple[str, ...]:
    """The assignments that are still missing for the best decision, in the words of the staff's decision."""
    results = {report.assignment: result_of(report, report.score, complete=report.complete) for report in reports}
    nothing_held = Share(0, 0)  # a member's own reports say nothing of attendance and discussion
    return decide(Facts("", passed_of(results, policy), nothing_held, nothing_held), policy, results).missing


def _check_form(fields: Fields) -> None:
    fields.text("member", _LONGEST, least=1)
    fields.one_of("decision", ("promoted", "junior", "removed"))
    fields.text("rule", 200)
    languages = fields.take("missing_in", Fields, Fields({}))
    for texts, keys in ((fields, ["passed", "missing"]), (languages, list(languages.values))):
        for key in keys:
            texts.items(key, as_text, 1000)
    for key in ("attendance", "discussion"):
        share = fields.take(key, Fields)
        share.whole("attended")
        share.whole("held")
