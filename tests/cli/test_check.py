"""`d2d check` as members run it: exit codes, what is printed where, bad input."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.courses import HALF, RIGHT

if TYPE_CHECKING:
    from tests.commands import Command

HANGUL = re.compile("[가-힣]")
ESCAPE = "\x1b"


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


# -- exit codes -------------------------------------------------------------------------------------------------------


def test_all_passed_is_0(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(RIGHT))
    assert (done.returncode, done.stderr) == (0, "")
    assert "mse" in done.stdout
    assert "double" in done.stdout
    assert "4 of 4 points (100%)" in done.stdout


def test_not_all_passed_is_1(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(HALF))
    assert (done.returncode, done.stderr) == (1, "")
    assert "2 of 4 points (50%)" in done.stdout
    assert "Every value is 1/2 times what was expected." in done.stdout
    assert "kim.py:" in done.stdout


def test_the_stub_is_1_and_says_what_is_not_written(d2d: Command) -> None:
    done = d2d("check", "mini")
    assert done.returncode == 1
    assert "0 of 4 points (0%)" in done.stdout
    assert "not written yet" in done.stdout


def test_the_work_of_another_assignment_is_told(d2d: Command, course: Path) -> None:
    folder = course / "assignments"
    shutil.copytree(folder / "mini", folder / "next")
    for name in ("assignment.toml", "mini.py"):
        file = folder / "next" / name
        text = file.read_text("utf-8").replace("mini", "next").replace('"mse"', '"mae"').replace('"double"', '"half"')
        file.with_name(name.replace("mini", "next")).write_text(text.replace("sections.mse", "sections.mae"), "utf-8")
    done = d2d("check", "mini", d2d.write("def mae(x, y):\n    return x\n\ndef half(x):\n    return x\n"))
    assert done.returncode == 1
    assert "This looks like next" in done.stdout
    assert "d2d check next kim.py" in " ".join(done.stdout.split())
    both = d2d("check", "mini", d2d.write("def mae(x): pass\ndef half(x): pass\ndef mse(x, y): pass\n"))
    assert "This looks like" not in both.stdout, "something of this one is there"


def test_the_judges_own_fault_is_3_and_costs_no_point_silently(d2d: Command, course: Path) -> None:
    cases = course / "assignments" / "mini" / "test_public.py"
    cases.write_text(cases.read_text("utf-8").replace("reference.double(x)", "undefined_name"), "utf-8")
    done = d2d("check", "mini", d2d.write(RIGHT), "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 3
    assert report["complete"] is False
    assert [case["verdict"] for case in report["cases"]] == ["passed", "passed", "ungradable"]
    assert "not your fault" in report["cases"][-1]["message"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "mini", "kim.py", "more.py"),
        ("check", "mini", "--no-such-option"),
        ("check", "mini", "--lang", "fr"),
        ("check", "mini", "--json"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_2(d2d: Command, arguments: tuple[str, ...]) -> None:
    d2d.write(RIGHT)
    done = d2d(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr or "Error" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("--version",), ("-h",)])
def test_help_and_version_are_0(d2d: Command, arguments: tuple[str, ...]) -> None:
    done = d2d(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


# -- bad input --------------------------------------------------------------------------------------------------------


def test_the_name_of_a_file_can_not_write_to_the_terminal(d2d: Command) -> None:
    done = d2d("check", "mini", "\x1b[2Jgone\x07.py")
    assert done.returncode == 2
    assert ESCAPE not in done.stderr
    assert "\x07" not in done.stderr


def test_an_unknown_assignment(d2d: Command) -> None:
    done = d2d("check", "mnii")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no assignment mnii" in done.stderr
    assert "Did you mean mini?" in done.stderr


def test_an_assignment_far_from_any(d2d: Command) -> None:
    done = d2d("check", "project")
    assert done.returncode == 2
    assert "Known here: mini" in done.stderr


@pytest.mark.parametrize("name", ["../mini", "..", ".", "", "mini/../mini", "/etc"])
def test_an_assignment_is_a_name_and_no_path(d2d: Command, name: str) -> None:
    done = d2d("check", name)
    assert done.returncode == 2
    assert "There is no assignment" in done.stderr


def test_no_course(d2d: Command, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = d2d("check", "mini", folder=elsewhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert "d2d.toml" in done.stderr
    assert "--course" in done.stderr


def test_a_course_that_is_named(d2d: Command, course: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mini.py").write_text(RIGHT, "utf-8")
    assert d2d("check", "mini", "--course", course, folder=elsewhere).returncode == 0
    assert d2d("check", "mini", "--course", elsewhere).returncode == 2


def test_a_folder_below_the_course_is_in_it(d2d: Command, course: Path) -> None:
    below = course / "my" / "work"
    below.mkdir(parents=True)
    (below / "mini.py").write_text(RIGHT, "utf-8")
    assert d2d("check", "mini", folder=below).returncode == 0


def test_a_mistake_of_the_author_is_named_with_its_line(d2d: Command, course: Path) -> None:
    manifest = course / "assignments" / "mini" / "assignment.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("case_seconds = 10", "case_secods = 1"), "utf-8")
    done = d2d("check", "mini", d2d.write(RIGHT))
    line = text.split("\n").index("case_seconds = 10") + 1
    assert done.returncode == 2
    assert f"assignment.toml:{line}" in done.stderr
    assert "limits.case_secods" in done.stderr


def test_no_recording_and_no_reference_is_said(d2d: Command, course: Path) -> None:
    (course / "reference" / "mini.py").unlink()
    done = d2d("check", "mini", d2d.write(RIGHT))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Download" in done.stderr


# -- what is judged ---------------------------------------------------------------------------------------------------


def test_a_folder_with_one_file(d2d: Command) -> None:
    d2d.write(RIGHT, "work/anything.py")
    assert d2d("check", "mini", "work").returncode == 0


def test_a_folder_prefers_the_name_of_the_assignment(d2d: Command) -> None:
    d2d.write(HALF, "work/other.py")
    d2d.write(RIGHT, "work/mini.py")
    assert d2d("check", "mini", "work").returncode == 0


def test_a_folder_with_several_files_asks_which(d2d: Command) -> None:
    d2d.write(HALF, "work/one.py")
    d2d.write(RIGHT, "work/two.py")
    done = d2d("check", "mini", "work")
    assert done.returncode == 2
    assert "one.py, two.py" in done.stderr


def test_a_notebook(d2d: Command) -> None:
    cells = ["!pip install numpy", "import numpy as np\n%matplotlib inline", *RIGHT.split("\n\n\n")[1:], "1 / 0"]
    done = d2d("check", "mini", d2d.write(notebook(*cells), "kim.ipynb"), "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(note["kind"], note["where"]["cell"]) for note in report["notes"]] == [
        ("magic", 1),
        ("magic", 2),
    ]  # what only tries things out (1 / 0) is not run


def test_korean_text_in_a_file_of_an_older_windows_editor(d2d: Command) -> None:
    file = d2d.folder / "kim.py"
    file.write_bytes(("# 손실 함수\r\n" + RIGHT.replace("\n", "\r\n")).encode("cp949"))
    assert d2d("check", "mini", file).returncode == 0


def test_a_pattern_judges_what_it_names_and_what_that_needs(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(HALF), "--case", "one_row", "--json", "-")
    assert done.returncode == 0
    assert [case["id"].partition("::")[2] for case in json.loads(done.stdout)["cases"]] == ["test_mse", "test_one_row"]


def test_a_pattern_that_names_nothing_is_no_success(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(RIGHT), "--case", "no_such_case")
    assert done.returncode == 2
    assert "no_such_case" in done.stderr


# -- what is printed --------------------------------------------------------------------------------------------------


def test_json_on_standard_output_is_all_that_is_there(d2d: Command) -> None:
    source = "print('loaded')\n" + HALF.replace("return x", "print('called'); return x")
    done = d2d("check", "mini", d2d.write(source), "--json", "-")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert report["schema"] == "d2d.report/1"
    assert (report["score"], report["max_score"], report["percent"], report["passed"]) == (2, 4, 50, False)
    assert (report["assignment"], report["member"], report["visibility"]) == ("mini", "kim", "public")
    assert {case["verdict"] for case in report["cases"]} == {"passed", "failed"}
    failed = next(case for case in report["cases"] if case["verdict"] == "failed")
    assert failed["where"] == {"file": "kim.py", "cell": None, "line": 10}
    assert "called" in failed["output"]


def test_json_into_a_file(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(RIGHT), "--json", "report.json")
    assert done.returncode == 0
    assert "4 of 4 points" in done.stdout
    assert json.loads((d2d.folder / "report.json").read_text("utf-8"))["score"] == 4


def test_html_as_a_page_or_as_a_part_of_one(d2d: Command) -> None:
    file = d2d.write(HALF)
    assert d2d("check", "mini", file, "--html", "page.html").returncode == 1
    page = (d2d.folder / "page.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<code>kim.py:9</code>" in page
    assert d2d("check", "mini", file, "--html", "part.html", "--fragment", "--lang", "ko").returncode == 1
    part = (d2d.folder / "part.html").read_text("utf-8")
    assert part.startswith('<div class="d2d mathjax_ignore tex2jax_ignore" lang="ko">')
    assert "<html" not in part


def test_a_run_that_fails_leaves_no_empty_file(d2d: Command, course: Path) -> None:
    outputs = ["--html", "r.html", "--json", "r.json", "--notebook", "r.ipynb"]
    assert d2d("check", "mini", "nothing.py", *outputs).returncode == 2
    assert d2d("check", "mini", d2d.write("x = [", "broken.ipynb"), *outputs).returncode == 2
    assert not list(course.rglob("r.*"))


def test_json_into_a_folder_that_is_not_there(d2d: Command) -> None:
    done = d2d("check", "mini", d2d.write(RIGHT), "--json", "no/such/report.json")
    assert done.returncode == 2
    assert "report.json" in done.stderr
    assert "itself failed" not in done.stderr


def test_two_runs_give_the_same_report_but_for_times(d2d: Command) -> None:
    file = d2d.write(HALF)
    texts = [d2d("check", "mini", file, "--json", "-").stdout for _ in range(2)]
    same = [re.sub(r'"(seconds|graded_at)": [^,\n]*', "", text) for text in texts]
    assert same[0] == same[1]


@pytest.mark.parametrize("arguments", [("--lang", "ko"), ("--lang=ko",)])
def test_korean_when_asked_for(d2d: Command, arguments: tuple[str, ...]) -> None:
    done = d2d("check", "mini", d2d.write(HALF), *arguments)
    assert done.returncode == 1
    assert "작은 과제" in done.stdout
    assert not re.search("points|expected|public cases", done.stdout)


@pytest.mark.parametrize(
    ("env", "korean"),
    [
        ({"LANG": "ko_KR.UTF-8"}, True),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": ""}, False),
    ],
)
def test_the_locale_chooses_the_language(d2d: Command, env: dict[str, str], korean: bool) -> None:
    done = d2d("check", "mnii", env=env)
    assert bool(HANGUL.search(done.stderr)) is korean


def test_the_option_beats_the_locale(d2d: Command) -> None:
    done = d2d("check", "mini", "--lang", "en", d2d.write(HALF), env={"LANG": "ko_KR.UTF-8"})
    assert "points" in done.stdout
    assert not HANGUL.search(done.stdout)


def test_korean_on_a_terminal_that_knows_ascii_only(d2d: Command) -> None:
    done = d2d(
        "check",
        "mini",
        "--lang",
        "ko",
        d2d.write(HALF),
        env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_the_report_in_a_file_has_no_colours(d2d: Command) -> None:
    assert ESCAPE not in d2d("check", "mini", d2d.write(HALF)).stdout


def test_no_colours_when_asked_for_none(d2d: Command) -> None:
    file = d2d.write(HALF)
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    assert ESCAPE + "[3" in d2d("check", "mini", file, env=forced).stdout
    plain = d2d("check", "mini", "--no-color", file, env=forced).stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", plain)


def test_what_a_submission_prints_can_not_write_to_the_terminal(d2d: Command) -> None:
    loud = "\\x1b[2J\\x1b]0;owned\\x07\\r  ✓ double 2/2"
    source = HALF.replace("return x", f"print('{loud}'); raise ValueError('{loud}')")
    done = d2d("check", "mini", d2d.write(source))
    assert done.returncode == 1
    assert ESCAPE not in done.stdout
    assert "\x07" not in done.stdout
    assert not re.search(r"^ {0,4}✓ double", done.stdout, re.MULTILINE)


def test_no_traceback_without_debug_and_one_with_it(d2d: Command) -> None:
    assert "Traceback" not in d2d("check", "mnii").stderr
    done = d2d("check", "mnii", "--debug")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


# -- the real thing ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hostile_submissions_end_with_their_exit_code_and_leave_nothing(d2d: Command, course: Path) -> None:
    """One of each kind through the whole command; the corpus has them all through the judge."""
    manifest = course / "assignments" / "mini" / "assignment.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("case_seconds = 10", "case_seconds = 2"), "utf-8")
    for body in (
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "while True: pass",
        "return mse(x, y)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import os, time\n    os.fork() or (os.setsid(), os.fork() or time.sleep(600), os._exit(0))\n    return 0.0",
        "print('x' * 50_000_000)",
    ):
        source = RIGHT.replace("return np.mean((x - y) ** 2)", body)
        done = d2d("check", "mini", d2d.write(source))
        assert done.returncode == 1, (body, done.stderr)
        assert "2 of 4 points (50%)" in done.stdout
        assert done.stderr == ""


def test_members_have_a_recording_and_no_reference(d2d: Command, course: Path, bench: Callable[..., Any]) -> None:
    from grader.judge.recording import Recorder
    from grader.judge.reference import LiveReference

    reference = course / "reference" / "mini.py"
    recorder = Recorder(LiveReference(reference))
    report = bench(course, hidden=False).judge(reference, reference=recorder)
    (course / "assignments" / "mini" / "public.d2d").write_bytes(recorder.recording(report.cases_sha256))
    d2d.family.before |= d2d.family.members()  # the bench's own
    shutil.rmtree(course / "reference")
    (course / "assignments" / "mini" / "test_hidden.py").unlink()
    assert d2d("check", "mini", d2d.write(RIGHT)).returncode == 0
    assert d2d("check", "mini", d2d.write(HALF)).returncode == 1
    assert d2d("check", "mini").returncode == 1
