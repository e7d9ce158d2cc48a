# The system calls themselves are what is tried here.
# ruff: noqa: PTH109, PTH208
from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import namespaces, root

from .conftest import in_child, tried

needs_root = pytest.mark.skipif(root.Root.available() is not None, reason=f"no new root: {root.Root.available()}")


def within(layout: root.Layout, action: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        uid, gid = os.geteuid(), os.getegid()

        def entered() -> object:
            namespaces.settle_in(uid, gid)
            layout.enter(1 << 16, 8)
            return action()

        outcome = in_child(entered, namespaces.fork_apart)
        assert outcome.status == 0
        return outcome.value

    return run


@needs_root
def test_only_what_was_given_is_there(as_user: Callable[..., Any], place: Path) -> None:
    library = place / "library"

    def action() -> object:
        return {
            "cwd": os.getcwd(),
            "root": sorted(os.listdir("/")),
            "dev": sorted(os.listdir("/dev")),
            "beside": os.listdir(place),
            "read": (library / "code.py").read_text(),
            "write": tried(lambda: (library / "code.py").write_text("x")),
            "new": tried(lambda: (library / "new").write_text("x")),
            "root write": tried(lambda: Path("/new").write_text("x")),
            "secret": tried((place / "secret.txt").read_text),
            "proc": tried(lambda: os.listdir("/proc")),
            "up": sorted(os.listdir("/../..")),
            "null": tried(lambda: Path("/dev/null").write_bytes(b"x")),
            "random": len(os.read(os.open("/dev/urandom", os.O_RDONLY), 4)),
        }

    missing, read_only = os.strerror(errno.ENOENT), os.strerror(errno.EROFS)
    assert as_user(within(root.layout_of([str(library)], [], []), action)) == {
        "cwd": root.WORK,
        "root": sorted(["dev", root.WORK.strip("/"), library.parts[1]]),
        "dev": ["null", "urandom"],
        "beside": ["library"],
        "read": "answer = 42\n",
        "write": read_only,
        "new": read_only,
        "root write": read_only,
        "secret": missing,
        "proc": missing,
        "up": sorted(["dev", root.WORK.strip("/"), library.parts[1]]),
        "null": "done",
        "random": 4,
    }
    assert sorted(os.listdir(library)) == ["code.py"]


@needs_root
def test_the_scratch_folder_has_limits(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        big = tried(lambda: Path("big").write_bytes(bytes(1 << 17)))
        Path("big").unlink()
        return [big, [tried(lambda at=at: Path(f"f{at}").write_text("")) for at in range(10)][-1]]

    full = os.strerror(errno.ENOSPC)
    assert as_user(within(root.layout_of([], [], []), action)) == [full, full]


@needs_root
def test_covered_folders_are_empty_but_for_what_is_inside(as_user: Callable[..., Any], place: Path) -> None:
    packages = place / "library" / "packages"
    for name in ("wanted", "hidden"):
        (packages / name).mkdir(parents=True)
        (packages / name / "code.py").write_text(name)
    layout = root.layout_of([str(place / "library")], [str(packages)], [str(packages / "wanted")])

    def action() -> object:
        return [
            sorted(os.listdir(place / "library")),
            os.listdir(packages),
            (packages / "wanted" / "code.py").read_text(),
        ]

    assert as_user(within(layout, action)) == [["code.py", "packages"], ["wanted"], "wanted"]
    assert sorted(os.listdir(packages)) == ["hidden", "wanted"]


@needs_root
def test_links_on_the_way_lead_there(as_user: Callable[..., Any], place: Path) -> None:
    (place / "lib").symlink_to("library")
    (place / "absolute").symlink_to(place / "lib")
    layout = root.layout_of([str(place / "absolute" / "code.py")], [], [])
    assert as_user(within(layout, (place / "absolute" / "code.py").read_text)) == "answer = 42\n"


@needs_root
def test_devices_are_only_the_two(as_user: Callable[..., Any]) -> None:
    def action() -> object:
        return [stat.S_ISCHR(Path(name).stat().st_mode) for name in root.DEVICES] + [
            tried(lambda: os.mknod("null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))) != "done"
            or tried(lambda: Path("null").read_bytes()) == os.strerror(errno.EACCES)
        ]

    assert as_user(within(root.layout_of([], [], []), action)) == [True, True, True]


def test_a_layout_binds_the_outermost_and_makes_each_folder_once(place: Path) -> None:
    library = str(place / "library")
    parts = root.layout_of([library, library + "/code.py"], [], []).parts
    assert [part.path for part in parts if part.kind == "bind"] == ["/dev/null", "/dev/urandom", library]
    folders = [part.path for part in parts if part.kind == "folder"]
    assert len(folders) == len(set(folders))
