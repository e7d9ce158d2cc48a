"""Real processes on one gradebook: two that write at once, and some that are killed at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.gradebook.book import Gradebook
from tests.waiting import BACKSTOP

# Adds reports one by one and says of each that it is in, as `d2d grade` does while results come.
WRITER = """
import json, sys
from pathlib import Path
from grader.gradebook.book import Gradebook
from grader.report.reader import read_value

book, who, first, count, text = sys.argv[1:]
value = json.loads(text)
with Gradebook(Path(book), create=True) as opened:
    for number in range(int(first), int(first) + int(count)):
        value["member"] = f"{who}{number}"
        added = opened.add(read_value(value), by=who)
        print(value["member"], added.id, flush=True)
"""


class Writer:
    def __init__(self, book: Path, who: str, first: int, count: int, text: str) -> None:
        command = [sys.executable, "-c", WRITER, str(book), who, str(first), str(count), text]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def said(self) -> list[str]:
        """The members that it has said are in; the last line may be half a line."""
        out, err = self.process.communicate(timeout=BACKSTOP)
        if self.process.returncode not in (0, -signal.SIGKILL):
            raise AssertionError(err)
        return [line.split()[0] for line in out.split("\n")[:-1]]


@pytest.fixture
def text(make: object) -> str:
    import json

    return json.dumps(make().as_json())  # type: ignore[operator]


def test_two_that_write_at_once(book: Path, text: str) -> None:
    writers = [Writer(book, who, 0, 60, text) for who in ("kim", "lee")]  # neither finds a file: both would make it
    said = [writer.said() for writer in writers]
    assert [len(each) for each in said] == [60, 60]
    with Gradebook(book) as opened:
        assert sorted(entry.member for entry in opened.entries()) == sorted([*said[0], *said[1]])
        assert [entry.id for entry in opened.log()] == list(range(1, 121))
        assert list(opened.check()) == []


def test_killed_at_any_moment_nothing_is_lost(book: Path, text: str) -> None:
    """Whatever a killed process has said is in, is in; whatever it had not finished has left no half."""
    chance = random.Random(7)
    said: list[str] = []
    for turn in range(6):
        killed = Writer(book, f"killed{turn}-", 0, 100_000, text)
        other = Writer(book, f"other{turn}-", 0, 5, text)
        assert killed.process.stdout is not None
        heard = [killed.process.stdout.readline() for _line in range(turn % 4)]  # without any it dies while starting
        time.sleep(chance.uniform(0, 0.05))
        killed.process.kill()
        said += [*(line.split()[0] for line in heard), *killed.said(), *other.said()]
        with Gradebook(book, create=True) as opened:
            stored = {entry.member for entry in opened.entries()}
        assert stored.issuperset(said)
        # one report may have been on the disk before the process could say so
        assert len(stored) <= len(said) + turn + 1
    assert any(name.startswith("killed") for name in said)
    assert sum(name.startswith("other") for name in said) == 30
    with Gradebook(book) as opened:
        assert list(opened.check()) == []


READING = """
import json, sqlite3, sys, zlib
documents = sqlite3.connect(sys.argv[1]).execute("SELECT json FROM documents")
print(sum(bool(json.loads(zlib.decompress(document))) for (document,) in documents))
"""


def cpu_seconds(command: list[str], folder: Path) -> tuple[float, bytes]:
    """What a command took of a processor, and what it printed."""
    resource = pytest.importorskip("resource", reason="Windows does not count it so")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout


@pytest.mark.slow
def test_ten_thousand_reports_and_five_hundred_members(tmp_path: Path, make: object) -> None:
    """`promote` decides on them in less time than it takes to read those reports twice, on any machine."""
    import json
    from itertools import product

    from grader.report.reader import read_value

    book = tmp_path / "book.db"
    with Gradebook(book, create=True) as opened:
        for turn, number in product(range(4), range(1, 6)):
            values = [
                make(f"member{at:03}", f"hw{number}", (at * 7 + turn * 5) % 51, content=str(turn)).as_json()  # type: ignore[operator]
                for at in range(500)
            ]
            opened.add_all([(read_value(value), None, "") for value in values], by="staff")
        assert len(opened.entries()) == 10_000
    (tmp_path / "d2d.toml").write_text('name = "Group"\n', "utf-8")
    for name in ("attendance.csv", "discussion.csv"):
        rows = "".join(f"member{at:03},{at % 15},14\n" for at in range(500))
        (tmp_path / name).write_text("member,attended,held\n" + rows, "utf-8")
    command = [sys.executable, "-m", "grader", "promote", "--gradebook", "book.db", "--json", "-"]
    command += ["--attendance", "attendance.csv", "--discussion", "discussion.csv"]
    reading = [sys.executable, "-c", READING, "book.db"]
    ratios = []
    for _time in range(3):
        deciding, decisions = cpu_seconds(command, tmp_path)
        assert len(json.loads(decisions)) == 500
        parsing, count = cpu_seconds(reading, tmp_path)
        assert int(count) == 10_000
        ratios.append(deciding / parsing)
    assert min(ratios) <= 2.0, ratios
