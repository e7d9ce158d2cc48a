"""Does the sandbox hold on this machine? A real worker tries to get out before it is given any student's code.

Its behaviour counts, not its version: a layer that is there and does nothing is worse than one that is missing. Before
hidden cases are judged, `require` is called once for each zygote:

    server = start(assignment.imports)
    require(server)                       # an OurFaultError (exit 3) where hidden cases are not to be judged here
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignment.manifest import Limits
from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.session import Session
from grader.bridge.student import Student
from grader.errors import OurFaultError
from grader.files import writing_to
from grader.i18n import _
from grader.intake import Cell, Submission
from grader.sandbox.worker import EndedError
from grader.scratch import Scratch
from grader.worker.layers.compose import REQUIRED_LAYERS, lacking

if TYPE_CHECKING:
    from grader.sandbox.forkserver import ForkServer
    from grader.sandbox.spawn import SpawnServer

# Each function returns what it got; None, an OSError or the end of its process means that it got nothing.
_ESCAPES = Path(__file__).with_name("escapes.py.in").read_text("utf-8")
_LIMITS = Limits(case_seconds=30, load_seconds=60, total_seconds=300)  # also where the machine is busy


@dataclass(frozen=True)
class Escape:
    """One attempt, and what came of it: None if it was contained."""

    name: str
    got: str | None

    @property
    def label(self) -> str:
        """What was tried, for a person."""
        return {
            "read_a_file": _("read a file"),
            "write_beside": _("write beside its folder"),
            "read_a_process": _("read another process"),
            "signal_a_process": _("signal another process"),
            "connect_by_tcp": _("connect by TCP"),
            "connect_by_name": _("connect by an abstract socket"),
            "fork": _("start a process"),
            "start_a_program": _("start a program"),
            "become_root": _("become root"),
            "change_permissions": _("change permissions"),
            "trace": _("trace a process"),
        }[self.name]


def self_test(server: ForkServer | SpawnServer) -> list[Escape]:
    """Try the escapes in a worker of `server`. An attempt that was not refused counts as an escape."""
    cell = Cell("selftest.py", _ESCAPES)
    session = Session(server, Submission("selftest", "selftest.py", (cell,), ""), _LIMITS)
    try:
        with _bait() as targets:
            return [Escape(name, _attempt(session, name, target)) for name, target in targets.items()]
    finally:
        session.drop()


def require(server: ForkServer | SpawnServer, profile: str = "staff") -> tuple[str, ...]:
    """The layers of workers of `server`, which were tried; from here on a worker with fewer layers is refused.

    An `OurFaultError` where a layer that hidden cases need is missing, or an escape succeeds.
    """
    is_missing = _("Hidden cases are not judged on this machine: {names} is missing.")
    if missing := wanting(server, profile):
        raise _refusal(is_missing, (f"{name} ({why})" if why else name for name, why in missing.items()))
    escaped = [escape.label for escape in self_test(server) if escape.got is not None]
    if escaped:
        raise _refusal(_("Hidden cases are not judged on this machine: a worker could {names}."), escaped)
    absent = [name for name in REQUIRED_LAYERS[profile] if name not in server.layers]  # those that the worker named
    if absent:
        raise _refusal(is_missing, absent)
    server.required = REQUIRED_LAYERS[profile]
    return server.layers


def wanting(server: ForkServer | SpawnServer, profile: str = "staff") -> dict[str, str]:
    """What the profile requires and the machine lacks, each with the reason."""
    offered = server.survey()
    readable = {"readable": offered["readable"] or ""} if "readable" in offered else {}
    return lacking(profile, offered) | readable


def _refusal(what: str, names: Iterable[str]) -> OurFaultError:
    hint = _("`d2d doctor` shows what is missing here and what to do.")
    return OurFaultError(what.format(names=", ".join(names)), hint=hint)


def _attempt(session: Session, name: str, target: object) -> str | None:
    try:
        student = Student(session.transport())
        session.budget.grant(_LIMITS.case_seconds)
        got = getattr(student, name)(target)
    except EndedError as error:
        session.drop()
        return None if error.how == "crashed" else error.how  # it was killed for it; a hang proves nothing
    except RaisedError as error:
        # An OSError is a refusal; any other error means that it was not tried.
        return None if "OSError" in error.bases else str(error)[:200]
    except BridgeError as error:
        return str(error)[:200]
    return None if got is None else str(got)[:200]


@contextmanager
def _bait() -> Iterator[dict[str, object]]:
    """What each attempt is given: real things of this machine and this process, which a worker must not reach."""
    with Scratch("bait") as folder, socket.socket() as tcp:
        folder.chmod(0o777)
        secret = folder / "secret"
        with writing_to(secret):
            secret.write_text("a hidden case", "utf-8")
        secret.chmod(0o666)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        with socket.socket(socket.AF_UNIX) as line:
            line.bind("\0" + (name := f"d2d-bait-{os.getpid()}"))
            line.listen()
            yield {
                "read_a_file": str(secret),
                "write_beside": str(folder),
                "read_a_process": os.getpid(),
                "signal_a_process": os.getpid(),
                "connect_by_tcp": tcp.getsockname()[1],
                "connect_by_name": name,
                **dict.fromkeys(("fork", "start_a_program", "become_root", "change_permissions", "trace")),
            }
