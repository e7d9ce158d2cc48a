"""`d2d similar`: pairs in the terminal and on a page, who could not be compared, and code that everybody was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import i18n
from grader.cli.app import d2d

OWN = """
def widest_gap(numbers):
    ordered = sorted(numbers)
    best = 0
    for left, right in zip(ordered, ordered[1:]):
        gap = right - left
        if gap > best:
            best = gap
    seen = {}
    for place, number in enumerate(numbers):
        seen.setdefault(number, []).append(place)
    while best in seen and len(seen[best]) > 1:
        best -= 1
    return best, [place for places in seen.values() for place in places if place % 2]
"""


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """Two who handed in the same, one who wrote something else, and one whose file is empty."""
    folder = tmp_path / "works"
    folder.mkdir()
    for member, source in {"kim": OWN, "lee": OWN, "park": "def other(text):\n    return text[::-1]\n"}.items():
        (folder / f"{member}.py").write_text(source, "utf-8")
    (folder / "choi.ipynb").write_text("{", "utf-8")
    return folder


def similar(course: Path, works: Path, page: Path, *more: object) -> Result:
    i18n.use("en")
    arguments = ["similar", "mini", works, "--course", course, "--html", page, *more]
    return CliRunner().invoke(d2d, [str(argument) for argument in arguments])


def test_the_pair_is_shown_and_its_page_is_written(course: Path, works: Path, tmp_path: Path) -> None:
    done = similar(course, works, tmp_path / "page.html")
    assert done.exit_code == 0
    assert any({"kim", "lee", "100"} <= set(line.split()) for line in done.stdout.splitlines())
    assert "park" not in done.stdout
    assert "choi could not be compared" in done.stderr
    assert f"Both sides of each pair are in {tmp_path / 'page.html'}" in done.stderr
    assert "widest_gap" in (tmp_path / "page.html").read_text("utf-8")


def test_json_on_standard_output_stands_alone(course: Path, works: Path, tmp_path: Path) -> None:
    done = similar(course, works, tmp_path / "page.html", "--json", "-")
    value = json.loads(done.stdout)
    assert value["assignment"] == "mini"
    assert [[side["member"] for side in pair["members"]] for pair in value["pairs"]] == [["kim", "lee"]]
    assert done.stderr == ""


def test_what_everybody_was_given_is_nobody_s_own(course: Path, works: Path, tmp_path: Path) -> None:
    (tmp_path / "lecture.py").write_text(OWN, "utf-8")
    done = similar(course, works, tmp_path / "page.html", "--given", tmp_path / "lecture.py", "--json", "-")
    assert json.loads(done.stdout)["pairs"] == []
