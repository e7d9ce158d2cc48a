"""A job of GitHub Actions: what a student wrote is never a command to the runner; summaries and outputs."""

from __future__ import annotations

import doctest
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cli.paper import dumped
from grader.github import log as module
from grader.github.log import Log, add_summary, command, complaints, give, neutral, set_output, stopped
from grader.report.report import Hint, Where
from tests.samples import HOSTILE, a_case, a_report

# What the runner obeys, read as generously as can be: signs that count as nothing in a comparison by the rules of a
# language are left out of the line first (.NET with ICU does so for all of these).
NOTHING = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def obeyed(text: str) -> list[str]:
    """The lines in which the runner would find a command."""
    lines = [NOTHING.sub("", line) for line in re.split(r"[\r\n\x85\u2028\u2029]", text)]
    return [line for line in lines if line.strip().startswith("::") or "##[" in line]


COMMANDS = [
    "::set-env name=PATH::/tmp/evil",
    "   ::add-mask::a",
    "\t::error file=x::forged",
    "\u3000\u00a0::error::x",
    "said in the middle ##[set-env name=A]b",
    "##[command]x ##[error]y",
    "##\ufe0f[error]x",
    ":\u200b:error::x",
    "\ufe0f::error::x",
    "#\u00ad#\u2060[error]x",
    "one\r::error::x",
    "one\u2028::error::x",
    "::::error::x",
    "###[error]x",
    "::stop-commands::pause-logging",
]


def test_doctest() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("text", [*COMMANDS, *HOSTILE])
def test_no_line_is_a_command(text: str) -> None:
    assert obeyed(neutral(text)) == []


@pytest.mark.parametrize("text", COMMANDS)
def test_the_proof_would_find_them(text: str) -> None:
    assert obeyed(text) != []


@given(st.text(alphabet=[":", "#", "[", "x", "\n", "\r", " ", "\u200b", "\ufe0f", "가", "]", "\u2028"], max_size=30))
def test_nothing_gets_through(text: str) -> None:
    assert obeyed(neutral(text)) == []


def test_what_is_no_command_stays_as_it_is() -> None:
    for text in ("test_public.py::test_mse[mean]\n", "a: b\n", "# title\n", "결과: 3점\n", "[1] ## x\n", "x ::y\n"):
        assert neutral(text) == text


def test_lines_are_whole_before_they_go_out() -> None:
    raw = io.StringIO()
    log = Log(raw)
    for part in (":", ":err", "or::x\n#", "#", "[error]y"):
        log.write(part)
        log.flush()
    log.buffer.write("\n::한글".encode())
    log.finish()
    assert raw.getvalue() == ": :error::x\n## [error]y\n: :한글\n"


def test_a_command_is_escaped() -> None:
    text = command("error", "a%0A\r\n::b", file="x::y,z%\n.py", title="t")
    assert text == "::error file=x%3A%3Ay%2Cz%25%0A.py,title=t::a%250A%0D%0A::b"


def test_the_runner_is_stopped_by_a_word_that_nobody_knows() -> None:
    words = set()
    for _time in range(2):
        raw = io.StringIO()
        log = Log(raw)
        with stopped(log):
            log.write("::error::x\n")
        give(log, command("error", "ours"))
        first, said, last, ours = raw.getvalue().splitlines()
        word = re.fullmatch(r"::stop-commands::([0-9a-f]{64})", first)
        assert word
        words.add(word[1])
        assert (said, last, ours) == (": :error::x", f"::{word[1]}::", "::error::ours")
    assert len(words) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_complaint_is_one_command(text: str) -> None:
    case = a_case(
        "test_a", "failed", section=text, title=text, message=text, hint=Hint("x", text), where=Where(text, 3)
    )
    (line,) = complaints(a_report(case), lambda where: (where.file, where.line))
    assert line.startswith("::error file=")
    assert not set(line) & set("\r\n")
    properties = line.removeprefix("::error ").partition("::")[0].split(",")
    assert [each.partition("=")[0] for each in properties] == ["file", "line", "title"]
    assert all(":" not in each for each in properties)


def test_the_most_useful_complaints_come_first() -> None:
    cases = [a_case(f"test_{at}", "failed", section=f"s{at:02}") for at in range(15)]
    cases += [
        a_case("test_x", "failed", section="placed", where=Where("hw1.py", 7), message="Turned round."),
        a_case("test_y", "missing", section="missing"),
        a_case("test_z", section="right"),
    ]
    found = list(complaints(a_report(*cases), lambda where: (where.file, where.line)))
    assert len(found) == 10
    assert found[0].startswith("::error file=hw1.py,line=7,title=")
    assert not any("missing" in line or "right" in line.partition("title=")[2] for line in found[:1])


def test_json_says_it_otherwise() -> None:
    value = {"output": "x ##[error]y"}
    assert obeyed(dumped(value)) == []
    assert json.loads(dumped(value)) == value


def test_every_command_is_guarded(tmp_path: Any) -> None:
    """Whatever a file or a member is called, an error that names it is no command."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GITHUB_ACTIONS": "true"}
    argv = [sys.executable, "-m", "grader", "verify", "--key", str(tmp_path / "\n::error::x ##[error]y"), "x"]
    done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert "error" in done.stderr
    assert obeyed(done.stdout + done.stderr) == []


def test_they_go_to_the_files_that_the_runner_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert add_summary("## hw1\n")
    assert add_summary("## hw2\n")
    assert (tmp_path / "summary").read_text("utf-8") == "## hw1\n## hw2\n"
    set_output("matrix", "[]")
    assert (tmp_path / "output").read_text("utf-8") == "matrix=[]\n"
    with pytest.raises(AssertionError):
        set_output("matrix", "[]\ndigest=x")


def test_without_a_runner_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    assert not add_summary("## hw1\n")
    set_output("matrix", "[]")
