"""Commands for the staff: who is promoted, and a TA's hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.app import common
from grader.cli.paper import dumped, put, say, table, whoami, write
from grader.errors import UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.course.policy import Policy
    from grader.course.term import Term
    from grader.gradebook.book import Gradebook
    from grader.gradebook.promotion import Decision
    from grader.gradebook.results import Result

_FILE = click.Path(path_type=Path, dir_okay=False)
_POINTS = re.compile(r"\d{1,6}(\.\d{1,4}|/[1-9]\d{0,3})?")
_NOBODY: Mapping[str, Any] = {}


@click.command(help=_("Decide who is promoted, by which rule, and what is missing."))
@click.option("--gradebook", "book", type=_FILE, required=True, help=_("The gradebook."))
@click.option("--attendance", type=_FILE, required=True, help=_("CSV of attendance, a row for every member."))
@click.option("--discussion", type=_FILE, required=True, help=_("CSV of discussion tasks, a row for every member."))
@click.option("--roster", type=_FILE, help=_("CSV of the members; without it, whoever is in any of the files."))
@click.option("--policy", type=_FILE, help=_("The rules, in place of those of the course."))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help=_("Folder for decisions.csv, .json and .html.")
)
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write the decisions as JSON; - prints nothing else."))
@click.option(
    "--what-if",
    "what_ifs",
    metavar="MEMBER:hw3=pass",
    multiple=True,
    help=_("Show the decision if it were so, and store nothing: hw3=pass, hw3=fail, attendance=12, discussion=12."),
)
@common
def promote(
    book: Path,
    attendance: Path,
    discussion: Path,
    roster: Path | None,
    policy: Path | None,
    out: Path | None,
    json_file: str | None,
    what_ifs: tuple[str, ...],
    **options: Any,
) -> None:
    """One decision a member."""
    term = term_of(course_of(options))
    from grader.course.policy import read_policy
    from grader.course.roster import demand_rows, read_attendance, read_roster
    from grader.gradebook.book import normal

    rules = read_policy(policy) if policy else term.policy
    people = read_roster(roster) if roster else None
    sheets = [read_attendance(file, people) for file in (attendance, discussion)]
    with open_book(book, term) as gradebook:
        results = gradebook.results(term)
        members = (
            {normal(member) for member in people.members}
            if people
            else {*results, *sheets[0].tallies, *sheets[1].tallies}
        )
        for sheet in sheets:
            for name in sheet.unknown:
                say(_("{file}: {name} is not on the roster and gets no decision.").format(file=sheet.file, name=name))
        for name in sorted(set(results) - members):
            say(_("{name} is in the gradebook but not on the roster and gets no decision.").format(name=name))
        demand_rows(sheets, members)
        facts = {
            member: _facts(
                member, results.get(member, _NOBODY), rules, [sheet.share(member, rules) for sheet in sheets]
            )
            for member in members
        }
        decisions = _decisions(facts, rules, results)
        if what_ifs:
            wanted = _what_if(what_ifs, facts, rules)
            then = _decisions(wanted, rules, results)
            _show_what_if([each for each in decisions if each.member in wanted], then, json_file)
            return
        value = [decision.as_json() for decision in decisions]
        gradebook.decide(value, by=whoami())
    if out is not None:
        write(out / "decisions.json", dumped(_in_all_languages(value, facts, rules, results)))
        write(out / "decisions.csv", _csv(decisions))
        from grader.gradebook.decisions import decisions_page

        write(out / "decisions.html", decisions_page(decisions, rules, term.name))
    if json_file is not None:
        put(dumped(value), json_file)
    if json_file != "-":
        click.echo(_shown(decisions))


@click.command(help=_("Let a TA's points stand for a member's assignment, whatever is graded."))
@click.option("--gradebook", "book", type=_FILE, required=True, help=_("The gradebook."))
@click.argument("member")
@click.argument("hw")
@click.option("--points", metavar="N", help=_("The points: a whole number or a fraction such as 7/2."))
@click.option("--withdraw", is_flag=True, help=_("Let what was graded count again."))
@click.option("--why", metavar="TEXT", required=True, help=_("The reason; the member will read it."))
@click.option("--by", metavar="WHO", required=True, help=_("Who decided it."))
@common
def override(
    book: Path, member: str, hw: str, points: str | None, withdraw: bool, why: str, by: str, **options: Any
) -> None:
    """A TA's hand."""
    if (points is None) is not withdraw:
        raise UsageError(_("Give either --points N or --withdraw."))
    course = course_of(options)
    assignment = course.assignment(hw)
    value = None if points is None else _points(points)
    with open_book(book, term_of(course)) as gradebook:
        graded = [each for each in gradebook.entries() if each.assignment == assignment.id]
        own = [each for each in graded if each.member == member]
        if not own:
            if not any(each.member == member for each in gradebook.entries()):
                say(
                    _("Nothing of {member} is in the gradebook so far: is the name spelled right?").format(
                        member=member
                    )
                )
            own = graded
        most = own[-1].max_score if own else sum((each.points for each in assignment.sections.values()), Fraction(0))
        mark = own[-1].pass_percent if own else assignment.pass_percent
        gradebook.override(member, assignment.id, value, by=by, why=why, max_score=most, pass_percent=mark)
    if value is None:
        said = _("{member}, {assignment}: the override is withdrawn.")
        say(said.format(member=member, assignment=assignment.id))
    else:
        said = _("{member}, {assignment}: {points} of {most} points from now on, by {by}.")
        say(said.format(member=member, assignment=assignment.id, points=value, most=most, by=by))


def course_of(options: Mapping[str, Any]) -> Course:
    """The course that a command was called in, or that `--course` names."""
    from grader.course.course import find_course

    return find_course(Path.cwd(), options["course"])


