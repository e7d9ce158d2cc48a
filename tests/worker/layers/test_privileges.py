# The system calls themselves are what is tried here.
# ruff: noqa: PTH116
from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.worker.layers import privileges

from .conftest import NOBODY, in_child, tried


def test_nothing_is_kept(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        bounded = os.geteuid() == 0
        privileges.give_up(NOBODY)
        status = dict(
            line.split(b":", 1) for line in Path("/proc/self/status").read_bytes().splitlines() if b":" in line
        )
        return {
            "ids": [*os.getresuid(), *os.getresgid(), *os.getgroups()],
            "held": [int(status[name], 16) for name in (b"CapInh", b"CapPrm", b"CapEff", b"CapAmb")],
            "bounding set": int(status[b"CapBnd"], 16) if bounded else 0,
            "new": status[b"NoNewPrivs"].strip().decode(),
            "owner in /proc": os.stat("/proc/self/environ").st_uid,
            "back": tried(lambda: os.setresuid(0, 0, 0)),
            "group back": tried(lambda: os.setgroups([0])),
            "nice": tried(lambda: os.nice(-1)),
            "chroot": tried(lambda: os.chroot("/")),
            "limits": resource.getrlimit(resource.RLIMIT_CORE)[0] >= -1,
        }

    forbidden = "Operation not permitted"
    assert as_user(action) == {
        "ids": [NOBODY] * 6,
        "held": [0] * 4,
        "bounding set": 0,
        "new": "1",
        "owner in /proc": 0,  # as of a process that is not dumpable
        "back": forbidden,
        "group back": forbidden,
        "nice": forbidden,
        "chroot": forbidden,
        "limits": True,
    }


def test_shedding_first_changes_nothing_for_the_child(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        privileges.shed()
        before = os.geteuid()

        def child() -> object:
            privileges.give_up(NOBODY)
            return [os.geteuid(), tried(lambda: os.setuid(0))]

        return [os.geteuid() == before, in_child(child).value]

    assert as_user(action) == [True, [NOBODY, "Operation not permitted"]]


def test_available(as_user: Callable[..., Any]) -> None:
    assert as_user(privileges.Privileges.available) is None


def test_what_the_uid_cannot_read_is_named(place: Path, as_user: Callable[..., Any]) -> None:
    (place / "secret.txt").chmod(0o600)
    paths = [str(place / "library" / "code.py"), str(place / "secret.txt")]
    assert as_user(lambda: privileges.unreadable(paths[:1], NOBODY)) is None
    assert as_user(lambda: privileges.unreadable(paths, NOBODY)) == f"{paths[1]}: Permission denied"
