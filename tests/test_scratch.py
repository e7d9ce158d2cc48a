"""Folders in the temporary folder: gone with their owner, and never anybody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.errors import NoRoomError
from grader.scratch import OWNER, Scratch, sweep_scratch
from tests.outside import Outside, put_links
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks that end with a process")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of the test."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def killed(place: Path, kind: str, then: str = "") -> Path:
    """The folder of a process that was killed while it held it."""
    code = (
        "import os, subprocess, sys\nfrom grader.scratch import OWNER, Scratch\n"
        f"scratch = Scratch({kind!r})\n(scratch.path / 'hidden.py').write_text('a hidden case')\n{then}\n"
        "os.kill(os.getpid(), 9)\n"
    )
    before = set(place.iterdir())
    environment = {**os.environ, "TMPDIR": str(place)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False, stdout=subprocess.DEVNULL)
    assert done.returncode == -signal.SIGKILL
    (left,) = set(place.iterdir()) - before
    return left


def test_it_is_gone_when_it_is_closed(place: Path) -> None:
    with Scratch("git") as folder:
        assert list(place.iterdir()) == [folder]
        (folder / "inner").mkdir(mode=0o500)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []


def test_a_link_in_its_place_is_taken_away_and_not_what_it_leads_to(place: Path, tmp_path: Path) -> None:
    outside = Outside(tmp_path / "outside")
    scratch = Scratch("judge")
    put_links(scratch.path, outside)
    scratch.path.rename(place / "moved")
    scratch.path.symlink_to(outside.folder)
    assert not scratch.is_there
    scratch.close()
    outside.check()
    assert list(place.iterdir()) == [place / "moved"]
    assert list((place / "moved").iterdir()) == []


def test_a_sweep_follows_no_link_either(place: Path, tmp_path: Path) -> None:
    outside = Outside(tmp_path / "outside")
    put_links(killed(place, "judge"), outside)
    (place / "d2d-judge-1-abcdefgh").symlink_to(outside.folder)
    sweep_scratch()
    outside.check()
    assert [path.name for path in place.iterdir()] == ["d2d-judge-1-abcdefgh"]


@pytest.mark.parametrize("kind", ["git", "judge", "parcel"])
def test_what_a_killed_process_left_is_gone_at_the_next_start(place: Path, kind: str) -> None:
    left = killed(place, kind)
    assert (left / "hidden.py").exists()
    with Scratch("git") as folder:
        assert list(place.iterdir()) == [folder]


def test_a_folder_is_its_owners_while_it_runs(place: Path) -> None:
    code = "from grader.scratch import Scratch\nwith Scratch('git') as folder: print(folder, flush=True); input()"
    environment = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        with Scratch("judge") as own:
            sweep_scratch()
            assert {folder, own} == set(place.iterdir())
        owner.communicate("\n")
    assert list(place.iterdir()) == []


def test_what_is_not_ours_stays(place: Path) -> None:
    mine = ["d2d-course", "d2d-git-handouts", "d2d-", "d2d-hw1-12-abcdefgh", ".d2d-git-1-abcdefgh", "git-1-abcdefgh"]
    for name in mine:
        (place / name).mkdir()
    (place / "d2d-git-1-abcdefgh").symlink_to(place / "d2d-course")
    (place / "d2d-git-2-abcdefgh").write_text("a file")
    before = set(place.iterdir())
    sweep_scratch()
    assert set(place.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give folders away")
def test_a_folder_of_another_user_stays(place: Path) -> None:
    left = killed(place, "git")
    os.chown(left, 12345, 12345)
    sweep_scratch()
    assert left.exists()


def test_what_its_owner_could_not_end_is_ended(place: Path) -> None:
    start = "subprocess.Popen(['sleep', '6000'], cwd=scratch.path, env={**os.environ, OWNER: str(scratch.path)})"
    left = killed(place, "git", start)

    def strays() -> list[Path]:
        mark = f"{OWNER}={left}".encode()
        running = []
        for file in Path("/proc").glob("[0-9]*/environ"):
            try:
                running += [file] if mark in file.read_bytes() else []
            except OSError:
                continue
        return running

    assert len(strays()) == 1
    sweep_scratch()
    assert not left.exists()
    wait_until(lambda: not strays(), "the process is left")


def test_a_full_temporary_folder_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_options: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(NoRoomError, match="No space left") as caught:
        Scratch("git")
    assert (caught.value.where, caught.value.exit_code) == (str(place), 3)


def test_the_folder_that_tmpdir_names_is_used_even_if_python_would_leave_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", lambda: pytest.fail("Python looked for another"))
    monkeypatch.setenv("TMPDIR", str(place))
    with Scratch("git") as folder:
        assert folder.parent == place
