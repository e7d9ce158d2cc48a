"""`d2d collect`: what it prints and writes; how repositories are read is in tests/github."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.github.collected import read_collection
from tests.courses import more_of_the_same
from tests.git_repositories import Repository
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.commands import Command

ENV = {"D2D_GIT_ALLOW": "file"}


@pytest.fixture
def roster(course: Path, tmp_path: Path) -> Path:
    """Kim's repository is there, lee's is not."""
    Repository.make(tmp_path / "git" / "kim").commit({"mini.py": "x = 1\n"})
    file = course / "roster.csv"
    file.write_text(f"member,repository\nkim,file://{tmp_path}/git/kim\nlee,file://{tmp_path}/git/lee\n", "utf-8")
    return file


def test_who_is_missing_stands_last_with_the_reason(d2d: Command, roster: Path, tmp_path: Path) -> None:
    done = d2d("collect", "--roster", roster, "--out", tmp_path / "out", "--hw", "mini", env=ENV)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["✓", "kim"], ["✗", "lee"]]
    assert lines[-1] == "1 collected, 1 missing"
    assert (tmp_path / "out" / "kim.zip").is_file()


def test_a_snapshot_says_later_what_was_there(d2d: Command, roster: Path, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    done = d2d("collect", "--roster", roster, "--snapshot", heads, env=ENV)
    assert done.returncode == 0, done.stderr
    assert "1 of 2 repositories." in done.stderr
    assert len(json.loads(heads.read_text("utf-8"))["snapshots"]) == 1
    when = json.loads(heads.read_text("utf-8"))["snapshots"][0]["at"]
    arguments = ("--snapshot", heads, "--before", when, "--out", tmp_path / "out", "--json", "-")
    done = d2d("collect", "--roster", roster, *arguments, env=ENV)
    assert "What counts is the snapshot of" in done.stderr
    works = {work["member"]: work["basis"] for work in json.loads(done.stdout)["members"]}
    assert works["kim"] == "snapshot"
    assert len(json.loads(heads.read_text("utf-8"))["snapshots"]) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "Give --out DIR, --snapshot FILE or both."),
        (("--out", "out", "--before", "tomorrow"), "tomorrow is no time."),
        (("--out", "out", "--hw", "minni"), "Did you mean mini?"),
    ],
)
def test_what_can_not_be(d2d: Command, roster: Path, arguments: tuple[str, ...], complaint: str) -> None:
    done = d2d("collect", "--roster", roster, *arguments, env=ENV)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


class Class:
    """Members whose repositories lie in a folder, that is the host, and what was collected of them."""

    def __init__(self, d2d: Command, folder: Path, *members: str) -> None:
        self.d2d, self.host, self.out = d2d, folder / "git", folder / "out"
        self.temporary = d2d.temporary
        self.rows: dict[str, str] = {}
        for member in members:
            self.commit(member, f"# {member}\n")

    def commit(self, member: str, text: str | bytes) -> None:
        """New work of a member's."""
        shutil.rmtree(self.host / member, ignore_errors=True)
        repository = Repository.make(self.host / member)
        repository.commit({"mini.py": text})
        self.rows[member] = repository.url

    def arguments(self, *more: object) -> list[object]:
        roster = self.d2d.folder / "roster.csv"
        rows = "".join(f"{member},{url}\n" for member, url in self.rows.items())
        roster.write_text("member,repository\n" + rows, "utf-8")
        allow = ("--allow", "file", "--allow", "http")
        return ["collect", "--roster", roster, "--out", self.out, *allow, "--jobs", 2, *more]

    def collect(self, *more: object, **limits: Any) -> tuple[int, str, str]:
        """The command to its end, with its exit code and what it printed."""
        environment = self.d2d.env({"TMPDIR": str(self.temporary)})
        running = subprocess.Popen(
            self.d2d.argv(self.arguments(*more)), cwd=self.d2d.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **limits,
        )  # fmt: skip
        out, complaints = running.communicate()
        self.d2d.family.gone()
        assert not list(self.temporary.glob("d2d-*"))
        return running.returncode, out, complaints

    def archives(self) -> dict[str, bytes]:
        """What is there of each member: all of it is whole, and as it is recorded."""
        there = {file.stem: file.read_bytes() for file in self.out.glob("*.zip")}
        for data in there.values():
            assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
        recorded = {work.member for work in read_collection(self.out / "collected.json").members if work.file}
        assert there.keys() <= recorded
        return there


@pytest.fixture
def members(d2d: Command, tmp_path: Path) -> Class:
    """Two members, of whom something is collected already, and lee has handed in something new since."""
    members = Class(d2d, tmp_path, "kim", "lee")
    assert members.collect()[0] == 0
    members.commit("lee", "# lee, better\n")
    return members


