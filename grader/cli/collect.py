"""`d2d collect`: every member's repository, as it was before the deadline, in the form that `grade` takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.cli.app import Troubles
from grader.cli.options import FILE, FOLDER, JSON_OPTION, common, course_of, time_of
from grader.cli.paper import ended_softly, give_result, say, table
from grader.course.course import Term
from grader.course.roster import read_roster
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, UsageError
from grader.github.collect import CollectOrder, add_snapshot, collect_all, same_repository
from grader.github.collected import CollectedFolder, CollectedWork, Snapshot, read_snapshots, snapshot_for
from grader.github.git import PROTOCOLS, Access, FetchLimits, host, missing_reason
from grader.i18n import _

ALLOW = "D2D_GIT_ALLOW"
_TOKEN = "D2D_GIT_TOKEN"  # noqa: S105 — the name of a variable
ROSTER_OPTION = click.option(
    "--roster", type=FILE, required=True, help=_("CSV of the members, with a column `repository`.")
)


@click.command()
@ROSTER_OPTION
@click.option("--out", type=FOLDER, help=_("Folder for an archive of each member."))
@click.option("--hw", help=_("Only what is of this assignment; its deadline, once passed, is --before."))
@click.option("--before", metavar="TIME", help=_("As it was then: 2026-03-20T23:59, the course's time."))
@click.option(
    "--snapshot",
    type=FILE,
    help=_("File of heads: without --before, where all branches are now is added; with it, it says what was there."),
)
@click.option("--timeout", default=120.0, show_default=True, help=_("Seconds that one repository may take."))
@click.option("--size", default=512, show_default=True, help=_("MB that one repository may have."))
@click.option("--jobs", default=4, show_default=True, help=_("How many are fetched at once."))
@click.option(
    "--allow", multiple=True, metavar="PROTOCOL", envvar=ALLOW, help=_("A protocol beside https and ssh: file, http.")
)
@JSON_OPTION
@common
def collect_command(
    roster: Path, out: Path | None, hw: str | None, before: str | None, snapshot: Path | None, **options: Any
) -> None:
    """Fetch every member's repository."""
    if out is None and snapshot is None:
        raise UsageError(_("Give --out DIR, --snapshot FILE or both."))
    course = course_of(options)
    term = course.term
    if hw is not None:
        course.assignment(hw)
    people = tuple(read_roster(roster).people)
    for first, second in same_repository(people):
        say(_("{one} and {other} have the same repository in the roster.").format(one=first, other=second))
    moment = _moment(before, hw, term)
    bounds = fetch_limits(options["timeout"], options["size"], options["allow"])
    known: Sequence[Snapshot] = ()
    if snapshot is not None and before is None:
        with ended_softly(_("No snapshot was taken.")):
            known = add_snapshot(snapshot, snapshot, people, bounds, options["jobs"])
        _say_heads(known[-1], term)
    elif snapshot is not None and snapshot.exists():
        known = read_snapshots(snapshot)
    chosen = None if moment is None else snapshot_for(known, moment)
    if chosen is not None:
        say(_("What counts is the snapshot of {time}.").format(time=term.local(chosen.at)))
    if out is None:
        raise SystemExit(ALL_PASSED)
    if moment is not None and chosen is None:
        say(_("No snapshot says what was there then: the times that commits claim are believed, and can be forged."))
    others = tuple(name for name in course.ids() if name != hw)
    troubles = Troubles()
    with ended_softly(_("What was collected so far is kept: the same command goes on where this one ended.")):
        collection = collect_all(
            CollectOrder(people, out, hw, others, moment, chosen, bounds, options["jobs"]), take=troubles
        )
    give_result(collection.as_json(), collected_table(collection, term), options["json_file"])
    complete = ALL_PASSED if not any(work.missing for work in collection.members) else NOT_ALL_PASSED
    raise SystemExit(max(complete, troubles.exit_code))


def _moment(before: str | None, hw: str | None, term: Term) -> datetime | None:
    """The moment asked for; None while it lies ahead: then what is there now is what counts."""
    now = datetime.now(timezone.utc)
    if before is None:
        return term.closed_at(hw or "", now)
    moment = time_of(before, term)
    return moment if moment <= now else None


def _say_heads(snapshot: Snapshot, term: Term) -> None:
    """How many repositories a snapshot that was just taken has reached."""
    reached = sum(head.commit is not None for head in snapshot.heads)
    text = _("Snapshot of {time}: {found} of {all} repositories.")
    say(text.format(time=term.local(snapshot.at), found=reached, all=len(snapshot.heads)))


def fetch_limits(timeout: float, size: int, allow: Sequence[str]) -> FetchLimits:
    """What one repository may take, and the token for those that are private."""
    token = os.environ.get(_TOKEN, "")
    return FetchLimits(timeout, size << 20, (*PROTOCOLS, *allow), Access(host(), token) if token else None)


def collected_table(collection: CollectedFolder, term: Term) -> str:
    """A line for each member; who is missing stands last, with the reason."""
    works = sorted(collection.members, key=lambda work: (work.missing is not None, work.member))
    missing = sum(work.missing is not None for work in works)
    count = _("{there} collected, {missing} missing").format(there=len(works) - missing, missing=missing)
    head = ["", _("member"), _("commit"), _("handed in"), ""]
    return table(head, [_row(work, term) for work in works]) + "\n\n" + count


def _row(work: CollectedWork, term: Term) -> list[str]:
    commit = (work.commit or "–")[:10]
    if work.missing is not None:
        return ["✗", work.member, commit, "–", work.said or missing_reason(work.missing)]
    when = "–" if work.submitted_at is None else term.local(work.submitted_at)
    basis = {"snapshot": _("by the snapshot"), "commit": _("as the commit claims"), "now": _("when it was collected")}
    remark = basis[work.basis or "now"] + (f"; {work.said}" if work.said else "")
    return ["✓", work.member, commit, when, remark]
