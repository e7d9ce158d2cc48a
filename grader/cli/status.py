"""`d2d status`: what a member has so far, and what is still needed for promotion."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of, term_of
from grader.cli.paper import dumped, say, table, write_out
from grader.errors import BadInputError, UsageError
from grader.i18n import _, language
from grader.member import MemberName

if TYPE_CHECKING:
    from grader.course.policy import Policy
    from grader.report.report import Report

_FILE = click.Path(path_type=Path, dir_okay=False)
DECISIONS = "decisions.json"
REPORTS = "reports"
_MOST_FILES = 1000
_LARGEST = 64 << 20
_LONGEST = 100_000  # of a name: one that somebody typed into a form must not keep the others from their own


@click.command(help=_("Your reports so far, and what you still need for promotion."))
@click.argument("reports", nargs=-1, type=_FILE)
@click.option("--member", metavar="NAME", type=MemberName, help=_("Who you are in the decisions of the staff."))
@click.option("--decisions", type=_FILE, help=_("The staff's decisions; default: decisions.json of the course."))
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write it as JSON; - prints nothing else."))
@common
def status_command(
    reports: tuple[Path, ...], member: str | None, decisions: Path | None, json_file: str | None, **options: Any
) -> None:
    """What a member has so far."""
    course = course_of(options)
    published = course.folder / DECISIONS
    file = decisions or (published if published.is_file() and not reports else None)
    if file is not None:
        decided = _mine(_read_decisions(file), member, file)
        _out(decided, _decision_text(decided), json_file)
        return
    found = _own(reports or _lying_about(course.folder), strict=bool(reports), member=member)
    policy = term_of(course).policy
    standing = [_latest(found, name) for name in policy.assignments]
    value = {
        "reports": [_brief(each) for each in standing if each is not None],
        "missing": list(_needed(standing, policy)),
    }
    _out(value, _reports_text(standing, policy), json_file)


def _out(value: object, text: str, json_file: str | None) -> None:
    if json_file is not None:
        write_out(dumped(value), json_file)
    if json_file != "-":
        click.echo(text)


def _read_decisions(file: Path) -> list[dict[str, Any]]:
    """What `promote` wrote; the file comes from elsewhere, so its form is looked at."""
    from grader.fields import Fields, FormError, as_text
    from grader.files import read_named

    data = read_named(file, limit=_LARGEST)
    try:
        value = json.loads(data.decode("utf-8-sig"))
        if not isinstance(value, list):
            raise FormError("", _("must be a list"))
        for at, each in enumerate(value):
            fields = Fields(each, f"[{at}]")
            fields.text("member", _LONGEST, least=1)
            fields.one_of("decision", ("promoted", "junior", "removed"))
            fields.text("rule", 200)
            for key in ("passed", "missing"):
                fields.items(key, as_text, 1000)
            if "missing_in" in fields.values:
                languages = fields.take("missing_in", Fields)
                for code in list(languages.values):
                    languages.items(code, as_text, 1000)
            for key in ("attendance", "discussion"):
                share = fields.take(key, Fields)
                share.whole("attended")
                share.whole("held")
    except FormError as error:
        said = _("This is no file of decisions: {fault}.").format(fault=error)
        raise BadInputError(said, where=file) from error
    except (ValueError, RecursionError) as error:
        raise BadInputError(_("This file of decisions can't be read."), where=file) from error
    return value


def _mine(decisions: list[dict[str, Any]], member: str | None, file: Path) -> dict[str, Any]:

    if member is None and len(decisions) != 1:
        raise UsageError(
            _("The decisions are of several members."), where=file, hint=_("Say who you are: --member NAME")
        )
    for each in decisions:
        if member is None or MemberName(each["member"]) == member:
            return each
    raise UsageError(_("There is no member {name}.").format(name=member), where=file)


def _decision_text(decided: dict[str, Any]) -> str:
    from grader.clean import inline
    from grader.course.policy import Standing
    from grader.gradebook.promotion import word

    attendance, discussion = decided["attendance"], decided["discussion"]
    lines = [
        _("{member}: {decision} (rule {rule})").format(
            member=inline(decided["member"]), decision=word(Standing(decided["decision"])), rule=inline(decided["rule"])
        ),
        _("passed: {names}").format(names=inline(" ".join(decided["passed"])) or "–"),
        _("attendance {attended}/{held} · discussion {done}/{given}").format(
            attended=attendance["attended"],
            held=attendance["held"],
            done=discussion["attended"],
            given=discussion["held"],
        ),
    ]
    missing = decided.get("missing_in", {}).get(language(), decided["missing"])
    return "\n".join([*lines, *_list(_("still missing:"), map(inline, missing))])


@dataclass(frozen=True)
class _Found:
    """A report, and when its file was written."""

    report: Report
    written: float


def _lying_about(folder: Path) -> list[Path]:
    """The JSON files where reports lie as a rule: the course's `reports`, and the current folder."""
    places = [folder / REPORTS, Path.cwd()]
    files = {
        file.resolve() for place in places if place.is_dir() for file in sorted(place.glob("*.json"))[:_MOST_FILES]
    }
    return sorted(files)


