"""What was handed in, as cells: files, notebooks, folders, encodings; and when it is saved."""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import BadInputError
from grader.intake.read import read_submission, state_of, wait_for_save
from tests.courses import HALF, RIGHT, more_of_the_same
from tests.waiting import BACKSTOP, wait_until

if TYPE_CHECKING:
    from tests.commands import Command


HANGS = RIGHT.replace("return 2 * x", "while True: pass")
# Becomes the leader of the terminal on its standard input, then the command: Ctrl-C reaches it as from a keyboard.
LAUNCHER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 0})


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source}


def test_a_python_file_is_one_cell(tmp_path: Path) -> None:
    file = put(tmp_path, "kim.py", "x = 1\n")
    submission = read_submission(file, "hw1")
    (cell,) = submission.cells
    assert (submission.member, submission.file, cell.source, cell.number) == (
        "kim",
        "kim.py",
        "x = 1\n",
        None,
    )
    assert cell.label == "kim.py"
    assert submission.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "data",
    [
        "# 한글\nx = 1\n".encode(),
        "# 한글\nx = 1\n".encode("utf-8-sig"),
        "# 한글\r\nx = 1\r\n".encode("cp949"),
    ],
    ids=["utf-8", "utf-8 with a mark", "cp949 and CRLF"],
)
def test_the_encodings_that_korean_editors_write(tmp_path: Path, data: bytes) -> None:
    (cell,) = read_submission(put(tmp_path, "kim.py", data), "hw1").cells
    assert cell.source == "# 한글\nx = 1\n"


def test_lines_keep_their_numbers_whatever_ends_them(tmp_path: Path) -> None:
    (cell,) = read_submission(put(tmp_path, "kim.py", b"a = 1\r\nb = 2\rc = 3\n"), "hw1").cells
    assert cell.source.split("\n") == ["a = 1", "b = 2", "c = 3", ""]
    assert cell.at(3).line == 3
    assert cell.at(99).line is None
    assert cell.at(0).line is None
    assert cell.at(None).line is None


def test_code_cells_of_a_notebook_are_numbered_among_themselves(tmp_path: Path) -> None:
    book = notebook(
        {"cell_type": "markdown", "source": "# t"},
        code(["x = 1\n", "y = 2"]),
        {"cell_type": "raw"},
        code("z = 3"),
    )
    submission = read_submission(put(tmp_path, "kim.ipynb", book), "hw1")
    assert [(cell.number, cell.source) for cell in submission.cells] == [(1, "x = 1\ny = 2"), (2, "z = 3")]
    assert [cell.label for cell in submission.cells] == ["kim.ipynb[1]", "kim.ipynb[2]"]


@pytest.mark.parametrize(
    "source", ["!pip install x\ny = 1", "%matplotlib inline\ny = 1", "?help\ny = 1", "  !ls\ny = 1"]
)
def test_lines_for_the_notebook_are_set_aside_and_the_others_keep_their_numbers(tmp_path: Path, source: str) -> None:
    submission = read_submission(put(tmp_path, "kim.ipynb", notebook(code(source))), "hw1")
    lines = submission.cells[0].source.split("\n")
    assert lines[1] == "y = 1"
    assert lines[0].strip() in ("", "pass")
    (note,) = submission.notes
    assert (note.kind, note.where and note.where.line, note.where and note.where.cell) == ("magic", 1, 1)


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%javascript"])
def test_a_cell_in_another_language_is_no_code(tmp_path: Path, magic: str) -> None:
    book = notebook(code(f"{magic}\nrm -rf /"), code("x = 1"))
    submission = read_submission(put(tmp_path, "kim.ipynb", book), "hw1")
    assert "rm" not in "".join(cell.source for cell in submission.cells)
    assert len(submission.notes) == 1


def test_a_timed_cell_is_still_code(tmp_path: Path) -> None:
    submission = read_submission(put(tmp_path, "kim.ipynb", notebook(code("%%time\nx = 1"))), "hw1")
    assert submission.cells[0].source.split("\n")[1] == "x = 1"


