"""`d2d grade`: a class on the disk, report by report, whatever lies in its folder."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

from grader.course.course import find_course
from grader.gradebook.book import Gradebook
from grader.report.reader import read_file
from grader.report.signature import Check, keygen, read_public_key

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return 2 * x\n"
HALF = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return x\n"
SECRET = {"D2D_SECRET": "0123456789abcdef" * 2}
HANGUL = unicodedata.normalize("NFD", "김민수")  # as macOS writes names of files


def notebook(source: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4})


def hand_in(d2d: Command, **files: str) -> Path:
    """A folder of submissions; `kim="…"` is `kim.py`."""
    folder = d2d.folder.parent / "handed-in"
    folder.mkdir(exist_ok=True)
    for name, source in files.items():
        (folder / f"{name}.py").write_text(source, "utf-8")
    return folder


def grade(d2d: Command, path: Path, *options: object, out: str = "out", **more: Any) -> CompletedProcess[str]:
    return d2d("grade", "mini", path, "--out", d2d.folder.parent / out, "--jobs", "1", *options, **more)


def rows(d2d: Command, out: str = "out") -> dict[str, dict[str, str]]:
    text = (d2d.folder.parent / out / "summary.csv").read_text("utf-8-sig")
    return {row["member"]: row for row in csv.DictReader(io.StringIO(text))}


def reports(d2d: Command, out: str = "out") -> dict[str, Any]:
    folder = d2d.folder.parent / out / "reports"
    return {file.stem: json.loads(file.read_text("utf-8")) for file in folder.iterdir()}


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what may differ from run to run."""
    cases = [{**case, "seconds": 0} for case in report["cases"]]
    return {**report, "cases": cases, "graded_at": "", "signature": None}


def ages(d2d: Command) -> dict[str, int]:
    return {file.stem: file.stat().st_mtime_ns for file in (d2d.folder.parent / "out" / "reports").iterdir()}


# -- a class ----------------------------------------------------------------------------------------------------------


def test_a_class_of_all_kinds_of_entries(d2d: Command) -> None:
    """The good are judged, the bad are named, and the exit code tells."""
    folder = hand_in(d2d, kim=RIGHT, **{"lee  jung": HALF, HANGUL: RIGHT, "a..b": RIGHT, "=cmd()": HALF})
    (folder / "park.ipynb").write_text(notebook(RIGHT), "utf-8")
    (folder / "choi").mkdir()
    (folder / "choi" / "mini.py").write_text(HALF, "utf-8")
    with zipfile.ZipFile(folder / "yoon.zip", "w") as packed:
        packed.writestr("work/mini.py", RIGHT)
    (folder / "roster.csv").write_text("member\n", "utf-8")
    (folder / ".DS_Store").write_bytes(b"\0")
    troubles = {
        "damaged": ("damaged.ipynb", "This is no notebook that can be read."),
        "empty": ("empty", "There is no Python file and no notebook in this folder."),
        "link": ("link.py", "This is a link"),
        "twice": ("handed-in", "There is more than one entry for twice: twice.ipynb, twice.py."),
        "x" * 240: ("x" * 240 + ".py", "The name is too long to be a member's."),
        "esc\\x1b[2J": ("esc", "can't be shown"),
        "word": ("word.docx", "Only Python files"),
    }
    (folder / "damaged.ipynb").write_text("{", "utf-8")
    (folder / "empty").mkdir()
    (folder / "link.py").symlink_to(folder / "kim.py")
    (folder / "twice.py").write_text(RIGHT, "utf-8")
    (folder / "twice.ipynb").write_text(notebook(RIGHT), "utf-8")
    (folder / ("x" * 240 + ".py")).write_text(RIGHT, "utf-8")
    (folder / "esc\x1b[2J.py").write_text(RIGHT, "utf-8")
    (folder / "word.docx").write_bytes(b"PK")
    done = grade(d2d, folder)
    assert done.returncode == 2, done.stderr
    right, half = {"kim", "김민수", "a..b", "park", "yoon"}, {"lee  jung", "choi", "=cmd()"}
    assert {name: report["score"] for name, report in reports(d2d).items()} == {
        **dict.fromkeys(right, 5),
        **dict.fromkeys(half, 3),
    }
    for entry, said in troubles.values():
        assert any(entry in line and said in line for line in done.stderr.splitlines()), (entry, done.stderr)
    assert "\x1b" not in done.stderr + done.stdout
    summary = rows(d2d)
    assert len(summary) == len(right | half) + len(troubles)
    kim = {"member": "kim", "assignment": "mini", "score": "5", "max_score": "5", "percent": "100"}
    assert summary["kim"] == {**kim, "passed": "true", "complete": "true", "mse": "3", "double": "2"}
    assert summary["damaged"]["score"] == summary["damaged"]["passed"] == ""
    assert summary["damaged"]["complete"] == "false"
    assert "'=cmd()" in summary
    assert "=cmd()" not in summary
    assert f"{len(troubles)} without a result" in done.stdout


