"""`d2d collect`: every member's repository, as it was before the deadline, in the form that `grade` takes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of, term_of
from grader.cli.paper import dumped, say, table, write_out
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, UsageError
from grader.files import write_whole
from grader.i18n import _

if TYPE_CHECKING:
    from grader.course.term import Term
    from grader.github.collected import CollectedFolder, CollectedWork, Snapshot
    from grader.github.git import FetchLimits

_FILE = click.Path(path_type=Path, dir_okay=False)
TOKEN, HOST, ALLOW = "D2D_GIT_TOKEN", "D2D_GIT_HOST", "D2D_GIT_ALLOW"


@click.command(help=_("Fetch every member's repository as it was before the deadline, for `d2d grade`."))
@click.option("--roster", type=_FILE, required=True, help=_("CSV of the members, with a column `repository`."))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help=_("Folder for an archive of each member.")
)
@click.option("--hw", help=_("Only what is of this assignment; its deadline, once passed, is --before."))
@click.option("--before", metavar="TIME", help=_("As it was then: 2026-03-20T23:59, the course's time."))
@click.option(
    "--snapshot",
    type=_FILE,
    help=_("File of heads: without --before, where all branches are now is added; with it, it says what was there."),
)
@click.option("--timeout", default=120.0, show_default=True, help=_("Seconds that one repository may take."))
@click.option("--size", default=512, show_default=True, help=_("MB that one repository may have."))
@click.option("--jobs", default=4, show_default=True, help=_("How many are fetched at once."))
@click.option(
    "--allow", multiple=True, metavar="PROTOCOL", envvar=ALLOW, help=_("A protocol beside https and ssh: file, http.")
)
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write the result as JSON; - prints nothing else."))
@common
def collect_command(
    roster: Path, out: Path | None, hw: str | None, before: str | None, snapshot: Path | None, **options: Any
) -> None:
    """Fetch every member's repository."""
    from grader.course.roster import read_roster
    from grader.github.collect import CollectOrder, collect_all, twice

    if out is None and snapshot is None:
        raise UsageError(_("Give --out DIR, --snapshot FILE or both."))
    course = course_of(options)
    term = term_of(course)
    if hw is not None:
        course.assignment(hw)
    people = tuple(read_roster(roster).people)
    for one, other in twice(people):
        say(_("{one} and {other} have the same repository in the roster.").format(one=one, other=other))
    moment = _moment(before, hw, term)
    bounds = fetch_limits(options["timeout"], options["size"], options["allow"])
    seen = _snapshots(snapshot, people, before, moment, bounds, options["jobs"], term)
    if out is None:
        raise SystemExit(ALL_PASSED)
    if moment is not None and seen is None:
        say(_("No snapshot says what was there then: the times that commits claim are believed, and can be forged."))
    others = tuple(name for name in course.ids() if name != hw)
    order = CollectOrder(people, out, hw, others, moment, seen, bounds, options["jobs"])
    collection = collect_all(order)
    if options["json_file"] is not None:
        write_out(dumped(collection.as_json()), options["json_file"])
    if options["json_file"] != "-":
        click.echo(shown(collection, term))
    raise SystemExit(NOT_ALL_PASSED if any(one.missing for one in collection.members) else ALL_PASSED)


def _moment(before: str | None, hw: str | None, term: Term) -> datetime | None:
    """The moment asked for; None while it lies ahead: then what is there now is what counts."""
    from grader.course.term import moment

    now = datetime.now(timezone.utc)
    if before is not None:
        try:
            wanted = moment(before, term.zone)
        except ValueError as error:
            raise UsageError(_("{text} is no time.").format(text=before)) from error
    else:
        deadline = term.deadlines.get(hw or "")
        if deadline is None:
            return None
        wanted = deadline.at + deadline.grace
    return wanted if wanted <= now else None


def _snapshots(
    file: Path | None,
    people: Sequence[Any],
    before: str | None,
    moment: datetime | None,
    bounds: FetchLimits,
    jobs: int,
    term: Term,
) -> Snapshot | None:
    """Take a snapshot if one is asked for; the one that says what was there at `moment`."""
    if file is None:
        return None
    from grader.github.collect import take_snapshot
    from grader.github.collected import heads_json, read_snapshots, snapshot_for

    known = read_snapshots(file) if file.exists() else []
    if before is None:
        taken = take_snapshot(people, bounds, jobs)
        known.append(taken)
        write_whole(file, json.dumps(heads_json(known), ensure_ascii=False, indent=1) + "\n")
        found = sum(head.commit is not None for head in taken.heads)
        said = _("Snapshot of {time}: {found} of {all} repositories.")
        say(said.format(time=term.local(taken.at), found=found, all=len(taken.heads)))
    chosen = snapshot_for(known, moment) if moment is not None else None
    if chosen is not None:
        say(_("What counts is the snapshot of {time}.").format(time=term.local(chosen.at)))
    return chosen


def fetch_limits(timeout: float, size: int, allow: Sequence[str]) -> FetchLimits:
    """What one repository may take, and the token for those that are private."""
    from grader.github.git import PROTOCOLS, Access, FetchLimits

    token = os.environ.pop(TOKEN, "")  # what this process starts gets it from nowhere but git's own settings
    access = Access(host(), token) if token else None
    return FetchLimits(timeout, size << 20, (*PROTOCOLS, *allow), access)


def host() -> str:
    """Where the members' repositories are, as far as a token is concerned."""
    return os.environ.get(HOST) or "github.com"


def shown(collection: CollectedFolder, term: Term) -> str:
    """A table: a line a member; who is missing stands last, with the reason."""
    rows = [
        _row(one, term) for one in sorted(collection.members, key=lambda one: (one.missing is not None, one.member))
    ]
    missing = sum(one.missing is not None for one in collection.members)
    count = _("{there} collected, {missing} missing").format(there=len(rows) - missing, missing=missing)
    return table(["", _("member"), _("commit"), _("handed in"), ""], rows) + "\n\n" + count


def _row(one: CollectedWork, term: Term) -> list[str]:
    from grader.github.git import missing_reason

    if one.missing is not None:
        return ["✗", one.member, (one.commit or "–")[:10], "–", one.said or missing_reason(one.missing)]
    when = "–" if one.submitted_at is None else term.local(one.submitted_at)
    by = {"snapshot": _("by the snapshot"), "commit": _("as the commit claims"), "now": _("when it was collected")}
    said = by[one.basis or "now"] + (f"; {one.said}" if one.said else "")
    return ["✓", one.member, (one.commit or "–")[:10], when, said]
