"""git, run so that a repository of anybody's can do no more than be read.

Nothing of this machine's configuration counts and nothing of the repository's is ever in force: there is no work tree,
so neither hooks nor filters nor attributes have anything to act on. What git may write, how long it may take and
which protocols it may speak are bounded, by the kernel where there is one that does it.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.clean import inline
from grader.errors import BadInputError, OurFaultError
from grader.i18n import _

PROTOCOLS = ("https", "ssh")
_MEMORY = 2 << 30
_LOGS = 1 << 20  # bytes of git's own words that are looked at
# Run in place of git, it takes the limits on and becomes git: in this process, other threads would share them.
_LIMITED = (
    "import os,resource as r,signal,sys\n"
    "signal.signal(signal.SIGXFSZ,signal.SIG_DFL)\n"  # Python ignores it, and git would go on after a failed write
    "for what,most in zip((r.RLIMIT_FSIZE,r.RLIMIT_CPU,r.RLIMIT_AS,r.RLIMIT_CORE),map(int,sys.argv[1:5])):\n"
    "    r.setrlimit(what,(most,most))\n"
    "os.execvp('git',['git',*sys.argv[5:]])"
)
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.bigFileThreshold": "16m",  # what is larger is streamed, never held in memory
    "core.deltaBaseCacheLimit": "32m",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # one file for all that comes, so that the limit on a file's size bounds it
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.version": "2",
    "submodule.recurse": "false",
}
_KEPT = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY")
# What git says in English, whatever came of it; the first that fits. Lines of the other side begin with «remote:».
_WORDS = (
    ("too-large", r"File too large|out of memory|cannot allocate"),
    ("not-allowed", r"transport '.*' not allowed|redirect"),
    (
        "private",
        r"could not read Username|Authentication failed|Permission denied|error: 40[13]|Host key verification failed",
    ),
    ("replaced", r"not our ref|unadvertised object|bad object|remote did not send all necessary objects"),
    ("gone", r"not found|does not exist|does not appear to be a git repository|error: 404"),
)


def host() -> str:
    """Where the members' repositories are, as far as a token is concerned."""
    return os.environ.get("D2D_GIT_HOST") or "github.com"


class UnavailableError(BadInputError):
    """A member's repository, or what is asked of it, can't be had; `kind` says why in one word."""

    def __init__(self, kind: str, detail: str = "") -> None:
        self.kind, self.detail = kind, detail
        super().__init__(missing_reason(kind) + (f" ({detail})" if detail else ""))


def missing_reason(kind: str) -> str:
    """Why something is missing, for a person."""
    return {
        "no-address": _("the roster has no repository for this member"),
        "bad-address": _("this is no address of a repository"),
        "not-allowed": _("its address leads elsewhere, or needs a protocol that is not allowed"),
        "gone": _("there is no such repository, or it is not shared with the staff"),
        "private": _("the repository is not shared with the staff"),
        "empty": _("nothing was ever pushed to it"),
        "other-branch": _("there is nothing on its default branch, only on others"),
        "later": _("not on the roster when the snapshot was taken"),
        "replaced": _("the commit is no longer there: its history was written anew"),
        "too-large": _("the repository is larger than what is fetched"),
        "too-slow": _("it took too long"),
        "too-early": _("nothing in it is as old as that"),
        "nothing": _("nothing of this assignment is in it"),
        "refused": _("what is in it is not taken"),
        "unreachable": _("it could not be reached"),
    }.get(kind, kind)  # a word of a later version, read from a file


@dataclass(frozen=True)
class Access:
    """A token for the repositories of one host; it goes nowhere else, and into no list of processes."""

    host: str
    token: str = field(repr=False)

    def settings(self) -> dict[str, str]:
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {f"http.https://{self.host}/.extraHeader": f"Authorization: Basic {basic}"}


@dataclass(frozen=True)
class FetchLimits:
    """How much one repository may take."""

    seconds: float = 120.0
    bytes: int = 512 << 20
    protocols: tuple[str, ...] = PROTOCOLS
    access: Access | None = None


class Git:
    """git in one scratch folder, until the time for this repository is over."""

    def __init__(self, folder: Path, bounds: FetchLimits) -> None:
        self.folder, self.bounds = folder, bounds
        self._until = time.monotonic() + bounds.seconds
        self._environment = _environment(bounds)

    def __call__(self, *arguments: str, stdin: bytes = b"", most: int | None = None) -> bytes:
        """What git prints, at most `most` bytes of it; an `UnavailableError` where it fails or takes too much."""
        most = self.bounds.bytes if most is None else most
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
            source.write(stdin)
            source.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 — no shell; what is the roster's stands behind `--`
                    [*_limited(most, self.bounds.seconds), *arguments],
                    stdin=source, stdout=out, stderr=log,
                    cwd=self.folder, env=self._environment, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise OurFaultError(_("git can't be started here."), hint=_("Install git, then try again.")) from error
            try:
                code = process.wait(max(self._until - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired as error:
                raise UnavailableError("too-slow") from error
            finally:
                _end(process)
            out.seek(0)
            if code:
                if any(file.stat().st_size >= most for file in self.folder.rglob("tmp_pack_*")):
                    raise UnavailableError("too-large")
                log.seek(0)
                raise _told(log.read(_LOGS).decode("utf-8", "replace"), code)
            return out.read()


def _limited(most: int, seconds: float) -> list[str]:
    if sys.platform == "win32":
        return ["git"]
    limits = (most, int(seconds) + 1, _MEMORY, 0)
    return [sys.executable, "-I", "-S", "-c", _LIMITED, *map(str, limits)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Whatever git has started too: its helpers for https and packs are processes of their own."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _environment(bounds: FetchLimits) -> dict[str, str]:
    settings = dict(_SETTINGS)
    if bounds.access is not None:
        settings |= bounds.access.settings()
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": ":".join(bounds.protocols),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=20",
        "GIT_TERMINAL_PROMPT": "0",
    }
    for at, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
    return environment


def _told(log: str, code: int) -> UnavailableError:
    """What git's words come to. Those of the other side are left out: it may say whatever it likes."""
    lines = [line for line in log.splitlines() if not line.startswith("remote:")]
    for kind, words in _WORDS:
        if any(re.search(words, line, re.IGNORECASE) for line in lines):
            return UnavailableError(kind)
    if code < 0:
        kinds = {"SIGXFSZ": "too-large", "SIGXCPU": "too-slow", "SIGKILL": "too-slow"}
        return UnavailableError(kinds.get(signal.Signals(-code).name, "unreachable"))
    return UnavailableError("unreachable", inline(_first(lines) or f"exit {code}", 120))


def _first(lines: Iterable[str]) -> str:
    return next((line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))), "")
