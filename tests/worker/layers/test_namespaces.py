# The system calls themselves are what is tried here.
# ruff: noqa: PTH123, PTH208
from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import landlock, namespaces, root, seccomp
from grader.worker.layers.kernel import mount

from .conftest import in_child, tried

needs_namespaces = pytest.mark.skipif(
    namespaces.Namespaces.available() is not None, reason=f"{namespaces.Namespaces.available()}"
)


def inside(action: Callable[[], object]) -> Callable[[], object]:
    """In a child of the caller, whoever that is, in namespaces of its own."""

    def run() -> object:
        uid, gid = os.geteuid(), os.getegid()

        def entered() -> object:
            namespaces.settle_in(uid, gid)
            return action()

        outcome = in_child(entered, namespaces.fork_apart)
        assert outcome.status == 0
        return outcome.value

    return run


@needs_namespaces
def test_it_is_alone(as_user: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def action() -> object:
            with socket.socket() as client:
                return [
                    os.getpid(),
                    os.getppid(),
                    tried(lambda: os.kill(2, 0)),
                    tried(lambda: client.connect(address)),
                    [name for _number, name in socket.if_nameindex()],
                ]

        assert as_user(inside(action)) == [
            1,
            0,
            os.strerror(errno.ESRCH),
            os.strerror(errno.ENETUNREACH),
            ["lo"],
        ]


@needs_namespaces
def test_mounts_and_names_stay_inside(as_user: Callable[..., Any], place: Path) -> None:
    def action() -> object:
        mount("d2d", str(place / "scratch"), "tmpfs", 0)
        (place / "scratch" / "inside").write_text("")
        socket.sethostname("inside")
        return socket.gethostname()

    before = socket.gethostname()
    assert as_user(inside(action)) == "inside"
    assert socket.gethostname() == before
    assert os.listdir(place / "scratch") == []


@needs_namespaces
def test_an_ordinary_user_is_nobody_inside(as_user: Callable[..., Any]) -> None:
    expected = as_user(lambda: 0 if os.geteuid() == 0 else namespaces.INSIDE_ID)
    assert as_user(inside(os.geteuid)) == expected


@needs_namespaces
def test_what_it_leaves_dies_with_it() -> None:
    reading, writing = os.pipe()

    def action() -> None:
        namespaces.settle_in(os.geteuid(), os.getegid())
        if os.fork() == 0:
            os.setsid()
            signal.pause()

    assert in_child(action, namespaces.fork_apart).status == 0
    os.close(writing)
    with open(reading, "rb") as file:
        assert file.read() == b""  # ends only when nobody holds the other end any more


def test_a_refused_clone_is_a_reason_and_no_child(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        seccomp.Filter(executable_maps=True).apply()
        return [tried(namespaces.fork_apart), namespaces.Namespaces.available(), root.Root.available()]

    said = "clone: Operation not permitted"
    assert as_user(action) == [os.strerror(errno.EPERM), said, said]


@pytest.mark.skipif(landlock.Landlock.available() is not None, reason="Landlock plays AppArmor here")
def test_namespaces_without_rights_in_them_are_not_available(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        # Allows the clone and refuses every mount, as Ubuntu does for unprivileged users
        landlock.Ruleset([landlock.Rule("/", landlock.WRITE)], landlock.abi()).apply()
        return namespaces.Namespaces.available()

    assert as_user(action) == "mount /: Operation not permitted"


def test_outside_of_a_namespace_entering_fails() -> None:
    with pytest.raises(OSError, match="not the first process"):
        namespaces.settle_in(0, 0)
