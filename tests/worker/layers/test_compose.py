# The system calls themselves are what is tried here.
# ruff: noqa: PTH123
from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import compose, root
from grader.worker.layers.folders import Readable

from .conftest import in_child, tried

OFFERED = compose.survey()
UNTRIED = ("rlimits", "cgroup")  # pytest itself needs what these would take; the others show that they hold
TIERS = {"all": UNTRIED, "no namespaces": (*UNTRIED, "namespaces", "root")}
pytestmark = pytest.mark.skipif(bool(compose.lacking("staff", OFFERED)), reason=f"{compose.lacking('staff', OFFERED)}")


def prepared(place: Path, without: tuple[str, ...] = UNTRIED) -> compose.Lockdown:
    library = str(place / "library")
    readable = Readable(paths=(library,), listed=(), bound=(library,), covered=(), inside=())
    return compose.prepare(readable, compose.survey(), executable_maps=False, without=without)


def limits_in(place: Path, name: str = "scratch") -> dict[str, Any]:
    return {"scratch": str(place / name), "scratch_bytes": 1 << 20}


def locked(place: Path, action: Callable[[], object], without: tuple[str, ...] = UNTRIED) -> Callable[[], object]:
    def run() -> object:
        lock = prepared(place, without)

        def child() -> object:
            active = lock.apply(limits_in(place))
            return [list(active), action()]

        outcome = in_child(child, lambda: lock.fork(limits_in(place)))
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
    assert active == [name for name, reason in OFFERED.items() if reason is None and name not in TIERS[without]]
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
    def seen(*without: str) -> list[object]:
        def action() -> list[object]:
            return [
                tried((place / "secret.txt").read_text) != "done",
                os.getpid() == 1,
                tried(socket.socket) != "done",
                os.geteuid() != 0,
            ]

        value = in_child(locked(place, action, (*UNTRIED, *without))).value
        assert isinstance(value, list)
        return list(value[1])

    if os.geteuid() != 0 or OFFERED["namespaces"] is not None:
        pytest.skip("needs root and namespaces, so that each layer has something of its own to show")
    assert seen() == [True, True, True, True]
    assert seen("namespaces", "root", "landlock") == [False, False, True, True]
    assert seen("seccomp") == [True, True, False, True]
    assert seen("privileges") == [True, True, True, False]


def ending(prepare: Callable[[], compose.Lockdown], limits: dict[str, Any], *, apart: bool = True) -> object:
    """Exit code and value of a worker; its zygote is a child too, since preparing takes rights away for good."""

    def zygote() -> object:
        lock = prepare()
        outcome = in_child(lambda: lock.apply(limits), (lambda: lock.fork(limits)) if apart else os.fork)
        return [os.waitstatus_to_exitcode(outcome.status), outcome.value]

    return in_child(zygote).value


@pytest.mark.parametrize("broken", ["layout", "scratch"])
def test_it_fails_closed(place: Path, broken: str, capfd: pytest.CaptureFixture[str]) -> None:
    if broken == "layout" and OFFERED["root"] is not None:
        pytest.skip("no new root here")

    def prepare() -> compose.Lockdown:
        lock = prepared(place, TIERS["all" if broken == "layout" else "no namespaces"])
        for layer in lock.layers:
            if isinstance(layer, root.Root):
                layer.layout = root.Layout((root.Part("bind", "/nowhere"),))
        return lock

    limits = limits_in(place, "scratch" if broken == "layout" else "missing")
    assert ending(prepare, limits) == [compose.FAILED, None]
    assert "the sandbox could not be closed" in capfd.readouterr().err


def test_forked_the_wrong_way_it_fails_closed(place: Path) -> None:
    if OFFERED["namespaces"] is not None:
        pytest.skip("no namespaces here")
    assert ending(lambda: prepared(place), limits_in(place), apart=False) == [compose.FAILED, None]


@pytest.mark.parametrize("without", TIERS)
def test_a_worker_dies_with_its_zygote(place: Path, without: str) -> None:
    reading, writing = os.pipe()
    zygote = os.fork()
    if zygote == 0:
        lock = prepared(place, TIERS[without])
        if lock.fork(limits_in(place)) == 0:
            lock.apply(limits_in(place))
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
            lock.apply(limits_in(place))
            return [tried((place / "library" / "code.py").read_text), tried((place / "secret.txt").read_text) != "done"]

        return in_child(child, lambda: lock.fork(limits_in(place))).value

    assert in_child(zygote).value == ["done", True]


def test_what_a_profile_lacks() -> None:
    offered = dict.fromkeys(compose.LAYERS, None) | {"seccomp": "not there", "namespaces": "forbidden"}
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
            lock.apply(limits_in(place, f"scratch/{name}"))
            return [tried(lambda: Path("f").write_text("x")), tried((place / "secret.txt").read_text)]

        for name in ("one", "two"):
            (place / "scratch" / name).mkdir()
        return [in_child(lambda name=name: child(name), lambda: lock.fork({})).value for name in ("one", "two")]

    assert as_user(action) == [["done", os.strerror(errno.EACCES)]] * 2


def test_without_namespaces_there_is_no_new_root(place: Path) -> None:
    layers = in_child(lambda: [layer.name() for layer in prepared(place, (*UNTRIED, "namespaces")).layers]).value
    assert "landlock" in layers
    assert "root" not in layers


@pytest.mark.parametrize("name", compose.LAYERS)
def test_a_line_in_the_table_and_a_file_are_a_layer(name: str) -> None:
    layer = compose.layer(name)
    assert (layer.name(), layer.gives != "") == (name, True)
    assert layer.needs is None or compose.LAYERS.index(layer.needs) < compose.LAYERS.index(name)
    assert layer.available() == OFFERED.get(name, layer.available())


def test_every_file_with_a_layer_stands_in_the_table() -> None:
    files = Path(compose.__file__).parent.glob("*.py")
    assert {file.stem for file in files if "(Layer):" in file.read_text("utf-8")} == set(compose.LAYERS)


def test_nothing_is_taken_on_after_the_last_layer() -> None:
    assert [name for name in compose.LAYERS if compose.layer(name).is_last] == [compose.LAYERS[-1]]


def test_it_tells_a_dead_parent() -> None:
    def action() -> object:
        line = compose.Lifeline()
        alive = in_child(lambda: (line.take(), line.holds())[1]).value
        os.close(line._kept)
        return [alive, line.holds()]

    assert in_child(action).value == [True, False]


def test_a_child_whose_parent_is_gone_ends() -> None:
    def action() -> object:
        line = compose.Lifeline()
        os.close(line._kept)
        line.tie()
        return "goes on"

    assert in_child(action).value is None
