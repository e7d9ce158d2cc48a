"""`d2d status`: what a member has so far, and what is still needed for promotion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from grader.clean import inline
from grader.cli.options import FILE, JSON_OPTION, common, course_of
from grader.cli.paper import give_result, say, table
from grader.course.policy import Policy, Standing
from grader.gradebook.promotion import word
from grader.gradebook.standing import OwnReports, decision_on, needed, read_decisions, reports_near
from grader.i18n import _, language
from grader.member import MemberName
from grader.report.report import Report

_DECISIONS = "decisions.json"


@click.command()
@click.argument("reports", nargs=-1, type=FILE)
@click.option("--member", metavar="NAME", type=MemberName, help=_("Who you are in the decisions of the staff."))
@click.option("--decisions", type=FILE, help=_("The staff's decisions; default: decisions.json of the course."))
@JSON_OPTION
@common
def status_command(
    reports: tuple[Path, ...], member: MemberName | None, decisions: Path | None, json_file: str | None, **options: Any
) -> None:
    """Print what a member has so far."""
    course = course_of(options)
    published = course.folder / _DECISIONS
    file = decisions or (published if published.is_file() and not reports else None)
    if file is not None:
        decision = decision_on(member, read_decisions(file), file)
        give_result(decision, _decision_text(decision), json_file)
        return
    own = OwnReports.read(reports or reports_near(course.folder), member, strict=bool(reports))
    if not own.reports:
        say(_("No report lies here yet: `d2d check hw1 --json reports/hw1.json` writes one."))
    policy = course.term.policy
    latest = [own.latest(name) for name in policy.assignments]
    missing = needed(filter(None, latest), policy)
    value = {"reports": [_brief(report) for report in latest if report is not None], "missing": list(missing)}
    give_result(value, _reports_text(latest, missing, policy), json_file)


def _decision_text(decision: dict[str, Any]) -> str:
    member, rule, made = inline(decision["member"]), inline(decision["rule"]), word(Standing(decision["decision"]))
    attendance, discussion = decision["attendance"], decision["discussion"]
    shares = {**attendance, "done": discussion["attended"], "given": discussion["held"]}
    missing = decision.get("missing_in", {}).get(language(), decision["missing"])
    lines = [
        _("{member}: {decision} (rule {rule})").format(member=member, decision=made, rule=rule),
        _("passed: {names}").format(names=inline(" ".join(decision["passed"])) or "–"),
        _("attendance {attended}/{held} · discussion {done}/{given}").format(**shares),
    ]
    return "\n".join([*lines, *_list(_("still missing:"), map(inline, missing))])


def _brief(report: Report) -> dict[str, Any]:
    keys = ("assignment", "member", "visibility", "complete", "score", "max_score", "percent", "passed", "graded_at")
    value = report.as_json()
    return {key: value[key] for key in keys}


def _reports_text(latest: Sequence[Report | None], missing: Iterable[str], policy: Policy) -> str:
    rows = []
    for name, report in zip(policy.assignments, latest, strict=True):
        if report is None:
            rows.append([name, "–", _("no report yet")])
            continue
        origin = _("public cases only") if report.visibility == "public" else _("graded by the staff")
        rows.append([name, f"{'✓' if report.passed else '✗'} {report.percent} %", origin])
    bounds = [rule.attendance_below or rule.discussion_below for rule in policy.rules]
    note = _("Hidden cases decide.")
    if known := [bound for bound in bounds if bound is not None]:
        text = _("Hidden cases decide. The staff keeps attendance and discussion: {percent} % is needed.")
        note = text.format(percent=max(known))
    scores = table([_("assignment"), _("score"), ""], rows)
    return "\n".join([scores, "", *_list(_("still missing:"), missing), note])


def _list(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"  · {item}" for item in items]
    return [title, *lines] if lines else []
