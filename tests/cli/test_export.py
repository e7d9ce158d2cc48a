"""`d2d export`: reports in other forms, on the disk and on standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import pytest

from tests.samples import a_case, a_report

if TYPE_CHECKING:
    from tests.commands import Command


@pytest.fixture
def reports(tmp_path: Path) -> list[Path]:
    files = []
    for name in ("kim", "lee"):
        files.append(tmp_path / f"{name}.json")
        report = a_report(a_case("test_a"), a_case("test_b", "failed", message="No."), member=name)
        files[-1].write_text(json.dumps(report.as_json()), "utf-8")
    return files


def test_every_form(d2d: Command, reports: list[Path], tmp_path: Path) -> None:
    junit = d2d("export", *reports, "--format", "junit")
    assert (junit.returncode, junit.stderr) == (0, "")
    assert len(Xml.fromstring(junit.stdout)) == 2
    assert d2d("export", *reports, "--format", "markdown").stdout.count("## hw1") == 2
    out = tmp_path / "new" / "sections.csv"
    done = d2d("export", *reports, "--format", "csv", "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert out.read_bytes().startswith(b"\xef\xbb\xbfmember,assignment,section,points")
    assert d2d("export", reports[0], "--format", "html", "--lang", "ko").stdout.startswith("<!doctype html>")
    assert json.loads(d2d("export", reports[0], "--format", "gradescope").stdout)["score"] == 2.0


def test_what_is_wrong_is_said(d2d: Command, reports: list[Path], tmp_path: Path) -> None:
    two = d2d("export", *reports, "--format", "gradescope")
    assert two.returncode == 2
    assert "one report" in two.stderr
    broken = tmp_path / "park.json"
    broken.write_text(reports[0].read_text("utf-8").replace('"score": 2', '"score": 4'), "utf-8")
    out = tmp_path / "out.csv"
    done = d2d("export", reports[0], broken, "--format", "csv", "--out", out)
    assert done.returncode == 2
    assert "park.json" in done.stderr
    assert not out.exists()