def test_cells_of_strange_forms_are_read_for_what_they_are_worth(tmp_path: Path) -> None:
    book = notebook(code("x = 1"), {"cell_type": "code"}, {"cell_type": "code", "source": None})
    assert read_submission(put(tmp_path, "kim.ipynb", book), "hw1").cells[0].source == "x = 1"


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n",
        "\ufeff",
        "{}",
        "[",
        "[" * 200_000,
        '{"cells": "x"}',
        notebook(),
        notebook({"cell_type": "markdown"}),
    ],
)
def test_a_notebook_that_holds_no_code_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_submission(put(tmp_path, "kim.ipynb", content), "hw1")
    assert caught.value.exit_code == 2
    assert "kim.ipynb" in str(caught.value.where)
    assert caught.value.what


def test_a_folder_is_its_members_and_its_file_the_assignments(tmp_path: Path) -> None:
    put(tmp_path, "kim/hw1.py", "x = 1\n")
    put(tmp_path, "kim/notes.py", "x = 2\n")
    submission = read_submission(tmp_path / "kim", "hw1")
    assert (submission.member, submission.file, submission.cells[0].source) == ("kim", "hw1.py", "x = 1\n")


def test_a_folder_without_code_and_one_with_too_much(tmp_path: Path) -> None:
    put(tmp_path, "kim/readme.md", "hello")
    with pytest.raises(BadInputError, match="no Python file and no notebook"):
        read_submission(tmp_path / "kim", "hw1")
    put(tmp_path, "lee/a.py", "x = 1\n")
    put(tmp_path, "lee/b.ipynb", notebook(code("x = 1")))
    with pytest.raises(BadInputError, match=r"a\.py, b\.ipynb"):
        read_submission(tmp_path / "lee", "hw1")


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, argv: list[str], folder: Path, env: dict[str, str]) -> None:
        self.screen, theirs = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, *argv],
            cwd=folder,
            env={**env, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def wait_for(self, *words: str) -> str:
        """What is printed until all these words have been; forgotten afterwards."""
        while not all(word in self.seen for word in words):
            assert select.select([self.screen], [], [], BACKSTOP)[0], f"{words} not in {self.seen!r}"
            self.seen += os.read(self.screen, 1 << 16).decode("utf-8", "replace")
        seen, self.seen = self.seen, ""
        return seen

    def quiet(self, seconds: float) -> bool:
        """Nothing is printed for so long."""
        return not select.select([self.screen], [], [], seconds)[0]

    def press(self, keys: bytes) -> None:
        os.write(self.screen, keys)

    def end(self) -> int:
        """Ctrl-C, and its exit code."""
        self.press(b"\x03")
        return self.process.wait(BACKSTOP)

    def close(self) -> None:
        if self.process.poll() is None:
            self.end()
        os.close(self.screen)


@pytest.fixture
def watch(d2d: Command) -> Iterator[Callable[..., Terminal]]:
    """Starts `d2d check --watch` on a file of the course."""
    started: list[Terminal] = []

    def start(file: Path, *arguments: str) -> Terminal:
        argv = d2d.argv(["check", "mini", file, "--watch", *arguments])
        started.append(Terminal(argv, d2d.folder, d2d.env()))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()
    d2d.nothing_left()


def save(file: Path, source: str) -> None:
    file.write_text(source, "utf-8")


def save_as_editors_do(file: Path, source: str) -> None:
    """A new file moved into the place of the old one."""
    beside = file.with_name(f".{file.name}.swp")
    beside.write_text(source, "utf-8")
    beside.replace(file)


@pytest.mark.parametrize("how", [save_as_editors_do, *more_of_the_same([save])])
def test_a_save_shows_the_new_result(d2d: Command, watch: Any, how: Callable[[Path, str], None]) -> None:
    file = d2d.folder / "kim.py"
    save(file, HALF)
    terminal = watch(file)
    terminal.wait_for("2 of 4 points (50%)", "Watching kim.py")
    how(file, RIGHT)
    terminal.wait_for("4 of 4 points (100%)", "Watching kim.py")
    how(file, "")
    terminal.wait_for("The file is empty", "Watching kim.py")
    how(file, HALF)
    terminal.wait_for("2 of 4 points (50%)", "Watching kim.py")
    assert terminal.quiet(0.2)
    assert terminal.end() in (1, 130)
    d2d.nothing_left()


@pytest.mark.slow
def test_every_save_writes_the_files_anew(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, HALF)
    terminal = watch(file, "--json", "report.json", "--html", "report.html")
    terminal.wait_for("2 of 4 points", "Watching")
    assert json.loads((d2d.folder / "report.json").read_text("utf-8"))["score"] == 2
    save(file, RIGHT)
    terminal.wait_for("4 of 4 points", "Watching")
    assert json.loads((d2d.folder / "report.json").read_text("utf-8"))["score"] == 4
    assert "100%" in (d2d.folder / "report.html").read_text("utf-8")


def test_an_idle_watch_sleeps_most_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty milliseconds between two looks: a watch that nobody saves for must not empty a battery."""
    file = tmp_path / "kim.py"
    save(file, HALF)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 20:
            save(file, RIGHT)

    monkeypatch.setattr("grader.intake.read.time.sleep", sleep)
    wait_for_save(file, state_of(file))
    assert min(slept[:20]) >= 0.05
    assert len(slept) == 21  # and it has settled at once


@pytest.mark.slow
def test_ctrl_c_after_a_right_answer_is_0(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, RIGHT)
    terminal = watch(file)
    terminal.wait_for("Watching kim.py")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.seen


def test_a_save_starts_no_judge_anew(d2d: Command, watch: Any) -> None:
    """That is what makes a result come soon after the save: the process that workers are forked from stays."""
    file = d2d.folder / "kim.py"
    save(file, HALF)
    terminal = watch(file)
    terminal.wait_for("Watching")
    zygote = children(terminal.process.pid)
    for source in (RIGHT, HALF):
        save_as_editors_do(file, source)
        terminal.wait_for("Watching")
        assert children(terminal.process.pid) == zygote


def test_a_file_that_is_half_written_is_looked_at_again(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, RIGHT)
    terminal = watch(file)
    terminal.wait_for("4 of 4 points", "Watching")
    save(file, RIGHT[: RIGHT.index("return 2")])
    seen = terminal.wait_for("2 of 4 points", "Watching")
    assert "set aside" in seen
    save(file, RIGHT)
    terminal.wait_for("4 of 4 points", "Watching")


@pytest.mark.slow
def test_a_file_that_is_gone_for_a_moment(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, RIGHT)
    terminal = watch(file)
    terminal.wait_for("4 of 4 points", "Watching")
    file.unlink()
    terminal.wait_for("There is no such file", "Watching")
    save(file, HALF)
    terminal.wait_for("2 of 4 points", "Watching")


@pytest.mark.slow
def test_a_file_that_is_not_there_yet(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    terminal = watch(file)
    terminal.wait_for("There is no such file", "Watching")
    save(file, RIGHT)
    terminal.wait_for("4 of 4 points", "Watching")


@pytest.mark.slow
def test_a_binary_file_between_two_good_ones(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, RIGHT)
    terminal = watch(file)
    terminal.wait_for("4 of 4 points", "Watching")
    file.write_bytes(b"\0" * 100)
    terminal.wait_for("no text", "Watching")
    save(file, RIGHT)
    terminal.wait_for("4 of 4 points", "Watching")


@pytest.mark.slow
def test_a_folder_is_watched_by_the_file_in_it(d2d: Command, watch: Any) -> None:
    folder = d2d.folder / "work"
    folder.mkdir()
    save(folder / "mini.py", RIGHT)
    terminal = watch(folder)
    terminal.wait_for("4 of 4 points", "Watching")
    save(folder / "mini.py", HALF)
    terminal.wait_for("2 of 4 points", "Watching")


def test_a_submission_that_hangs_between_two_good_ones(d2d: Command, course: Path, watch: Any) -> None:
    give(course, 1)
    file = d2d.folder / "kim.py"
    save(file, HANGS)
    terminal = watch(file)
    terminal.wait_for("out of time", "Watching")
    save(file, RIGHT)
    terminal.wait_for("4 of 4 points", "Watching")


def test_a_watch_that_is_killed_while_it_waits_leaves_nothing(d2d: Command, watch: Any) -> None:
    file = d2d.folder / "kim.py"
    save(file, RIGHT)
    terminal = watch(file)
    terminal.wait_for("Watching")
    terminal.process.kill()
    terminal.process.wait()
    d2d.nothing_left()


@pytest.mark.slow
def test_ctrl_c_while_a_submission_hangs(d2d: Command, course: Path, watch: Any) -> None:
    give(course, 600)  # what hangs is still there when the test looks
    file = d2d.folder / "kim.py"
    save(file, HANGS)
    terminal = watch(file)
    wait_for_worker(d2d, terminal.process)
    terminal.press(b"\x03")
    terminal.process.wait(BACKSTOP)
    d2d.nothing_left()


# -- interrupted and killed -------------------------------------------------------------------------------------------


def give(course: Path, seconds: int) -> None:
    """Let a case take so many seconds."""
    manifest = course / "assignments" / "mini" / "assignment.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(
        text.replace("case_seconds = 10", f"case_seconds = {seconds}\ntotal_seconds = {2 * seconds}"), "utf-8"
    )


def seconds_of(pid: int) -> float:
    """How long a process has run on a processor."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_worker(d2d: Command, check: subprocess.Popen[bytes]) -> None:
    """Until the endless loop of a submission runs: below the zygote, which is the child of the command."""

    def runs() -> bool:
        (zygote, *_none) = [*children(check.pid), 0]
        return any(seconds_of(pid) > 0.2 for pid in d2d.family.members() - {check.pid, zygote})

    wait_until(runs)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@pytest.fixture
def hanging(d2d: Command, course: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A check in the middle of a submission that hangs, with a child of its own."""
    give(course, 600)  # what hangs is still there when the test looks
    file = d2d.folder / "kim.py"
    fork = "try:\n        os.fork()\n    except OSError:\n        pass"
    body = f"import os\n    {fork}\n    while True: pass"
    save(file, RIGHT.replace("return 2 * x", body))
    process = d2d.begin("check", "mini", file)
    wait_for_worker(d2d, process)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, *more_of_the_same([signal.SIGTERM, signal.SIGHUP])], ids=lambda number: number.name
)
def test_a_check_that_is_killed_leaves_no_process_and_no_scratch_folder(
    d2d: Command, hanging: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    assert len(d2d.family.members()) >= 3
    hanging.send_signal(number)
    hanging.wait(BACKSTOP)
    d2d.nothing_left()
    assert hanging.returncode not in (0, 1)


def test_ctrl_c_ends_a_check_without_a_verdict(d2d: Command, hanging: subprocess.Popen[bytes]) -> None:
    hanging.send_signal(signal.SIGINT)
    _out, said = hanging.communicate(timeout=BACKSTOP)
    assert hanging.returncode not in (0, 1)  # those say that something was judged
    assert b"Traceback" not in said
    d2d.nothing_left()


@pytest.mark.slow
def test_a_zygote_that_is_lost_leaves_nothing_and_its_case_is_asked_again(
    d2d: Command, hanging: subprocess.Popen[bytes]
) -> None:
    """A submission may have killed it: then its own processes must not live on for it."""
    (zygote,) = children(hanging.pid)
    ran = d2d.family.members() - {hanging.pid}
    os.kill(zygote, signal.SIGKILL)
    wait_for_worker(d2d, hanging)  # another, below another zygote
    assert zygote not in children(hanging.pid)
    assert not ran & d2d.family.members()
    hanging.send_signal(signal.SIGINT)
    out, said = hanging.communicate(timeout=BACKSTOP)
    assert hanging.returncode not in (0, 1)
    assert b"Traceback" not in said
    assert b"points" not in out
    d2d.nothing_left()