def test_the_class_is_a_page_with_whoever_is_missing(d2d: Command, tmp_path: Path) -> None:
    folder = hand_in(d2d, kim=RIGHT, lee=HALF)
    roster = tmp_path / "roster.csv"
    roster.write_text("member\nkim\nlee\npark\n", "utf-8")
    assert grade(d2d, folder, "--roster", roster, "--pages").returncode == 1
    out = d2d.folder.parent / "out"
    page = (out / "index.html").read_text("utf-8")
    assert 'href="pages/kim.html"' in page
    assert 'href="reports/lee.json"' in page
    assert '<th scope="row">park</th><td>nothing was handed in</td>' in page
    assert sorted(file.name for file in (out / "pages").iterdir()) == ["kim.html", "lee.html"]
    assert "hidden case" in (out / "pages" / "lee.html").read_text("utf-8")
    assert grade(d2d, folder).returncode == 1
    page = (out / "index.html").read_text("utf-8")
    assert ("park" in page, "pages/" in page) == (False, False)


def test_exit_codes_of_what_was_judged(d2d: Command) -> None:
    assert grade(d2d, hand_in(d2d, kim=RIGHT)).returncode == 0
    assert grade(d2d, hand_in(d2d, lee=HALF)).returncode == 1
    hidden = d2d.folder / "assignments" / "mini" / "test_hidden.py"
    hidden.write_text(hidden.read_text("utf-8").replace("reference.mse(x, y)", "undefined"), "utf-8")
    done = grade(d2d, hand_in(d2d), "--json", "-")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert [entry["complete"] for entry in told["entries"]] == [False, False]
    assert grade(d2d, hand_in(d2d), "--json", "-").stdout == done.stdout, "what is incomplete is judged again"


@pytest.mark.parametrize("inside", [False, True])
def test_one_submission(d2d: Command, inside: bool) -> None:
    """A file, or a folder that is one member's."""
    folder = d2d.folder.parent / "yoon"
    folder.mkdir()
    (folder / "mini.py").write_text(RIGHT, "utf-8")
    (folder / "other.py").write_text("", "utf-8")
    done = grade(d2d, folder if inside else folder / "mini.py")
    assert done.returncode == 0, done.stderr
    assert list(reports(d2d)) == ["yoon" if inside else "mini"]


def test_an_empty_folder_and_one_of_our_own(d2d: Command) -> None:
    folder = hand_in(d2d)
    done = grade(d2d, folder)
    assert done.returncode == 2
    assert "There is no submission in this folder." in done.stderr
    assert "NAME.ipynb" in done.stderr
    (folder / "kim.py").write_text(RIGHT, "utf-8")
    assert grade(d2d, folder, "--public", out="handed-in/out").returncode == 0
    assert grade(d2d, folder, "--public", out="handed-in/out").returncode == 0, "the reports are no submission"


def test_the_folder_of_another_assignment_is_left_alone(d2d: Command) -> None:
    shutil.copytree(d2d.folder / "assignments" / "mini", d2d.folder / "assignments" / "other")
    manifest = d2d.folder / "assignments" / "other" / "assignment.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"mini"', '"other"', 1), "utf-8")
    shutil.copy(d2d.folder / "reference" / "mini.py", d2d.folder / "reference" / "other.py")
    folder = hand_in(d2d, kim=RIGHT)
    assert grade(d2d, folder).returncode == 0
    before = reports(d2d)
    done = d2d("grade", "other", folder, "--out", d2d.folder.parent / "out")
    assert done.returncode == 2
    assert "This folder holds reports on mini, not on other." in done.stderr
    assert reports(d2d) == before


