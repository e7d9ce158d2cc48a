"""A course with a gradebook, and the commands in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import i18n
from grader.gradebook.book import Gradebook
from grader.report.reader import read_value
from tests.cli.staff import Staff, invoke, report
from tests.courses import ROOT


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """A course with a gradebook: kim passed four, lee three, park nothing but hw1."""
    folder = tmp_path / "group"
    folder.mkdir()
    text = f'name = "Group"\nassignments = {json.dumps(str(ROOT / "assignments"))}\n'
    (folder / "d2d.toml").write_text(text, "utf-8")
    scores = {"kim": [82, 70, 60, 59, 100], "lee": [60, 60, 60], "park": [61]}
    with Gradebook(folder / "book.db", create=True) as book:
        for member, points in scores.items():
            for number, each in enumerate(points, 1):
                book.add(read_value(report(member, f"hw{number}", each).as_json()), by="staff")
    (folder / "attendance.csv").write_text("이름,출석,전체\nkim,12,14\nlee,14,14\npark,11,14\n", "cp949")
    (folder / "discussion.csv").write_text("Name;w1;w2;w3\nkim;O;O;O\nlee;O;X;O\npark;O;O;O\n", "utf-8-sig")
    return folder


@pytest.fixture
def staff(group: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staff]:
    """Runs commands in the folder of the course, in English."""
    monkeypatch.chdir(group)
    i18n.use("en")
    yield invoke
    i18n.use("en")
