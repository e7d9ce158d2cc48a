"""All processes of a worker end, and what a submission left is taken away however it lies there; nothing else is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from grader.worker import leftovers
from grader.worker.leftovers import empty, remove
from grader.worker.opened import open_folder
from tests.families import Family
from tests.outside import Outside, exchanging, put_links


def sleeper(below: int) -> int:
    """A process that waits, with so many others one below the other; all in sessions of their own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        for _ in range(below):
            if os.fork():
                break
            os.setsid()
        else:
            os.write(writing, b"x")
        signal.pause()
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    return pid


def test_everything_ends_with_the_worker(family: Family) -> None:
    worker = sleeper(3)
    assert len(family.members()) == 4
    assert os.WTERMSIG(leftovers.end_all(worker)) == signal.SIGKILL
    assert not family.members()


def test_the_status_of_a_worker_that_ended_by_itself(family: Family) -> None:
    worker = os.fork()
    if worker == 0:
        os._exit(7)
    os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    assert os.waitstatus_to_exitcode(leftovers.end_all(worker)) == 7


def test_children_are_found_without_the_file_of_the_kernel(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = sleeper(0)
    assert worker in leftovers.living_children()

    def absent(*_arguments: object, **_options: object) -> None:
        raise FileNotFoundError

    real = open
    monkeypatch.setattr(leftovers, "open", lambda file, *args, **options: (
        absent() if str(file).endswith("children") else real(file, *args, **options)), raising=False)  # fmt: skip
    assert worker in leftovers.living_children()
    assert leftovers.parent_of(worker) == os.getpid()
    leftovers.end_all(worker)
    assert leftovers.parent_of(worker) == 0


def emptied(top: Path) -> None:
    folder = open_folder(str(top))
    try:
        empty(folder)
    finally:
        os.close(folder)


def nested(top: Path, depth: int) -> None:
    """Folders in folders, deeper than a path may be long."""
    home = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(depth):
            os.mkdir("a")  # noqa: PTH102 — the path would be too long
            os.chdir("a")
        Path("file").write_text("x", "utf-8")
    finally:
        os.chdir(home)


@pytest.mark.parametrize("depth", [1, 3, 1000, pytest.param(5000, marks=pytest.mark.slow)])
def test_folders_however_deep(tmp_path: Path, depth: int) -> None:
    top = tmp_path / "top"
    top.mkdir()
    nested(top, depth)
    remove(str(top))
    assert not top.exists()


def test_folders_without_rights(tmp_path: Path) -> None:
    """As an ordinary user they can't be opened; root wouldn't notice, so the rights are asked for as well."""
    top = tmp_path / "top"
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed" / "inner" / "file").write_text("x", "utf-8")
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0)
    remove(str(top))
    assert not top.exists()


def as_user(action: Callable[[], None]) -> None:
    """Do it as an ordinary user, who has the current folder; in a process of its own where this one is root."""
    if os.geteuid() != 0:
        action()
        return
    pid = os.fork()
    if pid == 0:
        try:
            os.chown(".", 65534, 65534)
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            action()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


def test_links_are_taken_away_and_not_what_they_lead_to(tmp_path: Path) -> None:
    outside, top = Outside(tmp_path / "outside"), tmp_path / "top"
    top.mkdir()
    put_links(top, outside)
    emptied(top)
    assert list(top.iterdir()) == []
    outside.check()


def test_a_link_in_place_of_the_folder_itself_is_not_followed(tmp_path: Path) -> None:
    outside, top = Outside(tmp_path / "outside"), tmp_path / "top"
    top.symlink_to(outside.folder)
    with pytest.raises(NotADirectoryError):
        remove(str(top))
    outside.check()


def exchange(folder: Path) -> None:
    """Clear up where somebody exchanges folders and links all the time; where that is noticed, it is an error."""
    outside, top = Outside(folder / "outside"), folder / "top"
    top.mkdir()
    with exchanging(top, outside):
        for _ in range(1500):
            with suppress(OSError):
                emptied(top)
    outside.check()


def test_a_link_that_comes_in_place_of_a_folder_meanwhile_is_not_followed(tmp_path: Path) -> None:
    exchange(tmp_path)


def test_nor_is_it_as_an_ordinary_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    as_user(lambda: exchange(Path()))


def test_something_that_writes_on_and_on_holds_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top, unlink = tmp_path / "top", os.unlink
    top.mkdir()
    (top / "file").touch()

    def write_again(name: str, *, dir_fd: int) -> None:
        unlink(name, dir_fd=dir_fd)
        (top / f"{name}x").touch()

    monkeypatch.setattr(os, "unlink", write_again)
    with pytest.raises(OSError, match="not empty"):
        emptied(top)