# -- only what changed ------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_kept(d2d: Command) -> None:
    folder = hand_in(d2d, kim=RIGHT, lee=HALF)
    assert grade(d2d, folder).returncode == 1
    first, old = reports(d2d), ages(d2d)
    assert "2 unchanged" in grade(d2d, folder).stdout
    assert ages(d2d) == old
    (folder / "lee.py").write_text(RIGHT, "utf-8")
    assert "1 unchanged" in grade(d2d, folder).stdout
    assert ages(d2d)["kim"] == old["kim"]
    assert reports(d2d)["lee"]["score"] == 5
    for change in (["--force"], ["--timeout", "2", "--memory", "300"], ["--public", "--lang", "ko"]):
        old = ages(d2d)
        done = grade(d2d, folder, *change)
        assert {name for name, age in ages(d2d).items() if age == old[name]} == set(), change
        assert done.returncode == 0
        if change == ["--force"]:
            assert timeless(reports(d2d)["kim"]) == timeless(first["kim"])


def test_a_second_run_starts_nothing(d2d: Command) -> None:
    folder = hand_in(d2d, kim=RIGHT)
    assert grade(d2d, folder).returncode == 0
    listing = d2d.folder / "listing.py"
    listing.write_text(
        "import sys, multiprocessing.process as p\n"
        "from grader.cli import main\n"
        "p.BaseProcess.start = lambda self: sys.exit('a process was started')\n"
        f"sys.argv = ['d2d', 'grade', 'mini', {str(folder)!r}, '--out', {str(d2d.folder.parent / 'out')!r}]\n"
        "try:\n    main()\nfinally:\n    print(sorted({'numpy', 'pytest', 'torch', 'rich'} & set(sys.modules)))\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, listing], cwd=d2d.folder, env=d2d.env(), capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "['rich']"), done.stderr


def test_a_report_that_was_put_there_is_not_taken_for_ours(d2d: Command) -> None:
    """One of another member, one that was edited, one that is torn: none stands in for judging."""
    folder = hand_in(d2d, kim=RIGHT, lee=HALF, park=HALF)
    keygen(d2d.folder / "key")
    assert grade(d2d, folder, "--key", d2d.folder / "key").returncode == 1
    home = d2d.folder.parent / "out" / "reports"
    shutil.copy(home / "kim.json", home / "park.json")
    forged = json.loads((home / "lee.json").read_text("utf-8"))
    for case in forged["cases"]:
        case.update(verdict="passed", points=case["max_points"])
    forged.update(score=5, percent=100, passed=True)
    (home / "lee.json").write_text(json.dumps(forged), "utf-8")
    done = grade(d2d, folder, "--key", d2d.folder / "key")
    assert "This report is kim's" in done.stderr
    assert {name: report["score"] for name, report in reports(d2d).items()} == {"kim": 5, "lee": 3, "park": 3}
    (home / "lee.json").write_text('{"schema": "d2d.report/1",', "utf-8")
    grade(d2d, folder, "--key", d2d.folder / "key")
    key = read_public_key(d2d.folder / "key.pub")
    assert {key.check(read_file(file)) for file in home.iterdir()} == {Check.VALID}


# -- secret and key ---------------------------------------------------------------------------------------------------


def test_the_secret_is_the_courses_unless_another_is_given(d2d: Command, tmp_path: Path) -> None:
    folder = hand_in(d2d, kim=RIGHT)
    first = grade(d2d, folder)
    assert "The course had no secret" in first.stderr
    kept = d2d.folder / ".d2d" / "secret"
    assert kept.stat().st_mode & 0o077 == 0
    assert (kept.parent / ".gitignore").read_text("utf-8") == "*\n"
    own = reports(d2d)["kim"]["seed_commitment"]
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef\n", "utf-8")
    assert grade(d2d, folder, "--secret-file", secret).returncode == 0
    given = reports(d2d)["kim"]["seed_commitment"]
    assert grade(d2d, folder, env={"D2D_SECRET": "0123456789abcdef"}).returncode == 0
    assert reports(d2d)["kim"]["seed_commitment"] == given != own
    everything = b"".join(file.read_bytes() for file in (d2d.folder.parent / "out").rglob("*") if file.is_file())
    assert b"0123456789abcdef" not in everything
    assert kept.read_bytes().strip() not in everything
    kept.write_text("short\n", "utf-8")
    done = grade(d2d, folder)
    assert done.returncode == 2
    assert "A secret has 16 characters at least." in done.stderr


def test_reports_are_signed_and_the_gradebook_takes_them_once(d2d: Command) -> None:
    keygen(d2d.folder / "d2d.key")
    with (d2d.folder / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write('[signing]\npublic_key = "d2d.key.pub"\n')
    folder = hand_in(d2d, kim=RIGHT, lee=HALF)
    book = d2d.folder.parent / "book.db"
    assert "2 new reports" in grade(d2d, folder, "--gradebook", book).stderr
    assert "0 new reports" in grade(d2d, folder, "--gradebook", book).stderr
    with Gradebook(book, key=read_public_key(d2d.folder / "d2d.key.pub")) as opened:
        assert [(entry.member, entry.score) for entry in opened.entries()] == [("kim", 5), ("lee", 3)]
        assert list(opened.check()) == []
    keygen(d2d.folder / "other")
    done = grade(d2d, folder, env={"D2D_KEY": str(d2d.folder / "other")})
    assert done.returncode == 2
    assert "This is not the private half of the course's key" in done.stderr


def test_without_a_key_the_gradebook_takes_what_was_judged_and_no_file(d2d: Command) -> None:
    """What an earlier run has judged counts as judged: that run knew the secret, and its ledger shows it."""
    folder, book, out = hand_in(d2d, kim=RIGHT), d2d.folder.parent / "book.db", d2d.folder.parent / "out"
    assert grade(d2d, folder, env=SECRET).returncode == 0
    assert grade(d2d, folder, "--gradebook", book, env=SECRET).returncode == 0

    def members() -> list[str]:
        with Gradebook(book) as opened:
            return [entry.member for entry in opened.entries()]

    assert members() == ["kim"]
    hand_in(d2d, lee=HALF)
    assert grade(d2d, folder, env=SECRET).returncode == 1
    (out / "reports.ledger").unlink()  # so anybody may have put the reports there
    for _turn in range(2):  # a line that says that a report was there makes it no more than that
        done = grade(d2d, folder, "--gradebook", book, env=SECRET)
        assert done.returncode == 2
        assert "The course has no key, so nothing tells who wrote this report." in done.stderr
        assert "lee.json" in done.stderr
        assert "kim.json" not in done.stderr, "it is in the gradebook already"
        assert "grade … --force" in done.stderr
        assert "--unsigned" in done.stderr
        assert members() == ["kim"]
    assert grade(d2d, folder, "--gradebook", book, "--unsigned", env=SECRET).returncode == 1
    assert members() == ["kim", "lee"]
    assert grade(d2d, folder, "--gradebook", book, env=SECRET).returncode == 1, "they are in it already"


def test_a_notebook_obeys_the_cool_down(d2d: Command) -> None:
    """Members see of hidden cases what the gradebook has counted, and nothing of one version too many."""
    with (d2d.folder / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write('[feedback]\nbefore = "title"\n[feedback.cooldown]\nsubmissions = 1\n')
    book, page = d2d.folder.parent / "book.db", d2d.folder.parent / "kim.ipynb"
    hidden, version = "mse of wide rows", HALF.replace("np.mean", "np.sum")

    def written(source: str, *options: object) -> tuple[str, str]:
        done = grade(d2d, hand_in(d2d, kim=source), "--notebook", page, *options, env=SECRET)
        assert done.returncode == 1, done.stderr
        return page.read_text("utf-8"), done.stderr

    _text, said = written(version)
    assert "Without --gradebook nobody counts versions" in said
    text, said = written(version, "--gradebook", book, "--force")
    assert hidden in text
    assert "nobody counts" not in said
    text, _said = written(version + "# another\n", "--gradebook", book)
    assert hidden not in text
    assert "Many versions of this were graded one after the other" in text


def test_after_the_deadline_somebody_must_say_when_it_was_handed_in(d2d: Command) -> None:
    with (d2d.folder / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write("[deadlines]\nmini = 2026-03-20T23:59:00+09:00\n")
    folder, book = hand_in(d2d, kim=RIGHT, lee=RIGHT), d2d.folder.parent / "book.db"
    for name, day in (("kim", 20), ("lee", 22)):
        at = datetime(2026, 3, day, tzinfo=timezone.utc).timestamp()
        os.utime(folder / f"{name}.py", (at, at))

    def late(*options: object) -> tuple[list[bool], str]:
        done = grade(d2d, folder, "--gradebook", book, *options, env=SECRET)
        assert done.returncode == 0, done.stderr
        with Gradebook(book) as opened:
            results = opened.results(find_course(d2d.folder).term)
        return [results[name]["mini"].late for name in ("kim", "lee")], done.stderr

    nobody, said = late()
    assert nobody == [False, False], "nobody loses a point for what the staff does not know"
    assert said.count("Nothing says when this was handed in") == 1
    assert "kim, lee" in said
    assert late("--by-mtime")[0] == [False, True]
    times = folder.parent / "times.csv"
    times.write_text("member,submitted\nkim,2026-03-21T00:10\nlee,2026-03-20T23:59\n", "utf-8")
    named, said = late("--submitted", times)
    assert (named, "Nothing says" in said) == ([True, False], False)
    for wrong in (["--by-mtime"], ["--gradebook", book, "--by-mtime", "--submitted", times]):
        assert grade(d2d, folder, *wrong, env=SECRET).returncode == 2


def test_without_its_sandbox_nothing_hidden_is_judged(d2d: Command) -> None:
    """A machine that can't keep submissions apart judges by public cases alone, and only if it is told to."""
    folder = hand_in(d2d, kim=RIGHT)
    off = d2d.folder / "sitecustomize.py"
    off.write_text(
        "import grader.worker.layers.compose as compose\n"
        "compose.lacking = lambda profile, offered: {'landlock': 'not there'}\n",
        "utf-8",
    )
    done = grade(d2d, folder, env={"PYTHONPATH": str(d2d.folder)})
    assert done.returncode == 3, done.stderr
    assert "Hidden cases are not judged on this machine: landlock" in done.stderr
    assert reports(d2d) == {}
    assert grade(d2d, folder, "--public", env={"PYTHONPATH": str(d2d.folder)}).returncode == 0
    assert reports(d2d)["kim"]["visibility"] == "public"


def test_two_runs_in_one_folder_do_not_meet(d2d: Command) -> None:
    import fcntl

    folder = hand_in(d2d, kim=RIGHT)
    home = d2d.folder.parent / "out" / "reports"
    home.mkdir(parents=True)
    lock = os.open(home, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    done = grade(d2d, folder)
    os.close(lock)
    assert done.returncode == 2
    assert "Another run of d2d is writing to this folder." in done.stderr


@pytest.mark.slow
def test_parts_of_a_class_are_a_class(d2d: Command, course: Path) -> None:
    for name in ("kim", "lee", "park"):
        (course / "work" / name).mkdir(parents=True)
        (course / "work" / name / "mini.py").write_text(RIGHT, "utf-8")
    judged = []
    for part in ("1/2", "2/2"):
        done = d2d("grade", "mini", "work", "--out", f"out{part[0]}", "--shard", part, "--json", "-", env=SECRET)
        judged.append([each["member"] for each in json.loads(done.stdout)["entries"]])
    assert judged == [["kim", "park"], ["lee"]]
    for wrong in ("0/2", "3/2", "x", "1/0", "1/2/3"):
        assert d2d("grade", "mini", "work", "--out", "out", "--shard", wrong, env=SECRET).returncode == 2


def test_a_part_may_be_empty(d2d: Command) -> None:
    folder = hand_in(d2d, kim=RIGHT, lee=RIGHT)
    done = grade(d2d, folder, "--shard", "3/3", "--json", "-", env=SECRET)
    assert (done.returncode, json.loads(done.stdout)["entries"]) == (0, []), done.stderr
