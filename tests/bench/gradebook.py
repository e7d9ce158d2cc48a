"""What a gradebook of 10,000 reports costs: taking them in, deciding on 500 members, checking all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

from table import Row

from grader.gradebook.book import Gradebook
from grader.report.reader import Document, read_value
from grader.report.report import CaseResult, Report, Verdict, Visibility

MEMBERS, HOMEWORKS, TIMES, CASES = 500, 5, 4, 100
REPORTS = MEMBERS * HOMEWORKS * TIMES
SINGLE = 200
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
PROMOTE = """
import sys
from grader.cli import main
sys.argv[1:1] = ["promote"]
main()
"""


def report(member: int, homework: int, turn: int) -> Document:
    """A report of a hundred cases, as large as those of the course's assignments."""
    score = (member * 7 + homework * 13 + turn * 5) % (CASES + 1)
    cases = tuple(
        CaseResult(
            f"test_hidden.py::test_case_number_{number}[mean]",
            f"section_{number // 10}",
            "reduction",
            "The mean over all elements follows `reduction`.",
            Visibility.HIDDEN,
            Verdict.PASSED if number < score else Verdict.FAILED,
            Fraction(number < score),
            Fraction(1),
            "" if number < score else "Every value is twice what was expected.",
            seconds=0.0041,
        )
        for number in range(CASES)
    )
    made = Report(
        f"hw{homework}", "1.0.0", "Losses", f"member{member:03}", f"{turn:064x}", "0" * 64, "full", 60, cases,
        graded_at="2026-03-20T12:00:00+00:00",
    )  # fmt: skip
    return read_value(made.as_json())


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Gradebook(folder / "book.db", create=True) as book:
            bulk = 0.0
            for turn, homework in product(range(TIMES), range(1, HOMEWORKS + 1)):
                documents = [(report(member, homework, turn), None, "") for member in range(MEMBERS)]
                bulk += seconds(partial(book.add_all, documents, by="bench"))
            singles = [report(member, HOMEWORKS, TIMES) for member in range(SINGLE)]
            check = seconds(lambda: list(book.check()))
            taken = promote(folder)
            single = seconds(lambda: [book.add(document, by="bench") for document in singles]) / SINGLE
        size = (folder / "book.db").stat().st_size
        return [
            Row("gradebook, one report added", 1e3 * single, None, "ms", f"{CASES} cases, on the disk when it returns"),
            Row(f"gradebook, {REPORTS} reports added", bulk, None, "s", f"{MEMBERS} at once; {size / 1e6:.0f} MB then"),
            Row(f"gradebook check, {REPORTS} reports", check, None, "s", ""),
            Row(f"d2d promote, {MEMBERS} members", taken, 1.0, "s", f"{REPORTS} reports, start to result"),
        ]


def promote(folder: Path) -> float:
    """The median of whole runs of the command, from its start on."""
    (folder / "d2d.toml").write_text('name = "bench"\n', "utf-8")
    lines = [f"member{number:03},{number % 15},14\n" for number in range(MEMBERS)]
    text = "member,attended,held\n" + "".join(lines)
    for sheet in ("attendance.csv", "discussion.csv"):
        (folder / sheet).write_text(text, "utf-8")
    command = [sys.executable, "-c", PROMOTE, "--gradebook", "book.db", "--attendance", "attendance.csv"]
    command += ["--discussion", "discussion.csv", "--json", "-"]
    taken = []
    for _ in range(7):
        started = time.perf_counter()
        run = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
        assert len(json.loads(run.stdout)) == MEMBERS
    return sorted(taken)[len(taken) // 2]
