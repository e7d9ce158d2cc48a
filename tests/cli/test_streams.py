"""Machines as they are: streams that are closed or full, a folder that is gone, few files, no room. Real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.courses import RIGHT
from tests.waiting import BACKSTOP

if TYPE_CHECKING:
    from tests.commands import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the shell is another")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
GONE = "The current folder is not there any more."


def shell(d2d: Command, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `line`, in which `d2d` is the command."""
    program = " ".join(d2d.argv(()))
    return subprocess.run(
        ["sh", "-c", line.replace("d2d ", f"{program} ", 1)],
        cwd=d2d.folder,
        env=d2d.env(environment),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def half_right(d2d: Command) -> Command:
    d2d.write(RIGHT.replace("2 * x", "x"))
    return d2d


def test_all_streams_closed_and_the_verdict_is_there(half_right: Command) -> None:
    """The files that are opened later must not become anybody's standard output."""
    done = shell(half_right, "d2d check mini kim.py --json report.json <&- >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert json.loads((half_right.folder / "report.json").read_text("utf-8"))["score"] == 2


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("d2d --version >&-", 0, "Standard output is closed: what is printed there is lost."),
        ("d2d --version 2>&- <&-", 0, ""),
        pytest.param("d2d --help >/dev/full", 3, "Standard output can't be written: No space", marks=FULL),
        pytest.param("d2d chek 2>/dev/full", 2, "", marks=FULL),
        pytest.param("d2d --help >/dev/full 2>&1", 3, "", marks=FULL),
        ('cd "$GONE"; rmdir "$GONE"; d2d check mini', 2, GONE),
        ('cd "$GONE"; rmdir "$GONE"; d2d check mini --course "$OLDPWD" --lang ko', 2, "폴더"),
    ],
)
def test_a_sentence_and_the_right_exit_code(d2d: Command, tmp_path: Path, line: str, code: int, said: str) -> None:
    (tmp_path / "gone").mkdir()
    done = shell(d2d, line, GONE=str(tmp_path / "gone"))
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert said in done.stderr
    assert said or done.stderr == ""


def test_the_module_starts_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    line = f'cd "{tmp_path}"; rmdir "{tmp_path}"; "{sys.executable}" -m grader --version'
    done = subprocess.run(["sh", "-c", line], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert GONE in done.stderr


@pytest.mark.slow
def test_what_a_full_output_lost_was_judged_and_stored(half_right: Command) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has it")
    done = shell(half_right, "d2d grade mini kim.py --public --out out >/dev/full")
    assert done.returncode == 3
    assert "Standard output can't be written" in done.stderr
    assert (half_right.folder / "out" / "reports" / "kim.json").is_file()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("check mini kim.py", 1),
        pytest.param("check mini kim.py --json -", 1, marks=pytest.mark.slow),
        pytest.param("check mini kim.py --watch", 1, marks=pytest.mark.slow),
        ("--help", 0),
        pytest.param("check mini nowhere.py", 2, marks=pytest.mark.slow),
    ],
)
def test_a_reader_that_has_left_changes_no_exit_code(half_right: Command, command: str, code: int) -> None:
    """As `| head -1` does: here the reader is gone before anything is printed."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        half_right.argv(command.split()),
        cwd=half_right.folder,
        env=half_right.env({}),
        stdout=writer,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=BACKSTOP,
        check=False,
    )
    os.close(writer)
    assert done.returncode == code, done.stderr
    assert not any(word in done.stderr for word in ("Traceback", "pipe", "can't be written"))
    assert code == 2 or done.stderr == ""


@pytest.mark.slow
def test_one_line_is_read_and_the_verdict_stays(half_right: Command) -> None:
    done = shell(half_right, "{ d2d check mini kim.py; echo $? >code; } | head -1")
    assert len(done.stdout.splitlines()) <= 1
    assert (half_right.folder / "code").read_text("utf-8") == "1\n"
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="there is no zygote elsewhere")
@pytest.mark.parametrize(("files", "code", "said"), [(64, 1, ""), (20, 3, "A process may have only 20 files open")])
def test_few_open_files(half_right: Command, files: int, code: int, said: str) -> None:
    for command in ("d2d check mini kim.py", "d2d grade mini kim.py --out out"):
        done = shell(half_right, f"ulimit -n {files}; {command}")
        assert (done.returncode, "Invalid argument" in done.stderr) == (code, False), done.stderr
        assert said in done.stderr


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder in which five files can be."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = "size=1m,nr_inodes=6"
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, check=False
    ).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
def test_a_temporary_folder_without_inodes(half_right: Command, small: Path) -> None:
    said = []
    for left in range(5):
        for file in small.glob("taken*"):
            file.unlink()
        for number in range(5 - left):
            (small / f"taken{number}").touch()
        for command in ("d2d check mini kim.py", "d2d grade mini kim.py --out out"):
            done = shell(half_right, command, TMPDIR=str(small))
            assert done.returncode in (1, 3), done.stderr
            assert (done.returncode == 3) is ("No space left on device" in done.stderr), done.stderr
            assert not any(word in done.stderr for word in ("Traceback", "d2d itself failed"))
            said.append(done.returncode)
    assert said[0] == 3
    assert [file for file in small.iterdir() if not file.name.startswith("taken")] == []