def _own(files: Iterable[Path], *, strict: bool, member: str | None) -> list[_Found]:
    """The reports in `files`; files that only lie about may be something else."""
    from grader.report.reader import read_file

    found = []
    for file in files:
        try:
            report = read_file(file).report
            written = file.stat().st_mtime
        except (BadInputError, OSError):
            if strict:
                raise
            continue
        if member is None or report.member in (member, report.assignment):
            found.append(_Found(report, written))
    whose = {each.report.member for each in found} - {each.report.assignment for each in found}
    if len(whose) > 1:
        hint = _("Say who you are: --member NAME")
        raise UsageError(
            _("The reports are of several members: {names}.").format(names=", ".join(sorted(whose))), hint=hint
        )
    if not found:
        say(_("No report lies here yet: `d2d check hw1 --json reports/hw1.json` writes one."))
    return found


def _latest(found: list[_Found], assignment: str) -> Report | None:
    """The report that says most about an assignment: the staff's before one's own, and of these the newest."""
    of = [each for each in found if each.report.assignment == assignment]
    newest = max(
        of, key=lambda each: (each.report.visibility == "full", each.report.graded_at, each.written), default=None
    )
    return None if newest is None else newest.report


def _brief(report: Report) -> dict[str, Any]:
    keys = ("assignment", "member", "visibility", "complete", "score", "max_score", "percent", "passed", "graded_at")
    value = report.as_json()
    return {key: value[key] for key in keys}


def _reports_text(standing: list[Report | None], policy: Policy) -> str:
    rows = []
    for name, report in zip(policy.assignments, standing, strict=True):
        if report is None:
            rows.append([name, "–", _("no report yet")])
            continue
        seen = _("public cases only") if report.visibility == "public" else _("graded by the staff")
        rows.append([name, f"{'✓' if report.passed else '✗'} {report.percent} %", seen])
    text = table([_("assignment"), _("score"), ""], rows)
    bounds = [rule.attendance_below or rule.discussion_below for rule in policy.rules]
    percent = max((bound for bound in bounds if bound is not None), default=None)
    if percent is not None:
        note = _("Hidden cases decide. The staff keeps attendance and discussion: {percent} % is needed.").format(
            percent=percent
        )
    else:
        note = _("Hidden cases decide.")
    return "\n".join([text, "", *_list(_("still missing:"), _needed(standing, policy)), note])


def _needed(standing: list[Report | None], policy: Policy) -> Iterable[str]:
    """What of the assignments is still to be done for the best decision, as the staff's own decision would say it."""
    from grader.course.policy import Share
    from grader.gradebook.promotion import Facts, decide, passed_of
    from grader.gradebook.results import Result

    results = {
        report.assignment: Result(
            report.member, report.assignment, report.score, report.max_score, report.pass_percent, report.complete
        )
        for report in standing
        if report is not None
    }
    nothing_held = Share(0, 0)  # of attendance and discussion a member's own reports know nothing
    return decide(Facts("", passed_of(results, policy), nothing_held, nothing_held), policy, results).missing


def _list(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"  · {item}" for item in items]
    return [title, *lines] if lines else []
