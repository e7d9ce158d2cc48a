"""`d2d release`: which assignments, in which languages; what is written is in tests/authoring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader import i18n
from grader.cli.app import d2d


@pytest.mark.parametrize(
    ("arguments", "ids", "languages"),
    [
        (["mini"], ["mini"], ("ko", "en")),
        (["--all"], ["mini"], ("ko", "en")),
        (["mini", "--lang", "en"], ["mini"], ("en",)),
        (["mini", "--lang", "both"], ["mini"], ("ko", "en")),
    ],
)
def test_what_is_asked_for(
    course: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], ids: list[str], languages: tuple[str, ...]
) -> None:
    asked: list[Any] = []

    def write_release(_course: Any, names: list[str], out: Path, spoken: tuple[str, ...]) -> list[Path]:
        asked.append((names, spoken))
        return [out / "x"]

    monkeypatch.setattr("grader.cli.release.write_release", write_release)
    done = CliRunner().invoke(d2d, ["release", *arguments, "--out", "out", "--course", str(course)])
    assert (done.return_value or 0, done.stdout) == (0, "out/x\n")
    assert [(names, sorted(spoken)) for names, spoken in asked] == [(ids, sorted(languages))]


@pytest.mark.parametrize("arguments", [[], ["mini", "--all"]])
def test_one_assignment_or_all(course: Path, arguments: list[str]) -> None:
    i18n.use("en")
    done = CliRunner().invoke(d2d, ["release", *arguments, "--out", "out", "--course", str(course)])
    assert (done.return_value, "Name an assignment, or give --all." in done.stderr) == (2, True)
