"""Tables, JSON and files as commands write them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import click
import pytest

from grader.cli.paper import FileNames, dumped, ended_softly, give_result, table, write_out
from grader.errors import BadInputError


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    assert table(["member", ""], [["김철수", "x"], ["a\x1b[31mb", "\u202ey"]]).splitlines() == [
        "member",
        "김철수  x",
        "ab      \\u202ey",
    ]


def test_no_runner_obeys_what_json_says() -> None:
    text = dumped({"said": "##[error]x"})
    assert "##[" not in text
    assert json.loads(text) == {"said": "##[error]x"}


def test_json_on_standard_output_is_all_that_is_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    give_result([1], "one", "-")
    assert capfd.readouterr().out == "[\n  1\n]\n"
    give_result([1], iter(["one", "two"]), str(tmp_path / "new" / "x.json"))
    assert capfd.readouterr().out == "one\ntwo\n"
    assert json.loads((tmp_path / "new" / "x.json").read_text("utf-8")) == [1]
    write_out("한", "-")
    assert capfd.readouterr().out == "한"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_out("x", "/dev/null")
    assert not Path("/dev/null").is_file()


def test_a_member_s_name_leads_nowhere_else(tmp_path: Path) -> None:
    names = FileNames(tmp_path)
    assert names.path("kim", "hw1.json") == tmp_path / "kim" / "hw1.json"
    for parts in (("Kim", "hw1.json"), ("..", "hw1.json"), ("a/b", "hw1.json"), (".ssh", "x")):
        with pytest.raises(BadInputError):
            names.path(*parts)


def test_sigterm_ends_a_run_as_ctrl_c_does(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(click.Abort), ended_softly():
        signal.raise_signal(signal.SIGTERM)
    assert "What was judged so far is kept" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before
