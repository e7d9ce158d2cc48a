"""How errors are shown: one sentence and exit code 2 for all of the corpus that can't be read, alone and in a class."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from grader import i18n
from grader.cli.app import d2d as program
from grader.cli.app import words

if TYPE_CHECKING:
    from tests.commands import Command

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CORPUS = Path(__file__).parents[1] / "corpus" / "intake"


def unreadable() -> list[tuple[Path, dict[str, Any]]]:
    cases = [(case, tomllib.loads((case / "expected.toml").read_text("utf-8"))) for case in sorted(CORPUS.iterdir())]
    return [(case / "in" / expected["handed"], expected) for case, expected in cases if "error" in expected]


def state(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((str(file), file.lstat().st_size, file.lstat().st_mtime_ns) for file in folder.rglob("*"))


@pytest.mark.parametrize(("path", "expected"), unreadable(), ids=lambda value: getattr(value, "parts", [""] * 3)[-3])
def test_one_sentence_and_exit_code_2(course: Path, path: Path, expected: dict[str, Any]) -> None:
    before = state(path.parent) + state(course)
    done = CliRunner().invoke(program, ["check", "mini", "--course", str(course), "--lang", "en", "--", str(path)])
    said = done.stderr.splitlines()
    assert (done.return_value, done.stdout) == (2, "")
    assert said[0].startswith(f"Error: {path}")
    assert expected["error"] in said[0]
    assert len(said) <= 2  # what next
    assert state(path.parent) + state(course) == before


def test_a_class_goes_on(course: Path, d2d: Command) -> None:
    handed = course / "handed"
    handed.mkdir()
    found = unreadable()
    for number, (path, _expected) in enumerate(found):
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, handed / f"member{number:02}{path.suffix}")
    shutil.copy(course / "reference" / "mini.py", handed / "kim.py")
    # What no repository can hold.
    (handed / "link.py").symlink_to(course / "reference" / "mini.py")
    (handed / "--out.py").write_text("x = (\n", "utf-8")
    with (handed / "huge.ipynb").open("wb") as file:
        file.truncate(500 << 20)
    done = d2d("grade", "mini", handed, "--out", course / "out", "--public", "--jobs", "1")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    summary = (course / "out" / "summary.csv").read_text("utf-8-sig")
    rows = {row["member"]: row for row in csv.DictReader(summary.splitlines())}
    assert rows["kim"]["percent"] == "100"
    for number in range(len(found)):
        assert not rows.get(f"member{number:02}", {}).get("percent"), found[number]
    assert done.stderr.count("Error:") >= len(found)


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("grades", "grade"), ("xyzzy", None)])
def test_a_command_that_is_not_there(typed: str, meant: str | None) -> None:
    done = CliRunner().invoke(program, [typed])
    assert (done.return_value, done.stdout) == (2, "")
    assert f"No such command '{typed}'." in done.stderr
    assert ("Did you mean" in done.stderr) is (meant is not None)
    assert meant is None or f"Did you mean {meant}?" in done.stderr


def test_each_command_has_a_file_of_its_name() -> None:
    names = program.list_commands(click.Context(program))
    assert [program.get_command(click.Context(program), name) is not None for name in names] == [True] * len(names)


def test_each_is_a_word_of_click_s() -> None:
    i18n.use("en")
    source = "".join(file.read_text("utf-8") for file in Path(click.__file__).parent.glob("*.py"))
    assert [word for word in words() if f'"{word}"' not in source] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspect"], ["사용법: ", "자세한 사용법: ", "오류: 빠진 인자: 'REPORT'."]),
        (["gradebook", "export", "--gradebook", "x", "--format", "xml"], ["'xml': 쓸 수 있는 값은 'csv', 'json'"]),
        (["keygen", "a", "b", "c"], ["필요 없는 인자가 있어요"]),
        (["status", "--help"], ["사용법: ", "옵션:", "이 도움말을 보여 줘요."]),
    ],
)
def test_click_s_words_are_korean_where_the_rest_is(arguments: list[str], said: list[str]) -> None:
    command = [sys.executable, "-m", "grader", *arguments, "--lang", "ko"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    text = done.stdout + done.stderr
    assert [each for each in said if each not in text] == []
    assert not any(word in text for word in ("Usage", "Error", "Options", "Try "))
