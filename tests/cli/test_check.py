"""`d2d check` as members run it: exit codes, what is printed where, bad input, hostile neighbours."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = """
import numpy as np


def mse(x, y):
    return np.mean((x - y) ** 2)


def double(x):
    return 2 * x
"""
HALF = RIGHT.replace("return 2 * x", "return x")
HANGUL = re.compile("[가-힣]")
ESCAPE = "\x1b"


def write(d2d: Command, source: str, name: str = "kim.py") -> Path:
    file = d2d.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, "utf-8")
    return file


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


# -- exit codes -------------------------------------------------------------------------------------------------------


def test_all_passed_is_0(d2d: Command) -> None:
    done = d2d("check", "mini", write(d2d, RIGHT))
    assert (done.returncode, done.stderr) == (0, "")
    assert "mse" in done.stdout
    assert "double" in done.stdout
    assert "4 of 4 points (100%)" in done.stdout


def test_not_all_passed_is_1(d2d: Command) -> None:
    done = d2d("check", "mini", write(d2d, HALF))
    assert (done.returncode, done.stderr) == (1, "")
    assert "2 of 4 points (50%)" in done.stdout
    assert "Every value is 1/2 times what was expected." in done.stdout
    assert "kim.py:" in done.stdout


def test_the_stub_is_1_and_says_what_is_not_written(d2d: Command) -> None:
    done = d2d("check", "mini")
    assert done.returncode == 1
    assert "0 of 4 points (0%)" in done.stdout
    assert "not written yet" in done.stdout


def test_the_judges_own_fault_is_3_and_costs_no_point_silently(d2d: Command, course: Path) -> None:
    cases = course / "assignments" / "mini" / "test_public.py"
    cases.write_text(cases.read_text("utf-8").replace("reference.double(x)", "undefined_name"), "utf-8")
    done = d2d("check", "mini", write(d2d, RIGHT), "--json", "-")
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
    write(d2d, RIGHT)
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


def bad(d2d: Command, file: Path | str, *words: str) -> str:
    """Exit 2, one sentence on standard error that names the file and has these words, no traceback."""
    done = d2d("check", "mini", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert Path(file).name in done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_missing_file(d2d: Command) -> None:
    bad(d2d, "gone.py", "There is no such file")


@pytest.mark.parametrize("content", [b"", b"\n \n\t\n", b"\xef\xbb\xbf", b"{}"[:0] + b"\r\n"])
def test_an_empty_file(d2d: Command, content: bytes) -> None:
    file = d2d.folder / "kim.py"
    file.write_bytes(content)
    bad(d2d, file, "The file is empty", "check again")


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01\x00\x00", bytes(range(256)) * 40, b"PK\x03\x04\x00" * 9, b"\xff\xfe\x80"]
)
@pytest.mark.parametrize("name", ["kim.py", "kim.ipynb"])
def test_a_binary_file(d2d: Command, content: bytes, name: str) -> None:
    file = d2d.folder / name
    file.write_bytes(content)
    bad(d2d, file)


def test_a_directory_in_place_of_a_file(d2d: Command) -> None:
    (d2d.folder / "kim.py").mkdir()
    bad(d2d, "kim.py", "no Python file and no notebook")


def test_a_file_that_is_too_big(d2d: Command) -> None:
    with (d2d.folder / "kim.py").open("wb") as file:
        file.truncate(33 << 20)
    bad(d2d, "kim.py", "33 MB", "32 MB")


def test_a_file_that_can_not_be_read(d2d: Command) -> None:
    file = write(d2d, RIGHT)
    (d2d.folder / "ring.py").symlink_to(file.name)
    file.unlink()
    file.symlink_to("ring.py")
    bad(d2d, file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_the_right_to_read_it(d2d: Command) -> None:
    file = write(d2d, RIGHT)
    file.chmod(0)
    bad(d2d, file, "can't be read")


def test_a_fifo_is_not_waited_for(d2d: Command) -> None:
    os.mkfifo(d2d.folder / "kim.py")
    bad(d2d, "kim.py", "no file")


def test_a_device_is_not_read(d2d: Command) -> None:
    (d2d.folder / "kim.py").symlink_to("/dev/zero")
    bad(d2d, "kim.py", "no file")


@pytest.mark.parametrize("name", ["kim.txt", "kim.pdf", "kim", "kim.pyc"])
def test_a_file_of_another_kind(d2d: Command, name: str) -> None:
    bad(d2d, write(d2d, RIGHT, name), ".py", ".ipynb")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "{}",
        '{"cells": 3}',
        '{"cells": []}',
        '{"cells": [{"cell_type": "markdown", "source": "# hw1"}]}',
        "[" * 100_000,
        '{"cells": [1, null, "x"]}',
    ],
    ids=lambda text: text[:12],
)
def test_a_notebook_that_is_none(d2d: Command, text: str) -> None:
    bad(d2d, write(d2d, text, "kim.ipynb"), "notebook")


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
    done = d2d("check", "mini", write(d2d, RIGHT))
    line = text.split("\n").index("case_seconds = 10") + 1
    assert done.returncode == 2
    assert f"assignment.toml:{line}" in done.stderr
    assert "limits.case_secods" in done.stderr


def test_no_recording_and_no_reference_is_said(d2d: Command, course: Path) -> None:
    (course / "reference" / "mini.py").unlink()
    done = d2d("check", "mini", write(d2d, RIGHT))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Download" in done.stderr


# -- what is judged ---------------------------------------------------------------------------------------------------


def test_a_folder_with_one_file(d2d: Command) -> None:
    write(d2d, RIGHT, "work/anything.py")
    assert d2d("check", "mini", "work").returncode == 0


def test_a_folder_prefers_the_name_of_the_assignment(d2d: Command) -> None:
    write(d2d, HALF, "work/other.py")
    write(d2d, RIGHT, "work/mini.py")
    assert d2d("check", "mini", "work").returncode == 0


def test_a_folder_with_several_files_asks_which(d2d: Command) -> None:
    write(d2d, HALF, "work/one.py")
    write(d2d, RIGHT, "work/two.py")
    done = d2d("check", "mini", "work")
    assert done.returncode == 2
    assert "one.py, two.py" in done.stderr


def test_a_notebook(d2d: Command) -> None:
    cells = ["!pip install numpy", "import numpy as np\n%matplotlib inline", *RIGHT.split("\n\n\n")[1:], "1 / 0"]
    done = d2d("check", "mini", write(d2d, notebook(*cells), "kim.ipynb"), "--json", "-")
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
    done = d2d("check", "mini", write(d2d, HALF), "--case", "one_row", "--json", "-")
    assert done.returncode == 0
    assert [case["id"].partition("::")[2] for case in json.loads(done.stdout)["cases"]] == ["test_mse", "test_one_row"]


def test_a_pattern_that_names_nothing_is_no_success(d2d: Command) -> None:
    done = d2d("check", "mini", write(d2d, RIGHT), "--case", "no_such_case")
    assert done.returncode == 2
    assert "no_such_case" in done.stderr


# -- what is printed --------------------------------------------------------------------------------------------------


def test_json_on_standard_output_is_all_that_is_there(d2d: Command) -> None:
    source = "print('loaded')\n" + HALF.replace("return x", "print('called'); return x")
    done = d2d("check", "mini", write(d2d, source), "--json", "-")
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
    done = d2d("check", "mini", write(d2d, RIGHT), "--json", "report.json")
    assert done.returncode == 0
    assert "4 of 4 points" in done.stdout
    assert json.loads((d2d.folder / "report.json").read_text("utf-8"))["score"] == 4


def test_html_as_a_page_or_as_a_part_of_one(d2d: Command) -> None:
    file = write(d2d, HALF)
    assert d2d("check", "mini", file, "--html", "page.html").returncode == 1
    page = (d2d.folder / "page.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<code>kim.py:9</code>" in page
    assert d2d("check", "mini", file, "--html", "part.html", "--fragment", "--lang", "ko").returncode == 1
    part = (d2d.folder / "part.html").read_text("utf-8")
    assert part.startswith('<div class="d2d" lang="ko">')
    assert "<html" not in part


def test_json_into_a_folder_that_is_not_there(d2d: Command) -> None:
    done = d2d("check", "mini", write(d2d, RIGHT), "--json", "no/such/report.json")
    assert done.returncode == 2
    assert "report.json" in done.stderr
    assert "itself failed" not in done.stderr


def test_two_runs_give_the_same_report_but_for_times(d2d: Command) -> None:
    file = write(d2d, HALF)
    texts = [d2d("check", "mini", file, "--json", "-").stdout for _ in range(2)]
    same = [re.sub(r'"(seconds|graded_at)": [^,\n]*', "", text) for text in texts]
    assert same[0] == same[1]


@pytest.mark.parametrize("arguments", [("--lang", "ko"), ("--lang=ko",)])
def test_korean_when_asked_for(d2d: Command, arguments: tuple[str, ...]) -> None:
    done = d2d("check", "mini", write(d2d, HALF), *arguments)
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
    done = d2d("check", "mini", "--lang", "en", write(d2d, HALF), env={"LANG": "ko_KR.UTF-8"})
    assert "points" in done.stdout
    assert not HANGUL.search(done.stdout)


def test_korean_on_a_terminal_that_knows_ascii_only(d2d: Command) -> None:
    done = d2d(
        "check",
        "mini",
        "--lang",
        "ko",
        write(d2d, HALF),
        env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_the_report_in_a_file_has_no_colours(d2d: Command) -> None:
    assert ESCAPE not in d2d("check", "mini", write(d2d, HALF)).stdout


def test_no_colours_when_asked_for_none(d2d: Command) -> None:
    file = write(d2d, HALF)
    forced = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    assert ESCAPE + "[3" in d2d("check", "mini", file, env=forced).stdout
    plain = d2d("check", "mini", "--no-color", file, env=forced).stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", plain)


def test_what_a_submission_prints_can_not_write_to_the_terminal(d2d: Command) -> None:
    loud = "\\x1b[2J\\x1b]0;owned\\x07\\r  ✓ double 2/2"
    source = HALF.replace("return x", f"print('{loud}'); raise ValueError('{loud}')")
    done = d2d("check", "mini", write(d2d, source))
    assert done.returncode == 1
    assert ESCAPE not in done.stdout
    assert "\x07" not in done.stdout
    assert not re.search(r"^ {0,4}✓ double", done.stdout, re.MULTILINE)


def test_no_traceback_without_debug_and_one_with_it(d2d: Command) -> None:
    assert "Traceback" not in d2d("check", "mnii").stderr
    done = d2d("check", "mnii", "--debug")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


# -- hostile neighbours -----------------------------------------------------------------------------------------------

EVIL = "import os, sys\nopen({mark!r}, 'a').write(__file__ + '\\n')\nos._exit(0)\n"
NEIGHBOURS = (
    "numpy.py torch.py click.py rich.py pytest.py conftest.py sitecustomize.py usercustomize.py random.py json.py "
    "struct.py tempfile.py grader_plugin.py test_public.py _pytest.py pluggy.py types.py typing.py"
).split()
INI = "[pytest]\naddopts = --no-such-option\npython_files = nothing\n[tool.pytest.ini_options]\naddopts = '-x'\n"


@pytest.fixture
def surrounded(d2d: Command, tmp_path: Path) -> tuple[Path, Path]:
    """A folder with a submission between files that end whatever imports them, and what they would leave."""
    folder, mark = d2d.folder / "mine", tmp_path / "imported"
    folder.mkdir()
    for name in NEIGHBOURS:
        (folder / name).write_text(EVIL.format(mark=str(mark)), "utf-8")
    for name in ("pytest.ini", "tox.ini", "setup.cfg", ".pytest.ini", "pyproject.toml"):
        (folder / name).write_text(INI, "utf-8")
    (folder / "evil.pth").write_text("import conftest\n", "utf-8")
    (folder / "mini.py").write_text(HALF, "utf-8")
    return folder, mark


@pytest.mark.parametrize("module", [False, True], ids=["d2d", "python -m grader"])
def test_files_beside_the_submission_change_nothing(d2d: Command, surrounded: tuple[Path, Path], module: bool) -> None:
    folder, mark = surrounded
    for name in ("types.py", "typing.py"):  # `python -m` itself imports these from the current folder
        (folder / name).unlink()
    arguments = ("check", "mini", "mini.py", "--json", "-")
    done = d2d(*arguments, folder=folder, module=module)
    assert not mark.exists(), mark.read_text("utf-8")
    alone = d2d("check", "mini", write(d2d, HALF, "alone/mini.py"), "--json", "-")
    assert done.returncode == alone.returncode == 1
    assert verdicts(done.stdout) == verdicts(alone.stdout)
    assert done.stderr == ""


def test_a_shadowing_file_beside_the_submission_is_not_what_the_submission_imports(
    d2d: Command, surrounded: tuple[Path, Path]
) -> None:
    folder, mark = surrounded
    (folder / "mini.py").write_text("import random, json, struct, tempfile, typing\n" + RIGHT, "utf-8")
    done = d2d("check", "mini", "mini.py", folder=folder)
    assert (done.returncode, mark.exists()) == (0, False)


def test_a_course_in_a_folder_with_a_conftest(d2d: Command, course: Path, surrounded: tuple[Path, Path]) -> None:
    folder, mark = surrounded
    for where in (course, course / "assignments", course / "assignments" / "mini"):
        for name in ("conftest.py", "pytest.ini", "numpy.py"):
            shutil.copy(folder / name, where)
    assert d2d("check", "mini", write(d2d, RIGHT)).returncode == 0
    assert not mark.exists()


@pytest.mark.parametrize(
    "env",
    [
        {"PYTEST_ADDOPTS": "--collect-only"},
        {"PYTEST_ADDOPTS": "-k nothing --no-such-option"},
        {"PYTEST_ADDOPTS": "--deselect test_public.py::test_double"},
        {"PYTEST_PLUGINS": "no_such_plugin"},
        {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "0"},
        {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "1"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONOPTIMIZE": "2"},
        {"OMP_NUM_THREADS": "7", "NUMPY_EXPERIMENTAL_ARRAY_FUNCTION": "0"},
        {"D2D_SECRET": "of the staff"},
    ],
    ids=lambda env: " ".join(f"{key}={value}" for key, value in env.items()),
)
def test_the_environment_changes_nothing(d2d: Command, env: dict[str, str]) -> None:
    done = d2d("check", "mini", write(d2d, HALF), "--json", "-", env=env)
    assert done.returncode == 1, done.stderr
    assert verdicts(done.stdout) == {"test_mse": "passed", "test_one_row": "passed", "test_double": "failed"}
    assert done.stderr == ""


@pytest.mark.parametrize("module", [False, True], ids=["d2d", "python -m grader"])
def test_a_search_path_in_the_environment_reaches_no_worker(d2d: Command, tmp_path: Path, module: bool) -> None:
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "numpy.py").write_text("raise RuntimeError('the wrong numpy')\n", "utf-8")
    (folder / "helper.py").write_text("answer = 1\n", "utf-8")
    source = "import helper\n" + RIGHT
    done = d2d("check", "mini", write(d2d, source), "--json", "-", env={"PYTHONPATH": str(folder)}, module=module)
    assert done.returncode == 0, done.stderr
    notes = json.loads(done.stdout)["notes"]
    assert [note["kind"] for note in notes] == ["import"]
    assert "helper" in notes[0]["text"]


def verdicts(text: str) -> dict[str, Any]:
    return {case["id"].partition("::")[2]: case["verdict"] for case in json.loads(text)["cases"]}


# -- the real thing ---------------------------------------------------------------------------------------------------


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
        done = d2d("check", "mini", write(d2d, source))
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
    assert d2d("check", "mini", write(d2d, RIGHT)).returncode == 0
    assert d2d("check", "mini", write(d2d, HALF)).returncode == 1
    assert d2d("check", "mini").returncode == 1
