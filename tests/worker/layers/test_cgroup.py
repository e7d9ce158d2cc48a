# The system calls themselves are what is tried here.
# ruff: noqa: PTH208
from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.worker.layers import cgroup

from .conftest import in_child, tried

FILES = {
    1: ["cgroup.procs", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.oom_control", "pids.max"],
    2: [
        "cgroup.procs",
        "cgroup.kill",
        "memory.max",
        "memory.swap.max",
        "memory.oom.group",
        "memory.events",
        "pids.max",
    ],
}


class Tree:
    """A folder that fills new folders with the kernel's files, and lets them go as the kernel does."""

    def __init__(self, top: Path, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.top, self.version = top, version
        self.busy: list[int] = []
        self.real_mkdir, self.real_rmdir = os.mkdir, os.rmdir
        monkeypatch.setattr(cgroup.os, "mkdir", self.mkdir)
        monkeypatch.setattr(cgroup.os, "rmdir", self.rmdir)

    def mkdir(self, folder: str) -> None:
        self.real_mkdir(folder)
        for name in FILES[self.version]:
            (Path(folder) / name).write_text("")

    def rmdir(self, folder: str) -> None:
        if self.busy:
            raise OSError(16, "busy", folder, self.busy.pop())
        for name in FILES[self.version]:
            (Path(folder) / name).unlink()
        self.real_rmdir(folder)

    def said(self, name: str) -> str:
        return (next(self.top.iterdir()) / name).read_text()


@pytest.fixture(params=[1, 2])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return Tree(tmp_path, request.param, monkeypatch)


def test_what_a_group_writes(tree: Tree) -> None:
    group = cgroup.Group(cgroup.Parents(tree.version, str(tree.top), str(tree.top)), 1 << 20, 5)
    assert tree.said("memory.max" if tree.version == 2 else "memory.limit_in_bytes") == "1048576"
    assert tree.said("memory.swap.max" if tree.version == 2 else "memory.memsw.limit_in_bytes") in ("0", "1048576")
    assert tree.said("pids.max") == "5"
    group.enter()
    assert tree.said("cgroup.procs") == "0"
    (Path(group.memory) / "cgroup.procs").write_text("")
    tree.busy = [1, 2]
    group.remove()
    assert not any(tree.top.iterdir())


def test_out_of_memory_is_told(tree: Tree) -> None:
    group = cgroup.Group(cgroup.Parents(tree.version, str(tree.top), str(tree.top)), 1 << 20, 5)
    file = Path(group.memory) / ("memory.events" if tree.version == 2 else "memory.oom_control")
    file.write_text("max 3\noom_kill 0\n")
    assert not group.out_of_memory()
    file.write_text("max 3\noom_kill 1\n")
    assert group.out_of_memory()


def test_leftovers_of_the_dead_are_swept(tree: Tree) -> None:
    parents = cgroup.Parents(tree.version, str(tree.top), str(tree.top))
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    for owner in (dead, os.getpid()):
        tree.mkdir(str(tree.top / f"d2d-{owner}-0"))
    cgroup.sweep(parents)
    assert [folder.name for folder in tree.top.iterdir()] == [f"d2d-{os.getpid()}-0"]


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the kernel says of this process: files by name, as `_read` gives them."""
    files: dict[str, str] = {}
    real = cgroup._read
    monkeypatch.setattr(cgroup, "_read", lambda folder, name: files[name] if name in files else real(folder, name))
    return files


def mounted(kind: str, at: Path, options: str = "rw") -> str:
    return f"30 20 0:25 / {at} rw,relatime shared:1 - {kind} cgroup {options}\n"


def test_v1_below_the_top_is_ours(own: dict[str, str], tmp_path: Path) -> None:
    for kind in ("memory", "pids"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "cgroup.procs").write_text("")
    own["cgroup"] = "9:memory:/\n8:pids:/\n0::/\n"
    own["mountinfo"] = "".join(mounted("cgroup", tmp_path / kind, f"rw,{kind}") for kind in ("memory", "pids"))
    assert cgroup.find() == cgroup.Parents(1, str(tmp_path / "memory"), str(tmp_path / "pids"))


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user can write only what was handed over")
def test_the_group_of_another_manager_is_not_divided(own: dict[str, str], tmp_path: Path) -> None:
    for path in ("memory/theirs", "pids"):
        (tmp_path / path).mkdir(parents=True)
        (tmp_path / path / "cgroup.procs").write_text("")
    own["cgroup"] = "9:memory:/theirs\n8:pids:/\n"
    own["mountinfo"] = "".join(mounted("cgroup", tmp_path / kind, f"rw,{kind}") for kind in ("memory", "pids"))
    found = cgroup.find()
    assert (found.memory, found.pids) == ("", str(tmp_path / "pids"))
    assert found.reason == "memory: the group /theirs was not handed over to this process"


def test_v2_with_controllers(own: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text("")
    own.update({"cgroup": "0::/\n", "mountinfo": mounted("cgroup2", tmp_path), "cgroup.controllers": "cpu memory pids"})
    own["cgroup.subtree_control"] = "memory pids"
    assert cgroup.find() == cgroup.Parents(2, str(tmp_path), str(tmp_path))
    own["cgroup.controllers"] = "cpu"
    assert cgroup.find().reason == f"{tmp_path} has no controllers of memory and pids"


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user can write only what was handed over")
def test_v2_of_another_manager_is_divided_only_when_named(own: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "cgroup.procs").write_text("")
    own.update({"cgroup": "0::/theirs\n", "mountinfo": mounted("cgroup2", tmp_path)})
    own.update({"cgroup.controllers": "memory pids", "cgroup.subtree_control": "memory pids"})
    assert cgroup.find().reason == "the group /theirs was not handed over to this process"
    folder = str(tmp_path / "theirs")
    assert cgroup.find(folder) == cgroup.Parents(2, folder, folder)


def test_a_group_with_processes_moves_this_one_into_a_leaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"cgroup.procs": "", "cgroup.controllers": "memory pids", "cgroup.subtree_control": ""}.items():
        (tmp_path / name).write_text(text)
    written: list[str] = []

    def write(folder: str, name: str, text: str) -> None:
        written.append(f"{Path(folder).name} {name} {text}" if Path(folder) != tmp_path else f"{name} {text}")
        if len(written) == 1:
            raise OSError(16, "busy", name)

    monkeypatch.setattr(cgroup, "_write", write)
    assert cgroup.find(str(tmp_path)).memory == str(tmp_path)
    enable = "cgroup.subtree_control +memory +pids"
    assert written == [enable, "d2d-supervisor cgroup.procs 0", enable]


def test_without_control_groups(own: dict[str, str]) -> None:
    own.update({"cgroup": "0::/\n", "mountinfo": ""})
    assert cgroup.find().reason == "no control groups are mounted"
    assert cgroup.Cgroup.available() == "no control groups are mounted"


@pytest.fixture
def pids_only() -> Iterator[cgroup.Parents]:
    found = cgroup.find()
    if not found.pids:
        pytest.skip(f"no control group to make groups in: {found.reason}")
    yield cgroup.Parents(found.version, found.memory, found.pids)
    assert not [name for name in os.listdir(found.pids) if name.startswith(f"d2d-{os.getpid()}-")]


def test_a_real_group_bounds_processes_and_leaves_nothing(pids_only: cgroup.Parents) -> None:
    group = cgroup.Group(pids_only, 64 << 20, 3)

    def sleeper() -> None:
        if os.fork() == 0:
            for fd in range(3, 64):
                tried(lambda fd=fd: os.close(fd))
            signal.pause()

    def action() -> object:
        group.enter()
        return [tried(sleeper) for _ in range(4)]

    refused = os.strerror(11)
    assert in_child(action).value == ["done", "done", refused, refused]
    assert len(Path(group.pids, "cgroup.procs").read_text().split()) == 2
    group.remove()
    assert not Path(group.pids).exists()


def test_a_real_group_bounds_memory(pids_only: cgroup.Parents) -> None:
    if not pids_only.memory:
        pytest.skip("the memory of this process is another manager's to divide")
    group = cgroup.Group(pids_only, 32 << 20, 8)

    def action() -> object:
        group.enter()
        return len(os.urandom(1 << 20) * 128)

    try:
        assert in_child(action).signal == signal.SIGKILL
        assert group.out_of_memory()
    finally:
        group.remove()
