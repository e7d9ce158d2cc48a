"""`d2d promote`: who is promoted, by which rule, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from grader.cli.options import BOOK_OPTION, FILE, FOLDER, JSON_OPTION, common, course_of, open_book, time_of
from grader.cli.paper import dumped, give_result, say, table, whoami
from grader.cli.typed import as_typed
from grader.course.policy import Policy, read_policy
from grader.course.roster import demand_rows, read_attendance, read_roster
from grader.files import write_whole
from grader.gradebook.promotion import (
    Decision,
    Facts,
    ahead_of,
    changed_facts,
    decide_all,
    decisions_in_all_languages,
    decisions_page,
    decisions_sheet,
    passed_of,
    word,
)
from grader.gradebook.results import Results
from grader.i18n import _


@click.command()
@BOOK_OPTION
@click.option("--attendance", type=FILE, required=True, help=_("CSV of attendance, a row for every member."))
@click.option("--discussion", type=FILE, required=True, help=_("CSV of discussion tasks, a row for every member."))
@click.option("--roster", type=FILE, help=_("CSV of the members; without it, whoever is in any of the files."))
@click.option("--policy", type=FILE, help=_("The rules, in place of those of the course."))
@click.option("--out", type=FOLDER, help=_("Folder for decisions.csv, .json and .html."))
@click.option("--now", metavar="TIME", help=_("What is due at that time: 2026-03-20T23:59, the course's time."))
@JSON_OPTION
@click.option(
    "--what-if",
    "changes",
    metavar="MEMBER:hw3=pass",
    multiple=True,
    help=_("Show the decision if it were so, and store nothing: hw3=pass, hw3=fail, attendance=12, discussion=12."),
)
@common
def promote_command(
    book: Path, policy: Path | None, out: Path | None, json_file: str | None, changes: tuple[str, ...], **options: Any
) -> None:
    """Make one decision for each member."""
    term = course_of(options).term
    rules = read_policy(policy) if policy else term.policy
    tried = {text.rpartition(":")[2].partition("=")[0] for text in changes if text.endswith("=fail")}
    ahead = term.ahead(time_of(options["now"], term)).intersection(rules.assignments) - tried
    if ahead:
        say(ahead_of(ahead))
    with open_book(book, term, only_read=bool(changes)) as gradebook:
        results = gradebook.results(term)
        facts = _facts(results, rules, options["attendance"], options["discussion"], options["roster"])
        decisions = decide_all(facts, rules, results, ahead)
        if changes:
            changed = changed_facts(changes, facts, rules)
            after = decide_all(changed, rules, results, ahead)
            before = [decision for decision in decisions if decision.member in changed]
            give_result([decision.as_json() for decision in after], _compared(before, after), json_file)
            return
        value = [decision.as_json() for decision in decisions]
        gradebook.decide(value, by=whoami())
    if out is not None:
        write_whole(out / "decisions.json", dumped(decisions_in_all_languages(facts, rules, results, ahead)))
        write_whole(out / "decisions.csv", decisions_sheet(decisions))
        write_whole(out / "decisions.html", decisions_page(decisions, rules, term.name, ahead))
    give_result(value, _shown(decisions), json_file)


def _facts(
    results: Results, policy: Policy, attendance: Path, discussion: Path, roster: Path | None
) -> dict[str, Facts]:
    """What is known of each member; names that stand in one place and are missing in another are reported."""
    people = read_roster(roster) if roster else None
    sheets = [read_attendance(file, people) for file in (attendance, discussion)]
    members = set(people.members) if people else {*results, *sheets[0].tallies, *sheets[1].tallies}
    for sheet in sheets:
        for name in sheet.unknown:
            say(
                _("{file}: {name} is not on the roster and gets no decision.").format(
                    file=as_typed(sheet.file), name=name
                )
            )
    for name in sorted(set(results) - members):
        say(_("{name} is in the gradebook but not on the roster and gets no decision.").format(name=name))
    demand_rows(sheets, members)
    return {
        member: Facts(
            member, passed_of(results.get(member, {}), policy), *(sheet.share(member, policy) for sheet in sheets)
        )
        for member in members
    }


def _compared(before: Sequence[Decision], after: Sequence[Decision]) -> Iterator[str]:
    for old, new in zip(before, after, strict=True):
        yield _shown([new])
        text = _("as it is: {decision}, by the rule {rule}; nothing was stored")
        yield "  " + text.format(decision=word(old.decision), rule=old.rule)


def _shown(decisions: Sequence[Decision]) -> str:
    head = [_("member"), _("decision"), _("rule"), _("passed"), _("attendance"), _("discussion"), _("missing")]
    rows = [
        [
            decision.member,
            word(decision.decision),
            decision.rule,
            " ".join(decision.passed) or "–",
            f"{decision.attendance.attended}/{decision.attendance.held}",
            f"{decision.discussion.attended}/{decision.discussion.held}",
            "; ".join(decision.missing),
        ]
        for decision in decisions
    ]
    return table(head, rows)