@pytest.fixture
def silent() -> Iterator[tuple[str, Callable[[], bool]]]:
    """A host that takes connections and never answers, and whether anybody has asked it yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        taken: list[socket.socket] = []

        def asked() -> bool:
            with suppress(BlockingIOError):
                taken.append(server.accept()[0])
            return bool(taken)

        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        for connection in taken:
            connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, *more_of_the_same([signal.SIGTERM])])
def test_a_run_that_is_stopped_ends_at_once_and_keeps_what_it_has(
    members: Class, silent: tuple[str, Callable[[], bool]], number: int
) -> None:
    before = members.archives()
    members.rows |= {f"m{at}": f"{silent[0]}/m{at}" for at in range(40)}  # each would take half a minute
    running = members.d2d.begin(*members.arguments(), start_new_session=True)
    wait_until(lambda: silent[1]() and members.archives()["lee"] != before["lee"])
    running.send_signal(number)
    _out, complaints = running.communicate()
    assert running.returncode == 130, complaints.decode()
    assert "What was collected so far is kept" in complaints.decode()
    members.d2d.nothing_left()
    after = members.archives()
    assert after.keys() == before.keys()
    recorded = {
        work["member"]: work for work in json.loads((members.out / "collected.json").read_text("utf-8"))["members"]
    }
    assert recorded.keys() == {"kim", "lee"}


def test_a_run_that_is_killed_loses_nothing_and_leaves_nothing_for_long(
    members: Class, silent: tuple[str, Callable[[], bool]], course: Path
) -> None:
    before = members.archives()
    members.rows |= {f"m{at}": f"{silent[0]}/m{at}" for at in range(4)}
    running = members.d2d.begin(*members.arguments(), start_new_session=True)
    wait_until(lambda: silent[1]() and members.archives()["lee"] != before["lee"])
    running.kill()
    running.communicate()
    after = members.archives()
    assert list(members.temporary.glob("d2d-git-*"))
    assert members.d2d.family.members()  # git, that waits for the host
    members.rows = {name: url for name, url in members.rows.items() if name in before}
    members.host.rename(members.host.with_name("gone"))
    code, out, complaints = members.collect()  # looks for what is left of both
    assert (code, members.archives()) == (0, after), complaints
    assert out.count("what was fetched before stays") == 2


def filled(folder: Path) -> Path:
    """Take all the room that there is."""
    file = folder / "somebody-elses"
    with file.open("wb", buffering=0) as other:
        try:
            while True:
                other.write(bytes(1 << 12))
        except OSError:
            return file


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """Makes a disk of so many KB."""
    made = []

    def make(name: str, kilobytes: int) -> Path:
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(place)]
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
        made.append(place)
        return place

    yield make
    for place in made:
        subprocess.run(["umount", str(place)], check=True)


def one_sentence(code: int, out: str, complaints: str, *parts: str) -> None:
    """A fault of this machine is said once, and of no member."""
    assert (code, out) == (3, ""), complaints
    lines = complaints.splitlines()
    assert [line.startswith("Error: ") for line in lines] == [True, False], complaints
    assert lines[1] == "What was collected stays. Make room, and give the same command again: it goes on there."
    for part in parts:
        assert part in lines[0]


def test_a_temporary_folder_that_is_full_is_no_members_fault(members: Class, disk: Callable[[str, int], Path]) -> None:
    before = members.archives()
    members.temporary = disk("small", 256)
    somebody_elses = filled(members.temporary)
    one_sentence(*members.collect(), str(members.temporary), "No space left on device")
    assert members.archives() == before
    somebody_elses.unlink()
    assert members.collect()[0] == 0
    assert members.archives().keys() == before.keys()


@pytest.mark.slow
def test_a_repository_that_is_larger_than_the_temporary_folder_costs_the_others_nothing(
    members: Class, disk: Callable[[str, int], Path]
) -> None:
    before = members.archives()
    members.temporary = disk("small", 3 << 10)
    members.commit("kim", os.urandom(4 << 20))
    one_sentence(*members.collect(), " Not collected: kim")
    after = members.archives()
    assert (after["kim"], after["lee"] != before["lee"]) == (before["kim"], True)


def test_a_disk_that_fills_up_on_the_way_costs_nothing_of_what_is_there(
    d2d: Command, tmp_path: Path, disk: Callable[[str, int], Path]
) -> None:
    out = disk("out", 1 << 10)
    members = Class(d2d, tmp_path, *(f"m{at}" for at in range(12)))
    for member in members.rows:
        members.commit(member, os.urandom(150 << 10).hex())
    code, printed, complaints = members.collect()
    one_sentence(code, printed, complaints, "No space left on device")
    first = members.archives()
    assert 1 <= len(first) <= 4
    subprocess.run(["mount", "-o", "remount,size=8m", str(out)], check=True)
    members.host.rename(tmp_path / "gone")
    assert members.collect()[0] == 1
    assert members.archives() == first
    (tmp_path / "gone").rename(members.host)
    assert members.collect()[0] == 0
    assert len(members.archives()) == 12


@pytest.mark.parametrize("least", [1 << 10, *more_of_the_same([100 << 10])])
def test_files_that_may_not_become_large_are_no_members_fault(members: Class, least: int) -> None:
    """`ulimit -f`, for our own files or for those of git."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    before = members.archives()
    members.commit("kim", os.urandom(200 << 10))
    limits = (least, least)
    one_sentence(*members.collect(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)))
    assert members.archives()["kim"] == before["kim"]


def test_git_that_is_not_installed_is_no_members_fault(members: Class, tmp_path: Path) -> None:
    before = members.archives()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    members.d2d.environment["PATH"] = str(tmp_path / "bin")
    code, out, complaints = members.collect()
    assert (code, out) == (3, "")
    assert "git can't be started here" in complaints
    assert members.archives() == before