def term_of(course: Course) -> Term:
    """What the course file says of deadlines, policy and keys."""
    from grader.course.course import COURSE_FILE
    from grader.course.term import load_term

    return load_term(course.folder / COURSE_FILE)


def time_of(text: str | None, term: Term) -> datetime:
    """A time that was given by hand, which is the course's own where it names no other; else now."""
    from grader.course.term import moment

    if text is None:
        return datetime.now(timezone.utc)
    try:
        return moment(text, term.zone)
    except ValueError as error:
        raise UsageError(_("{text} is no time.").format(text=text)) from error


def open_book(book: Path, term: Term, *, create: bool = False) -> Gradebook:
    """The gradebook; where the course has a key, it takes what that has signed alone."""
    from grader.gradebook.book import Gradebook

    if term.public_key is None:
        return Gradebook(book, create=create)
    from grader.report.signature import read_public_key

    return Gradebook(book, create=create, key=read_public_key(term.public_key))


def _points(text: str) -> Fraction:
    if not _POINTS.fullmatch(text):
        raise UsageError(_("{text} is no number of points.").format(text=text))
    return Fraction(text)


def _facts(member: str, results: Mapping[str, Result], policy: Policy, shares: Sequence[Any]) -> Any:
    from grader.gradebook.promotion import Facts, passed_of

    return Facts(member, passed_of(results, policy), *shares)


def _decisions(facts: Mapping[str, Any], policy: Policy, results: Mapping[str, Mapping[str, Result]]) -> list[Decision]:
    from grader.gradebook.promotion import decide

    return [decide(facts[member], policy, results.get(member, _NOBODY)) for member in sorted(facts)]


def _in_all_languages(
    value: list[dict[str, Any]],
    facts: Mapping[str, Any],
    policy: Policy,
    results: Mapping[str, Mapping[str, Result]],
) -> list[dict[str, Any]]:
    """The decisions with what is missing in each language: members read it in theirs."""
    from grader import i18n

    chosen, missing = i18n.language(), {}
    try:
        for code in i18n.LANGUAGES:
            i18n.use(code)
            missing[code] = [list(each.missing) for each in _decisions(facts, policy, results)]
    finally:
        i18n.use(chosen)
    return [
        {**each, "missing_in": {code: texts[at] for code, texts in missing.items()}} for at, each in enumerate(value)
    ]


@dataclass(frozen=True)
class _Change:
    """`MEMBER:WHAT=VALUE`."""

    member: str
    what: str
    value: str

    @classmethod
    def of(cls, text: str) -> _Change:
        member, _colon, rest = text.rpartition(":")
        what, _equals, value = rest.partition("=")
        if not member or not what or not value:
            hint = _("For instance: --what-if kim:hw3=pass")
            raise UsageError(_("{text} is no change that can be tried.").format(text=text), hint=hint)
        return cls(member, what.strip(), value.strip())


def _what_if(texts: Sequence[str], facts: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The facts of the members named, as they would be."""
    changed: dict[str, Any] = {}
    for change in map(_Change.of, texts):
        if change.member not in facts:
            raise UsageError(_("There is no member {name}.").format(name=change.member))
        before = changed.get(change.member, facts[change.member])
        if change.what in policy.assignments and change.value in ("pass", "fail"):
            passed = set(before.passed) - {change.what} | ({change.what} if change.value == "pass" else set())
            after = replace(before, passed=tuple(name for name in policy.assignments if name in passed))
        elif change.what in ("attendance", "discussion") and change.value.isdecimal():
            share = replace(getattr(before, change.what), attended=int(change.value))
            if share.attended > share.held:
                said = _("{attended} of {held} is more than 100 %.")
                raise UsageError(said.format(attended=share.attended, held=share.held))
            after = replace(before, **{change.what: share})
        else:
            said = _("{what}={value} is no change that can be tried.").format(what=change.what, value=change.value)
            hint = _("Known here: {names}.").format(names=", ".join([*policy.assignments, "attendance", "discussion"]))
            raise UsageError(said, hint=hint)
        changed[change.member] = after
    return changed


def _show_what_if(before: list[Decision], after: list[Decision], json_file: str | None) -> None:
    from grader.gradebook.promotion import word

    if json_file is not None:
        put(dumped([decision.as_json() for decision in after]), json_file)
    if json_file != "-":
        for old, new in zip(before, after, strict=True):
            click.echo(_shown([new]))
            said = _("as it is: {decision}, by the rule {rule}; nothing was stored")
            click.echo("  " + said.format(decision=word(old.decision), rule=old.rule))


def _shown(decisions: list[Decision]) -> str:
    from grader.gradebook.promotion import word

    head = [_("member"), _("decision"), _("rule"), _("passed"), _("attendance"), _("discussion"), _("missing")]
    rows = [
        [
            each.member,
            word(each.decision),
            each.rule,
            " ".join(each.passed) or "–",
            f"{each.attendance.attended}/{each.attendance.held}",
            f"{each.discussion.attended}/{each.discussion.held}",
            "; ".join(each.missing),
        ]
        for each in decisions
    ]
    return table(head, rows)


def _csv(decisions: list[Decision]) -> str:
    from grader.report.sheet import sheet

    head = ["member", "decision", "rule", "passed", "attended", "held", "discussions", "discussions_held", "missing"]
    rows = (
        [
            each.member,
            each.decision.value,
            each.rule,
            " ".join(each.passed),
            each.attendance.attended,
            each.attendance.held,
            each.discussion.attended,
            each.discussion.held,
            "; ".join(each.missing),
        ]
        for each in decisions
    )
    return sheet(head, rows)
