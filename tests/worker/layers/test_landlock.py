# The system calls themselves are what is tried here.
# ruff: noqa: PTH104, PTH208
from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import landlock

from .conftest import in_child, tried

pytestmark = pytest.mark.skipif(
    landlock.Landlock.available() is not None, reason=f"no Landlock: {landlock.Landlock.available()}"
)
REFUSED = os.strerror(errno.EACCES)
FORBIDDEN = os.strerror(errno.EPERM)


def locked(place: Path, action: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        rules = [landlock.Rule(str(place / "library"), landlock.READ), landlock.Rule("/dev/null", landlock.WRITE)]
        landlock.Ruleset(rules, landlock.abi()).apply(str(place / "scratch"))
        return action()

    return run


def test_files(as_user: Callable[..., Any], place: Path) -> None:
    scratch = place / "scratch"
    allowed: dict[str, Callable[[], object]] = {
        "read a library": (place / "library" / "code.py").read_text,
        "list a library": lambda: os.listdir(place / "library"),
        "write": lambda: (scratch / "a").write_text("x"),
        "folder": lambda: (scratch / "d").mkdir(),
        "rename": lambda: (scratch / "a").rename(scratch / "b"),
        "shorten": lambda: os.truncate(scratch / "b", 0),
        "remove": lambda: (scratch / "b").unlink(),
        "remove folders": lambda: shutil.rmtree(scratch / "d"),
        "null": lambda: Path("/dev/null").write_text("x"),
    }
    denied: dict[str, Callable[[], object]] = {
        "read outside": (place / "secret.txt").read_text,
        "read /etc": Path("/etc/passwd").read_text,
        "read /proc": Path("/proc/self/status").read_text,
        "list outside": lambda: os.listdir(place),
        "list the root": lambda: os.listdir("/"),
        "write a library": lambda: (place / "library" / "code.py").write_text("x"),
        "new in a library": lambda: (place / "library" / "new.py").write_text("x"),
        "remove a library": (place / "library" / "code.py").unlink,
        "shorten a library": lambda: os.truncate(place / "library" / "code.py", 0),
        "symlink": lambda: (scratch / "l").symlink_to("/etc"),
        "fifo": lambda: os.mkfifo(scratch / "p"),
        "read null": lambda: os.listdir("/dev"),
        "execute": lambda: os.execv(scratch / "program", ["program"]),
    }

    def action() -> object:
        (scratch / "program").write_text("#!/bin/sh\n")
        (scratch / "program").chmod(0o755)
        return {name: tried(one) for name, one in {**allowed, **denied}.items()}

    got = as_user(locked(place, action))
    if landlock.abi() < 3:
        got["shorten a library"] = REFUSED
    assert {name: got[name] for name in denied} == dict.fromkeys(denied, REFUSED)
    assert {name: got[name] for name in allowed} == dict.fromkeys(allowed, "done")
    assert (place / "library" / "code.py").read_text() == "answer = 42\n"


def test_no_link_to_another_folder(as_user: Callable[..., Any], place: Path) -> None:
    def action() -> object:
        folder = place / "scratch"
        (folder / "d").mkdir()
        (folder / "f").write_text("")
        return tried(lambda: os.rename(folder / "f", folder / "d" / "f"))

    assert as_user(locked(place, action)) == os.strerror(errno.EXDEV)


@pytest.mark.skipif(landlock.abi() < 4, reason="Landlock knows TCP from ABI 4 on")
def test_tcp(as_user: Callable[..., Any], place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def action() -> object:
            with socket.socket() as one, socket.socket() as other:
                return [tried(lambda: one.connect(address)), tried(lambda: other.bind(("127.0.0.1", 0)))]

        assert as_user(locked(place, action)) == [REFUSED, REFUSED]


@pytest.mark.skipif(landlock.abi() < 6, reason="Landlock has scopes from ABI 6 on")
def test_scopes(as_user: Callable[..., Any], place: Path) -> None:
    name = f"\0d2d-{os.getpid()}".encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()

        def connect() -> None:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(name)

        def action() -> object:
            return [tried(connect), tried(lambda: os.kill(os.getppid(), 0)), tried(lambda: os.kill(os.getpid(), 0))]

        assert as_user(lambda: in_child(locked(place, action)).value) == [FORBIDDEN, FORBIDDEN, "done"]


def test_the_held_paths_are_closed(place: Path) -> None:
    def action() -> object:
        before = os.open("/dev/null", os.O_RDONLY)
        os.close(before)
        ruleset = landlock.Ruleset([landlock.Rule("/", landlock.READ), landlock.Rule("/dev", 0xFFFF)], landlock.abi())
        ruleset.apply(str(place / "scratch"))
        after = os.open("/dev/null", os.O_RDONLY)
        return before == after

    assert in_child(action).value is True


def test_a_settled_ruleset_serves_one_child_after_another(as_user: Callable[..., Any], place: Path) -> None:
    def action() -> object:
        ruleset = landlock.Ruleset([landlock.Rule(str(place / "library"), landlock.READ)], landlock.abi())
        ruleset.settle(str(place / "scratch"))

        def child(name: str) -> object:
            ruleset.apply(str(place / "scratch" / name))
            write = tried(lambda: (place / "scratch" / name / "f").write_text("x"))
            return [write, tried((place / "library" / "code.py").read_text), tried((place / "secret.txt").read_text)]

        for name in ("one", "two"):
            (place / "scratch" / name).mkdir()
        return [in_child(lambda name=name: child(name)).value for name in ("one", "two")]

    assert as_user(action) == [["done", "done", REFUSED]] * 2


@pytest.mark.parametrize("version", range(1, 8))
def test_what_an_abi_can_take_away(version: int) -> None:
    files, network, scopes = landlock.handled(version)
    assert files.bit_length() == {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    assert (bool(network), bool(scopes)) == (version >= 4, version >= 6)


@pytest.mark.parametrize("version", range(1, landlock.abi() + 1))
def test_older_interfaces_hold_too(version: int, place: Path) -> None:
    def action() -> object:
        landlock.Ruleset([landlock.Rule(str(place / "library"), landlock.READ)], version).apply()
        return [tried((place / "library" / "code.py").read_text), tried((place / "secret.txt").read_text)]

    assert in_child(action).value == ["done", REFUSED]
