"""Send posts to GitHub, each one once: a file keeps what earlier runs have sent."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.clean import inline
from grader.errors import BadInputError
from grader.files import write_whole
from grader.github.publish import Post
from grader.i18n import _

TOKEN_VARIABLE = "D2D_MEMBERS_TOKEN"  # noqa: S105 — the name of a variable
_SCHEMA = "d2d.published/1"
_SECONDS = 60  # for one request


@dataclass(frozen=True)
class Told:
    """How many members were told, and what kept others from being told."""

    sent: int
    failures: tuple[str, ...]


def tell(posts: Iterable[Post], file: Path, pause: float) -> Told:
    """Send the posts that `file` does not list as sent."""
    published = _published(file)
    token, sent, failures = os.environ.get(TOKEN_VARIABLE, ""), 0, []
    for post in posts:
        key = f"{post.member}/{post.assignment}"
        if published.get(key) == post.digest:
            continue
        try:
            for path, body in post.requests():
                _send(path, body, token)
                time.sleep(pause)  # GitHub asks for a second between two requests that write
        except BadInputError as error:
            failures.append(f"{key}: {error.what}")
            continue
        sent += 1
        published[key] = post.digest
        write_whole(file, json.dumps({"schema": _SCHEMA, "posts": published}, ensure_ascii=False, indent=2) + "\n")
    return Told(sent, tuple(failures))


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
