"""`d2d actions publish`: the last job of the staff's workflow."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import assignment_order
from grader.cli.actions.collect import summarize
from grader.cli.options import FOLDER, STATE_OPTION, common, course_of, open_book
from grader.cli.paper import say, table, whoami
from grader.errors import ALL_PASSED, OUR_FAULT, BadInputError, UsageError
from grader.github.collected import COLLECTED_FILE, HEADS_FILE, CollectedFolder, read_collection
from grader.github.git import host
from grader.github.job import digest as digest_of
from grader.github.publish import CheckedReport, Key, checked_reports, posts, tell
from grader.gradebook.feedback import feedback_now
from grader.i18n import _, ngettext
from grader.report.sheet import out_of
from grader.report.signature import read_public_key

_BOOK, _PUBLISHED = "gradebook.sqlite", "published.json"


@click.command("publish", help=_("Check the signatures, fill the gradebook, and tell each member what may be seen."))
@click.option("--collected", type=FOLDER, required=True, help=_("What the first job collected."))
@click.option("--digest", help=_("The first job's output `digest`: what was collected has to be just that."))
@click.option("--graded", type=FOLDER, required=True, help=_("What the second job wrote."))
@STATE_OPTION
@click.option(
    "--comments",
    default=True,
    type=bool,
    envvar="D2D_COMMENTS",
    help=_("Whether a comment is written beside the status."),
)
@click.option("--pause", default=1.0, envvar="D2D_PAUSE", help=_("Seconds between two requests to GitHub."))
@common
def publish_job(
    collected: Path, graded: Path, state: Path, digest: str | None, comments: bool, pause: float, **options: Any
) -> None:
    """Store the reports and tell the members."""
    term = course_of(options).term
    if term.public_key is None:
        hint = _("`d2d keygen --from-secret` makes one; [signing] in d2d.toml names it.")
        raise UsageError(_("Without a key of the course no report can be trusted."), hint=hint)
    if digest is not None and digest_of(collected) != digest:
        raise BadInputError(_("This is not what the first job collected."), where=collected)
    files = {file.parent.name: file for file in collected.glob(f"*/{COLLECTED_FILE}")}
    collections = {hw: read_collection(files[hw]) for hw in sorted(files, key=assignment_order)}
    reports = checked_reports(graded, collections, read_public_key(term.public_key))
    state.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(collected / HEADS_FILE, state / HEADS_FILE)
    now = datetime.now(timezone.utc)
    with open_book(state / _BOOK, term, create=True) as book:
        documents = [(judged.document, judged.collected.submitted_at, str(judged.file)) for judged in reports.values()]
        new = sum(report.new for report in book.add_all(documents, by=whoami()))
        messages = list(posts(collections, reports, host(), lambda report: feedback_now(report, term, now, book)[0]))
    text = ngettext("{n} new report in the gradebook", "{n} new reports in the gradebook", new).format(n=new)
    click.echo(text)
    lacking = _("{hw}: the work of {member} was collected, and there is no report on it.")
    missing = [
        lacking.format(hw=hw, member=work.member)
        for hw, collection in collections.items()
        for work in collection.members
        if work.file is not None and (work.member, hw) not in reports
    ]
    told = tell(messages if comments else [replace(post, comment="") for post in messages], state / _PUBLISHED, pause)
    for line in (*missing, *told.failures):
        say(line)
    say(ngettext("{n} member was told", "{n} members were told", told.sent).format(n=told.sent))
    summarize(text, _overview(collections, reports))
    raise SystemExit(OUR_FAULT if told.failures or missing else ALL_PASSED)


def _overview(collections: Mapping[str, CollectedFolder], reports: Mapping[Key, CheckedReport]) -> str:
    """Every member, with what the staff sees."""
    rows = []
    for hw, collection in collections.items():
        for work in collection.members:
            judged = reports.get((work.member, hw))
            if judged is None:
                rows.append([hw, work.member, "–", work.said])
            else:
                report = judged.document.report
                mark = "✓" if report.passed else "✗"
                rows.append([hw, work.member, f"{mark} {report.percent} %", out_of(report.score, report.max_score)])
    return table([_("assignment"), _("member"), _("share"), ""], rows)
