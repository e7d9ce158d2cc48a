"""What each member is told of a grading run: a status at their commit, and a comment.

The reports come from the machine that judged. All signatures are checked before anything is written anywhere. Each
post is sent once: a file keeps what earlier runs have sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.boundary import TakeTrouble, one_member
from grader.clean import inline
from grader.errors import BadInputError
from grader.files import write_whole
from grader.github.collected import CollectedFolder, CollectedWork
from grader.github.git import missing_reason
from grader.github.repository import slug
from grader.i18n import _
from grader.member import MemberName
from grader.render.markdown import escaped, markdown
from grader.report.reader import Document, read_file
from grader.report.report import Report
from grader.report.signature import PublicKey

TOKEN_VARIABLE = "D2D_MEMBERS_TOKEN"  # noqa: S105 — the name of a variable
_SCHEMA = "d2d.published/1"
_SECONDS = 60  # for one request
_DESCRIPTION = 140  # characters that GitHub takes

Key = tuple[str, str]  # member, assignment


@dataclass(frozen=True)
class CheckedReport:
    """A report with a valid signature, and the work that it judges."""

    document: Document
    collected: CollectedWork
    file: Path


@dataclass(frozen=True)
class Post:
    """What one member is told of one assignment."""

    member: str
    assignment: str
    repository: str
    commit: str
    state: str  # "success", "failure" or "error"
    description: str
    comment: str

    def requests(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The path of each request to GitHub, and its body."""
        status = {"state": self.state, "context": f"d2d/{self.assignment}", "description": self.description}
        yield f"repos/{self.repository}/statuses/{self.commit}", status
        if self.comment:
            yield f"repos/{self.repository}/commits/{self.commit}/comments", {"body": self.comment}

    @property
    def digest(self) -> str:
        """A hash of the requests, by which `tell` sees that they were sent before."""
        text = json.dumps([*self.requests()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Told:
    """How many members were told, and what kept others from being told."""

    sent: int
    failures: tuple[str, ...]


def checked_reports(
    graded: Path, collections: Mapping[str, CollectedFolder], key: PublicKey
) -> dict[Key, CheckedReport]:
    """Every report below `graded`, by member and assignment; if one of them is wrong, none is taken."""
    reports: dict[Key, CheckedReport] = {}
    for file in sorted(graded.rglob("reports/*.json")):
        document = read_file(file)
        key.demand(document, file)
        report = document.report
        member, assignment = report.member, report.assignment
        collection = collections.get(assignment)
        collected = None if collection is None else collection.of(member)
        if file.is_symlink() or MemberName(file.stem) != member:
            raise _wrong(_("The report is {member}'s, and the file is called otherwise."), file, member)
        if collected is None or collected.file is None:
            raise _wrong(_("Nothing of {member} was collected for this."), file, member)
        if report.submission_sha256 not in collected.contents:
            raise _wrong(_("The report is on something else than what was collected of {member}."), file, member)
        if (member, assignment) in reports:
            raise _wrong(_("There are two reports of {member}."), file, member)
        reports[member, assignment] = CheckedReport(document, collected, file)
    return reports


def posts(
    collections: Mapping[str, CollectedFolder],
    reports: Mapping[Key, CheckedReport],
    host: str,
    seen: Callable[[Report], Report],
    take: TakeTrouble,
) -> list[Post]:
    """What to tell each member; `seen` cuts a report to what its member may see."""
    written = []
    for assignment, collection in collections.items():
        for work in collection.members:
            with one_member(work.member, take):
                repository = slug(work.url, host)
                if repository is None or work.commit is None:
                    continue
                checked = reports.get((work.member, assignment))
                report = None if checked is None else seen(checked.document.report)
                state, text, comment = _message(assignment, work, report)
                text = text[:_DESCRIPTION]
                written.append(Post(work.member, assignment, repository, work.commit, state, text, comment))
    return written


def tell(posts: Iterable[Post], file: Path, pause: float) -> Told:
    """Send the posts that `file` does not list as sent."""
    published = _published(file)
    token, sent, failures = os.environ.get(TOKEN_VARIABLE, ""), 0, []
    for post in posts:
        key = f"{post.member}/{post.assignment}"
        before = published.get(key)
        with one_member(key, lambda key, trouble: failures.append(f"{key}: {trouble.what}")):
            for path, body in post.requests() if post.digest != before else ():
                _send(path, body, token)
                time.sleep(pause)  # GitHub asks for a second between two requests that write
            published[key] = post.digest
        if published.get(key) != before:
            sent += 1
            write_whole(file, json.dumps({"schema": _SCHEMA, "posts": published}, ensure_ascii=False, indent=2) + "\n")
    return Told(sent, tuple(failures))


def _message(assignment: str, work: CollectedWork, report: Report | None) -> tuple[str, str, str]:
    """State and description of the status, and the comment."""
    if work.missing is not None:
        reason = _("Not collected: {reason}").format(reason=missing_reason(work.missing))
        return "error", reason, f"{escaped(assignment)}: {escaped(reason)}\n"
    if report is None or not report.complete:
        return "error", _("It could not be judged. That is no fault of yours; it is judged again."), ""
    described = _("{score} of {most} points ({percent} %)").format(
        score=report.score, most=report.max_score, percent=report.percent
    )
    return "success" if report.passed else "failure", described, markdown(report)


def _wrong(text: str, file: Path, member: str) -> BadInputError:
    hint = _("Nothing was published. Look at the run that judged, then grade again.")
    return BadInputError(text.format(member=member), where=file, hint=hint)


def _send(path: str, body: Mapping[str, Any], token: str) -> None:
    """Send one request with its body on standard input: nothing that a member wrote is part of a command."""
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
    """The digest of what was sent last, by member and assignment."""
    if not file.exists():
        return {}
    try:
        value = json.loads(file.read_bytes())
        return {str(key): str(digest) for key, digest in value["posts"].items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadInputError(_("This is not what an earlier run wrote."), where=file) from error
