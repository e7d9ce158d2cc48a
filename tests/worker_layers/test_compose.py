# The system calls themselves are what is tried here.
# ruff: noqa: PTH123
from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import compose, root
from grader.worker.layers.folders import Readable

from .conftest import in_child, tried

OFFERED = compose.survey()
TIERS = {"all": (), "no namespaces": ("namespaces", "root")}
pytestmark = pytest.mark.skipif(bool(compose.lacking("staff", OFFERED)), reason=f"{compose.lacking('staff', OFFERED)}")


def prepared(place: Path, without: tuple[str, ...] = ()) -> compose.Lockdown:
    library = str(place / "library")
    readable = Readable(paths=(library,), listed=(), bound=(library,), covered=(), inside=())
    return compose.prepare(readable, compose.survey(), executable_maps=False, without=without)


def locked(place: Path, action: Callable[[], object], without: tuple[str, ...] = ()) -> Callable[[], object]:
    def run() -> object:
        lock = prepared(place, without)

        def child() -> object:
            active = lock.apply(str(place / "scratch"))
            return [list(active), action()]

        outcome = in_child(child, lock.fork)
        assert outcome.status == 0
        return outcome.value

    return run


@pytest.mark.parametrize("without", TIERS)
def test_all_layers_together(as_user: Callable[..., Any], place: Path, without: str) -> None:
    def action() -> object:
        return {
            "library": (place / "library" / "code.py").read_text(),
            "scratch": tried(lambda: Path("file").write_text("x")),
            "secret": tried((place / "secret.txt").read_text),
            "proc": tried(Path("/proc/self/status").read_bytes),
            "socket": tried(socket.socket),
            "fork": tried(os.fork),
            "root": tried(lambda: os.setuid(0)),
            "stays": os.geteuid() != 0,
        }

    active, got = as_user(locked(place, action, TIERS[without]))
    assert active == [name for name in compose.IN_CHILD if OFFERED[name] is None and name not in TIERS[without]]
    hidden = os.strerror(errno.ENOENT if "root" in active else errno.EACCES)
    forbidden = os.strerror(errno.EPERM)
    assert got == {
        "library": "answer = 42\n",
        "scratch": "done",
        "secret": hidden,
        "proc": hidden,
        "socket": forbidden,
        "fork": forbidden,
        "root": forbidden,
        "stays": True,
    }


def test_each_layer_is_missed_where_it_is_left_out(place: Path) -> None:
    def seen(without: tuple[str, ...]) -> list[object]:
        def action() -> list[object]:
            return [
                tried((place / "secret.txt").read_text) != "done",
                os.getpid() == 1,
                tried(socket.socket) != "done",
                os.geteuid() != 0,
            ]

        value = locked(place, action, without)()
        assert isinstance(value, list)
        return list(value[1])

    if os.geteuid() != 0 or OFFERED["namespaces"] is not None:
        pytest.skip("needs root and namespaces, so that each layer has something of its own to show")
    assert seen(()) == [True, True, True, True]
    assert seen(("namespaces", "root", "landlock")) == [False, False, True, True]
    assert seen(("seccomp",)) == [True, True, False, True]
    assert seen(("privileges",)) == [True, True, True, False]


@pytest.mark.parametrize("broken", ["layout", "scratch"])
def test_it_fails_closed(place: Path, broken: str, capfd: pytest.CaptureFixture[str]) -> None:
    lock = prepared(place, () if broken == "layout" else TIERS["no namespaces"])
    if broken == "layout" and "root" not in lock.active:
        pytest.skip("no new root here")
    if broken == "layout":
        lock = replace(lock, layout=root.Plan((root.Step("bind", "/nowhere"),)))
    outcome = in_child(lambda: lock.apply(str(place / "missing")), lock.fork)
    assert os.waitstatus_to_exitcode(outcome.status) == compose.FAILED
    assert outcome.value is None
    assert "the sandbox could not be closed" in capfd.readouterr().err


def test_forked_the_wrong_way_it_fails_closed(place: Path) -> None:
    lock = prepared(place)
    if "namespaces" not in lock.active:
        pytest.skip("no namespaces here")
    assert os.waitstatus_to_exitcode(in_child(lambda: lock.apply(str(place / "scratch"))).status) == compose.FAILED


@pytest.mark.parametrize("without", TIERS)
def test_a_worker_dies_with_its_zygote(place: Path, without: str) -> None:
    reading, writing = os.pipe()
    zygote = os.fork()
    if zygote == 0:
        lock = prepared(place, TIERS[without])
        if lock.fork() == 0:
            lock.apply(str(place / "scratch"))
            os.write(writing, b"x")
            signal.pause()
        os.close(writing)
        signal.pause()
    os.close(writing)
    assert os.read(reading, 1) == b"x"
    os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    with open(reading, "rb") as file:
        assert file.read() == b""  # the end of the pipe: nobody holds it any more


@pytest.mark.parametrize("without", TIERS)
def test_what_is_prepared_survives_the_low_numbers(place: Path, without: str) -> None:
    def zygote() -> object:
        lock = prepared(place, TIERS[without])

        def child() -> object:
            reading, _writing = os.pipe()
            for number in range(20, 24):  # as a worker does that makes room for the bridge
                os.dup2(reading, number)
            lock.apply(str(place / "scratch"))
            return [tried((place / "library" / "code.py").read_text), tried((place / "secret.txt").read_text) != "done"]

        return in_child(child, lock.fork).value

    assert in_child(zygote).value == ["done", True]


def test_what_a_profile_lacks() -> None:
    offered = dict.fromkeys(compose.IN_CHILD, None) | {"seccomp": "not there", "namespaces": "forbidden"}
    assert compose.lacking("staff", offered) == {"seccomp": "not there"}
    assert compose.lacking("member", offered) == {}


def test_scratch_folders_in_a_known_parent(as_user: Callable[..., Any], place: Path) -> None:
    def action() -> object:
        library = str(place / "library")
        readable = Readable(paths=(library,), listed=(), bound=(library,), covered=(), inside=())
        lock = compose.prepare(
            readable,
            compose.survey(),
            executable_maps=False,
            scratch_parent=str(place / "scratch"),
            without=TIERS["no namespaces"],
        )

        def child(name: str) -> object:
            lock.apply(str(place / "scratch" / name))
            return [tried(lambda: Path("f").write_text("x")), tried((place / "secret.txt").read_text)]

        for name in ("one", "two"):
            (place / "scratch" / name).mkdir()
        return [in_child(lambda name=name: child(name), lock.fork).value for name in ("one", "two")]

    assert as_user(action) == [["done", os.strerror(errno.EACCES)]] * 2


def test_without_namespaces_there_is_no_new_root(place: Path) -> None:
    assert "root" not in prepared(place, ("namespaces",)).active


def test_the_table_of_layers() -> None:
    assert {*compose.LAYERS} == {*compose.IN_CHILD, "cgroup"}
    for layer in compose.LAYERS.values():
        assert layer.GIVES
        assert layer.available() is None or isinstance(layer.available(), str)
    for name, reason in OFFERED.items():
        assert compose.LAYERS[name].available() == reason
