"""`d2d gradebook`: what it shows, exports and takes in."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from grader.gradebook.book import Gradebook
from grader.gradebook.storage import connect
from grader.report.reader import read_value
from tests.cli.staff import Staff, report


def test_gradebook_show_and_export(staff: Staff, group: Path) -> None:
    shown = staff("gradebook", "show", "--gradebook", "book.db").out.splitlines()
    assert shown[0].split() == ["member", "hw1", "hw2", "hw3", "hw4", "hw5"]
    assert shown[1].split() == "kim ✓ 82 % ✓ 70 % ✓ 60 % ✗ 59 % ✓ 100 %".split()
    assert len(staff("gradebook", "show", "park", "--gradebook", "book.db", "--json", "-").json) == 1
    run = staff("gradebook", "show", "choi", "--gradebook", "book.db")
    assert (run.code, run.out) == (2, "")
    rows = list(
        csv.DictReader(io.StringIO(staff("gradebook", "export", "--gradebook", "book.db").out.lstrip("\ufeff")))
    )
    assert len(rows) == 9
    assert rows[0]["score"] == "82"
    assert rows[0]["passed"] == "true"
    assert (
        staff(
            "gradebook", "export", "--gradebook", "book.db", "--out", "x.json", "--format", "json", "--reports", "r"
        ).code
        == 0
    )
    assert len(json.loads((group / "x.json").read_text("utf-8"))) == 9
    assert json.loads((group / "r/hw1/kim.json").read_text("utf-8"))["score"] == 82


def test_export_of_reports_stays_in_its_folder(staff: Staff, group: Path) -> None:
    with Gradebook(group / "new.db", create=True) as book:
        book.add(read_value(report("../../evil", "hw1", 70).as_json()), by="staff")
    run = staff("gradebook", "export", "--gradebook", "new.db", "--reports", "r")
    assert run.code == 2
    assert "can't be the name of a file here" in run.err
    assert not (group.parent / "evil.json").exists()


def test_gradebook_add_check_and_log(staff: Staff, group: Path) -> None:
    for name, visibility in (("choi", "full"), ("jung", "public")):
        (group / f"{name}.json").write_text(json.dumps(report(name, "hw1", 70, visibility).as_json()), "utf-8")
    add = ("gradebook", "add", "choi.json", "--gradebook", "book.db", "--submitted-at", "2026-03-20T23:59")
    run = staff(*add)
    assert (run.code, "The course has no key, so nothing tells who wrote this report." in run.err) == (2, True)
    assert "choi.json" in run.err
    assert "--unsigned" in run.err
    assert staff("gradebook", "show", "choi", "--gradebook", "book.db").code == 2
    run = staff(*add, "--unsigned")
    assert (run.code, run.err) == (0, "1 new report\n")
    assert "2026-03-20 23:59" in staff("gradebook", "show", "choi", "--gradebook", "book.db").out
    run = staff("gradebook", "add", "jung.json", "--gradebook", "new.db")
    assert (run.code, "public cases alone" in run.err) == (2, True)
    assert staff("gradebook", "add", "choi.json", "--gradebook", "book.db", "--submitted-at", "soon").code == 2
    run = staff("gradebook", "check", "--gradebook", "book.db")
    assert run.code == 0
    assert run.out.startswith("The gradebook is whole.")
    log = staff("gradebook", "log", "choi", "--gradebook", "book.db").out
    assert "report" in log.splitlines()[1]
    assert len(staff("gradebook", "log", "--gradebook", "book.db", "--json", "-").json) == 10


@pytest.mark.parametrize("command", ["show", "export", "log", "check"])
def test_a_gradebook_that_can_only_be_read_is_read(
    staff: Staff, group: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = staff("gradebook", command, "--gradebook", "book.db")
    before = sorted(group.iterdir())
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK or Path(path).name != "book.db")
    monkeypatch.setattr("grader.gradebook.book.connect", lambda path, *, create: connect(beside(path), create=create))

    def beside(path: Path) -> Path:
        assert path.absolute().parent != group  # nothing is written there
        return path

    run = staff("gradebook", command, "--gradebook", "book.db")
    assert (run.code, run.out, run.err) == (expected.code, expected.out, expected.err)
    assert expected.code == 0
    assert sorted(group.iterdir()) == before


@pytest.mark.parametrize("command", ["show", "export", "log", "check"])
def test_no_gradebook_is_one_sentence(staff: Staff, group: Path, command: str) -> None:
    run = staff("gradebook", command, "--gradebook", "none.db")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: none.db: There is no gradebook here.\n")
    assert not (group / "none.db").exists()
