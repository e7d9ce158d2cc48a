"""click's own words: each of ours is one of its, and they are in the language that was asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader import i18n
from grader.cli.clicks import words


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
def test_they_are_korean_where_the_rest_is(arguments: list[str], said: list[str]) -> None:
    command = [sys.executable, "-m", "grader", *arguments, "--lang", "ko"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    text = done.stdout + done.stderr
    assert [each for each in said if each not in text] == []
    assert not any(word in text for word in ("Usage", "Error", "Options", "Try "))
