"""Run git on a repository that may be hostile.

git reads no configuration of this machine, and runs nothing of the repository's: there is no work tree, so hooks,
filters and attributes have nothing to act on. The bytes, the time and the protocols that it may use are limited, by
the kernel where the system can do that.
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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.clean import inline
from grader.errors import BadInputError, OurFaultError
from grader.i18n import _

PROTOCOLS = ("https", "ssh")
_MEMORY = 2 << 30
_LOG_BYTES = 1 << 20  # of git's messages that are read
# A small program that sets the limits for itself and then becomes git. Set here, they would hold for all threads.
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
    "core.bigFileThreshold": "16m",  # a larger file is streamed, not held in memory
    "core.deltaBaseCacheLimit": "32m",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # everything comes in one file, so the limit on a file's size limits all of it
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.version": "2",
    "submodule.recurse": "false",
}
_KEPT_VARIABLES = (
    "PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY",
)  # fmt: skip
# Why git failed, by its messages in English; the first pattern that matches decides.
_REASONS = (
    ("too-large", r"File too large|out of memory|cannot allocate"),
    ("not-allowed", r"transport '.*' not allowed|redirect"),
    ("private", r"could not read Username|Authentication failed|Permission denied|error: 40[13]"),
    ("private", r"Host key verification failed"),
    ("replaced", r"not our ref|unadvertised object|bad object|remote did not send all necessary objects"),
    ("gone", r"not found|does not exist|does not appear to be a git repository|error: 404"),
)


def host() -> str:
    """The host to which the token for members' repositories belongs."""
    return os.environ.get("D2D_GIT_HOST") or "github.com"


class UnavailableError(BadInputError):
    """Nothing can be fetched from a member's repository; `kind` is the reason in one word."""

    def __init__(self, kind: str, detail: str = "") -> None:
        self.kind, self.detail = kind, detail
        super().__init__(missing_reason(kind) + (f" ({detail})" if detail else ""))


def missing_reason(kind: str) -> str:
    """The reason `kind` as a sentence for a person."""
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
        "failed": _("d2d itself failed; collect it once more"),
    }.get(kind, kind)  # a file may hold a kind that only a later version knows


@dataclass(frozen=True)
class Access:
    """A token for the repositories of one host. No other host gets it, and no list of processes shows it."""

    host: str
    token: str = field(repr=False)

    def settings(self) -> dict[str, str]:
        """The settings by which git sends the token."""
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {f"http.https://{self.host}/.extraHeader": f"Authorization: Basic {basic}"}


@dataclass(frozen=True)
class FetchLimits:
    """What fetching one repository may take."""

    seconds: float = 120.0
    bytes: int = 512 << 20
    protocols: tuple[str, ...] = PROTOCOLS
    access: Access | None = None


class Git:
    """git in one scratch folder, for one repository and its time."""

    def __init__(self, folder: Path, limits: FetchLimits) -> None:
        self.folder, self.limits = folder, limits
        self._until = time.monotonic() + limits.seconds
        self._environment = _environment(limits)

    def __call__(self, *arguments: str, stdin: bytes = b"", most: int | None = None) -> bytes:
        """What git prints, at most `most` bytes. `UnavailableError` where it fails or takes more than its limits."""
        most = self.limits.bytes if most is None else most
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
            source.write(stdin)
            source.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 — no shell, and an address from the roster stands after `--`
                    [*_limited(most, self.limits.seconds), *arguments],
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
                raise _failure(log.read(_LOG_BYTES).decode("utf-8", "replace"), code)
            return out.read()


def _limited(most: int, seconds: float) -> list[str]:
    """The command that starts git with its limits."""
    if sys.platform == "win32":
        return ["git"]
    limits = (most, int(seconds) + 1, _MEMORY, 0)  # in the order in which `_LIMITED` sets them
    return [sys.executable, "-I", "-S", "-c", _LIMITED, *map(str, limits)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and the processes that it started, such as its helper for https."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # they have all ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _environment(limits: FetchLimits) -> dict[str, str]:
    settings = _SETTINGS | (limits.access.settings() if limits.access else {})
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": ":".join(limits.protocols),
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


def _failure(log: str, code: int) -> UnavailableError:
    """Why git failed. Lines from the other side are left out: a hostile server can send any text."""
    lines = [line for line in log.splitlines() if not line.startswith("remote:")]
    for kind, pattern in _REASONS:
        if any(re.search(pattern, line, re.IGNORECASE) for line in lines):
            return UnavailableError(kind)
    if code < 0:
        kinds = {"SIGXFSZ": "too-large", "SIGXCPU": "too-slow", "SIGKILL": "too-slow"}
        return UnavailableError(kinds.get(signal.Signals(-code).name, "unreachable"))
    message = next((line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))), f"exit {code}")
    return UnavailableError("unreachable", inline(message, 120))
