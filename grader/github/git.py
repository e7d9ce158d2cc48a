"""Run git on a repository that may be hostile.

git reads no configuration of this machine, and runs nothing of the repository's: there is no work tree, so hooks,
filters and attributes have nothing to act on. The bytes, the time and the protocols that it may use are limited, by
the kernel where the system can do that.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.clean import inline
from grader.errors import BadInputError, D2DError, MachineError, NoRoomError
from grader.files import FULL, not_written
from grader.i18n import _
from grader.scratch import OWNER

if sys.platform != "win32":
    import resource

PROTOCOLS = ("https", "ssh")
_MEMORY = 2 << 30
_LOG_BYTES = 1 << 20  # of git's messages that are read
_LOG_ROOM = 1 << 16  # bytes on the disk that are git's before it starts, so that it can still say that the disk is full
_BLOCK = 512  # bytes, in which a shell counts
# A shell sets the limits for itself and then becomes git. Set here, they would hold for all threads. macOS has no `-v`.
_LIMITED = (
    'ulimit -c 0 && ulimit -f "$1" && ulimit -t "$2" || exit 126\nulimit -v "$3" 2>/dev/null\nshift 3\nexec git "$@"'
)
_NO_GIT = (126, 127)  # what a shell exits with where it can't start a program
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
_TOO_LARGE = "File too large"
_DISK = re.compile(rf"{_TOO_LARGE}|No space left on device|Disk quota exceeded")
# The one thing that only the other side can say: that it has not (any more) what was asked for.
_NOT_THERE = re.compile(r"fatal: remote error: upload-pack: not our ref [0-9a-f]{40,64}")
# Why git failed, by its messages in English; the first pattern that matches decides.
_REASONS = (
    ("too-large", rf"{_TOO_LARGE}|out of memory|cannot allocate"),
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


class OutgrownError(NoRoomError):
    """The temporary folder has not as much room as this repository takes."""


class StoppedError(MachineError):
    """The run was stopped, so nothing more is asked of git."""


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


class Children:
    """The processes of git that run now. They can all be ended at once, from any thread; then no other starts."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.stopped = False

    @contextmanager
    def started(self, command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """A process that ends with the block."""
        with self._lock:
            if self.stopped:
                raise StoppedError(_("Stopped."))
            process = subprocess.Popen(command, start_new_session=True, **options)  # noqa: S603 — no shell reads them
            self._running.add(process)
        try:
            yield process
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)

    def end_all(self) -> None:
        """End those that run."""
        with self._lock:
            self.stopped = True
            for process in self._running:
                _kill(process)


class Git:
    """git in one scratch folder, for one repository and its time."""

    def __init__(self, folder: Path, limits: FetchLimits, children: Children | None = None) -> None:
        self.folder, self.limits, self.children = folder, limits, children or Children()
        self._until = time.monotonic() + limits.seconds
        self._environment = _environment(limits) | {OWNER: str(folder.parent)}

    def __call__(self, *arguments: str, stdin: bytes = b"", most: int | None = None) -> bytes:
        """What git prints, at most `most` bytes. `UnavailableError` where it fails or takes more than its limits."""
        most = self.limits.bytes if most is None else most
        try:
            return self._printed(arguments, stdin, most)
        except OSError as error:
            if error.errno in FULL:
                raise OutgrownError(not_written(error), where=self.folder.parent) from error
            raise _not_started(str(error)) from error

    def _printed(self, arguments: tuple[str, ...], stdin: bytes, most: int) -> bytes:
        with (
            tempfile.TemporaryFile(dir=self.folder) as source,
            tempfile.TemporaryFile(dir=self.folder) as out,
            tempfile.TemporaryFile(dir=self.folder) as log,
        ):
            source.write(stdin)
            log.write(bytes(_LOG_ROOM))
            for file in (source, log):
                file.seek(0)
            command = [*_limited(most, self.limits.seconds), *arguments]  # an address stands after `--`
            streams = {"stdin": source, "stdout": out, "stderr": log}
            with self.children.started(command, cwd=self.folder, env=self._environment, **streams) as process:
                try:
                    code = process.wait(max(self._until - time.monotonic(), 0.01))
                except subprocess.TimeoutExpired as error:
                    raise UnavailableError("too-slow") from error
            if code:
                log.seek(0)
                raise self._failure(log.read(_LOG_BYTES).rstrip(b"\0").decode("utf-8", "replace"), code, most)
            out.seek(0)
            return out.read()

    def _failure(self, log: str, code: int, most: int) -> D2DError:
        """Why git failed. Lines from the other side are left out: a hostile server can send any text."""
        if self.children.stopped:
            return StoppedError(_("Stopped."))
        if code in _NO_GIT:
            return _not_started(inline(log, 120))
        may = _file_bytes(most)
        grown = any(file.stat().st_size >= may for file in self.folder.rglob("tmp_pack_*"))
        if grown and may == most:
            return UnavailableError("too-large")
        lines = [
            line
            for line in log.splitlines()
            if _NOT_THERE.fullmatch(line) or not line.startswith(("remote:", "fatal: remote error"))
        ]
        if (grown or _signal(code) == "SIGXFSZ" or any(map(_DISK.search, lines))) and (lack := self._lack()):
            return lack
        return _unavailable(lines, code)

    def _lack(self) -> OutgrownError | None:
        """What this machine lacks, if it does: the other side can say that a disk is full, and mean its own."""
        try:
            with tempfile.TemporaryFile(dir=self.folder) as probe:
                probe.write(bytes(_LOG_ROOM))
                probe.flush()
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            return OutgrownError(not_written(error), where=self.folder.parent)
        if min(free, _file_bytes(self.limits.bytes)) < self.limits.bytes:
            what = _("There is no room for a repository of up to {size} MB.").format(size=self.limits.bytes >> 20)
            return OutgrownError(what, where=self.folder.parent)
        return None


def _not_started(reason: str) -> MachineError:
    hint = _("Install git, then try again.")
    return MachineError(_("git can't be started here: {reason}").format(reason=reason), hint=hint)


def _limited(most: int, seconds: float) -> list[str]:
    """The command that starts git with its limits; where this process has a narrower one, that one holds."""
    if sys.platform == "win32":
        return ["git"]
    blocks = -(-_file_bytes(most) // _BLOCK)
    limits = (
        blocks,
        _at_most(resource.RLIMIT_CPU, int(seconds) + 1),
        _at_most(resource.RLIMIT_AS, _MEMORY) >> 10,
    )  # in the order in which `_LIMITED` takes them
    return ["sh", "-c", _LIMITED, "sh", *map(str, limits)]


def _file_bytes(most: int) -> int:
    """How large a file of git's may become, of the `most` that it may by our own limits."""
    return most if sys.platform == "win32" else _at_most(resource.RLIMIT_FSIZE, most)


def _at_most(limit: int, wanted: int) -> int:
    if sys.platform == "win32":
        return wanted
    hard = resource.getrlimit(limit)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git and the processes that it started, such as its helper for https."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # they have all ended
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
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


def _signal(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else ""


def _unavailable(lines: list[str], code: int) -> UnavailableError:
    """What git's messages, or the signal that ended it, say of the repository."""
    for kind, pattern in _REASONS:
        if any(re.search(pattern, line, re.IGNORECASE) for line in lines):
            return UnavailableError(kind)
    if code < 0:
        kinds = {"SIGXFSZ": "too-large", "SIGXCPU": "too-slow", "SIGKILL": "too-slow"}
        return UnavailableError(kinds.get(_signal(code), "unreachable"))
    message = next((line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))), f"exit {code}")
    return UnavailableError("unreachable", inline(message, 120))
