"""`d2d actions collect` and `publish`: the first and the last job of the staff's workflow."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.collect import ALLOW, fetch_limits, host, shown
from grader.cli.feedback import seen_now
from grader.cli.options import common, course_of, open_book, term_of
from grader.cli.paper import dumped, say, table, whoami
from grader.errors import ALL_PASSED, OUR_FAULT, BadInputError, UsageError
from grader.files import append, write_whole
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.course.term import Term
    from grader.github.collected import CollectedFolder, Snapshot
    from grader.github.publish import Judged, Key, Post

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_HEADS, _BOOK, _PUBLISHED = "heads.json", "gradebook.sqlite", "published.json"
_TOKEN = "D2D_MEMBERS_TOKEN"  # noqa: S105 — the name of a variable
_AFTERWARDS = timedelta(days=7)  # so long after a deadline a run still looks at an assignment
_IN_A_SHARD = 25
_SECONDS = 60


@click.command(help=_("Take a snapshot, collect what is due, and say what there is to judge."))
@click.option("--roster", type=_FILE, required=True, help=_("CSV of the members, with a column `repository`."))
@click.option("--state", type=_FOLDER, required=True, help=_("The folder that is kept from run to run."))
@click.option("--out", type=_FOLDER, required=True, help=_("Folder for what is collected, one below it for each HW."))
@click.option("--hw", default="", help=_("This assignment; without it, those whose deadline is not long past."))
@click.option("--allow", multiple=True, envvar=ALLOW, hidden=True)
@common
def collect(roster: Path, state: Path, out: Path, hw: str, allow: tuple[str, ...], **options: Any) -> None:
    """The first job."""
    from grader.course.roster import read_roster
    from grader.github.collect import CollectOrder, collect_all, digest, take_snapshot
    from grader.github.collected import heads_json, read_snapshots, snapshot_for

    course = course_of(options)
    term = term_of(course)
    hws = [course.assignment(hw).id] if hw else due(course, term, datetime.now(timezone.utc))
    people = tuple(read_roster(roster).people)
    bounds = fetch_limits(120, 512, allow)
    known = read_snapshots(state / _HEADS) if (state / _HEADS).exists() else []
    known.append(take_snapshot(people, bounds, 4))
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / _HEADS, json.dumps(heads_json(known), ensure_ascii=False, indent=1) + "\n")
    matrix = []
    for each in hws:
        moment = _deadline(term, each)
        seen = _told(snapshot_for(known, moment), each, term) if moment else None
        others = tuple(name for name in course.ids() if name != each)
        collection = collect_all(CollectOrder(people, out / each, each, others, moment, seen, bounds))
        text = shown(collection, term)
        click.echo(f"{each}\n{text}\n")
        _summary(each, text)
        matrix += _shards(course, collection)
    _output("matrix", json.dumps(matrix))
    _output("digest", digest(out))


@click.command(help=_("Check the signatures, fill the gradebook, and tell each member what may be seen."))
@click.option("--collected", type=_FOLDER, required=True, help=_("What the first job collected."))
@click.option(
    "--digest", "expected", help=_("The first job's output `digest`: what was collected has to be just that.")
)
@click.option("--graded", type=_FOLDER, required=True, help=_("What the second job wrote."))
@click.option("--state", type=_FOLDER, required=True, help=_("The folder that is kept from run to run."))
@click.option(
    "--comments",
    type=bool,
    default=True,
    envvar="D2D_COMMENTS",
    help=_("Whether a comment is written beside the status."),
)
@click.option("--pause", default=1.0, envvar="D2D_PAUSE", help=_("Seconds between two requests to GitHub."))
@common
def publish(
    collected: Path, graded: Path, state: Path, expected: str | None, comments: bool, pause: float, **options: Any
) -> None:
    """The last job."""
    from grader.github.collect import digest
    from grader.github.collected import COLLECTED_FILE, read_collection
    from grader.github.publish import checked_reports, posts
    from grader.report.signature import read_public_key

    term = term_of(course_of(options))
    if term.public_key is None:
        hint = _("`d2d keygen --from-secret` makes one; [signing] in d2d.toml names it.")
        raise UsageError(_("Without a key of the course no report can be trusted."), hint=hint)
    if expected is not None and digest(collected) != expected:
        raise BadInputError(_("This is not what the first job collected."), where=collected)
    collections = {file.parent.name: read_collection(file) for file in sorted(collected.glob(f"*/{COLLECTED_FILE}"))}
    reports = checked_reports(graded, collections, read_public_key(term.public_key))
    state.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(collected / _HEADS, state / _HEADS)
    now = datetime.now(timezone.utc)
    with open_book(state / _BOOK, term, create=True) as book:
        documents = [(each.document, each.collected.submitted_at, str(each.file)) for each in reports.values()]
        new = sum(added.new for added in book.add_all(documents, by=whoami()))
        told = list(posts(collections, reports, host(), lambda report: seen_now(report, term, now, book)[0]))
    said = ngettext("{n} new report in the gradebook", "{n} new reports in the gradebook", new).format(n=new)
    click.echo(said)
    without = _without(collections, reports)
    for line in without:
        say(line)
    failed = _tell(told if comments else [replace(post, comment="") for post in told], state / _PUBLISHED, pause)
    _summary(said, _overview(collections, reports))
    raise SystemExit(OUR_FAULT if failed or without else ALL_PASSED)


def due(course: Course, term: Term, now: datetime) -> list[str]:
    """The assignments that a run looks at by itself; all of them where the course has no deadlines."""
    if not term.deadlines:
        return course.ids()
    return [
        hw
        for hw in course.ids()
        if hw in term.deadlines and now <= term.deadlines[hw].at + term.deadlines[hw].grace + _AFTERWARDS
    ]


def _deadline(term: Term, hw: str) -> datetime | None:
    """When an assignment was due; None while that lies ahead: then what is there now is what counts."""
    if hw not in term.deadlines:
        return None
    moment = term.deadlines[hw].at + term.deadlines[hw].grace
    return moment if moment <= datetime.now(timezone.utc) else None


def _told(snapshot: Snapshot | None, hw: str, term: Term) -> Snapshot | None:
    if snapshot is None:
        say(hw + ": " + _("No snapshot says what was there then: the times that commits claim are believed."))
    else:
        say(hw + ": " + _("What counts is the snapshot of {time}.").format(time=term.local(snapshot.at)))
    return snapshot


def _shards(course: Course, collection: CollectedFolder) -> list[dict[str, str]]:
    """The parts of the second job's matrix; nothing in it is anybody's but ours."""
    hw = str(collection.assignment)
    count = sum(one.file is not None for one in collection.members)
    shards = -(-count // _IN_A_SHARD)
    torch = json.dumps("torch" in course.assignment(hw).imports)
    return [{"hw": hw, "shard": f"{at}/{shards}", "name": f"{hw}-{at}", "torch": torch} for at in range(1, shards + 1)]


def _without(collections: Mapping[str, CollectedFolder], reports: Mapping[Key, Judged]) -> list[str]:
    """Whose work was collected and not judged."""
    said = _("{hw}: the work of {member} was collected, and there is no report on it.")
    return [
        said.format(hw=hw, member=one.member)
        for hw, collection in collections.items()
        for one in collection.members
        if one.file is not None and (one.member, hw) not in reports
    ]


def _overview(collections: Mapping[str, CollectedFolder], reports: Mapping[Key, Judged]) -> str:
    """Everybody, with what the staff sees."""
    rows = []
    for hw, collection in collections.items():
        for one in collection.members:
            mine = reports.get((one.member, hw))
            if mine is None:
                rows.append([hw, one.member, "–", one.said])
            else:
                report = mine.document.report
                mark = "✓" if report.passed else "✗"
                rows.append([hw, one.member, f"{mark} {report.percent} %", f"{report.score}/{report.max_score}"])
    return table([_("assignment"), _("member"), _("share"), ""], rows)


def _tell(told: Iterable[Post], file: Path, pause: float) -> int:
    """Send what was not sent before; how many could not be told."""
    done = _published(file)
    token, failed, sent = os.environ.pop(_TOKEN, ""), 0, 0
    for post in told:
        key = f"{post.member}/{post.assignment}"
        if done.get(key) == post.digest:
            continue
        try:
            for path, body in post.requests():
                _send(path, body, token)
                time.sleep(pause)  # GitHub asks for a second between two requests that write
        except BadInputError as error:
            say(f"{key}: {error.what}")
            failed += 1
            continue
        sent += 1
        done[key] = post.digest
        write_whole(file, dumped({"schema": "d2d.published/1", "posts": done}))
    say(ngettext("{n} member was told", "{n} members were told", sent).format(n=sent))
    return failed


def _send(path: str, body: Mapping[str, Any], token: str) -> None:
    """One request, its body on standard input: nothing that anybody wrote is part of a command."""
    import subprocess

    from grader.clean import inline

    environment = {name: os.environ[name] for name in ("PATH", "HOME", "GH_HOST") if name in os.environ}
    command = ["gh", "api", "--method", "POST", "--silent", path, "--input", "-"]
    try:
        done = subprocess.run(  # noqa: S603 — no shell; the path is made of checked names alone
            command,
            input=json.dumps(body).encode(),
            env={**environment, "GH_TOKEN": token, "GH_PROMPT_DISABLED": "1"},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInputError(_("GitHub could not be reached: {reason}.").format(reason=type(error).__name__)) from error
    if done.returncode:
        reason = inline(done.stderr.decode("utf-8", "replace"), 200)
        raise BadInputError(_("GitHub did not take it: {reason}").format(reason=reason))


def _published(file: Path) -> dict[str, str]:
    """What was said before, by member and assignment."""
    if not file.exists():
        return {}
    try:
        value = json.loads(file.read_bytes())
        return {str(key): str(digest) for key, digest in value["posts"].items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadInputError(_("This is not what an earlier run wrote."), where=file) from error


def _summary(title: str, text: str) -> None:
    """To the job's summary, as a block of code: there is nothing in it that Markdown reads."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if name:
        from grader.render.markdown import block, escaped

        append(Path(name), f"## {escaped(title)}\n\n{block(text, 200_000)}\n\n")


def _output(name: str, value: str) -> None:
    """To the file of the step's outputs: one line of JSON, which can't become another output."""
    assert "\n" not in value
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        append(Path(file), f"{name}={value}\n")
