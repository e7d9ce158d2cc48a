"""`%d2d check` in a real kernel: in Colab, whose page a script stands in for, and in plain Jupyter."""

from __future__ import annotations

import html
import importlib
import json
import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import nbformat
import pytest
from nbclient import NotebookClient

from grader import colab
from grader.authoring.release import write_release
from grader.course.course import find_course
from tests.courses import RIGHT
from tests.wheels import ROOT, build_wheel

if TYPE_CHECKING:
    from tests.commands import Command

STAND_IN = Path(__file__).parent / "colab_stand_in"
WRONG = "import numpy as np\ndef mse(x, y): return np.sum((x - y) ** 2)"
LEAVE = "import os\nos.chdir('/')"
DOUBLE = "def double(x): return 2 * x"
SPAWNED = "import grader.sandbox as sandbox\nsandbox.start.__kwdefaults__['spawn'] = True\n"


def notebook(*cells: str, **metadata: Any) -> dict[str, Any]:
    made = [{"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": s} for s in cells]
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def run(course: Path, monkeypatch: pytest.MonkeyPatch, cells: list[str], path: list[Path]) -> list[str]:
    """What each cell shows: the text of its HTML, and what it prints."""
    for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(course / "home"))
    (course / "home").mkdir(exist_ok=True)
    monkeypatch.setenv("PYTHONPATH", ":".join(map(str, path)))
    monkeypatch.setenv("LANG", "C.UTF-8")
    made = nbformat.from_dict(notebook(*cells))
    resources = {"metadata": {"path": str(course)}}
    NotebookClient(made, timeout=600, startup_timeout=600, kernel_name="python3", resources=resources).execute()
    return ["\n".join(map(text_of, cell.outputs)) for cell in made.cells]


def test_its_plain_text_is_what_a_terminal_shows(
    course: Path, d2d: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also in a kernel that asks every program for colours, as Jupyter's does."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setenv("COLUMNS", "100")
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data) if raw else None)
    work = d2d.write(f"{WRONG}\n{DOUBLE}\n", "mine.py")
    colab.run(f"check mini {work} --lang en", None, course)
    (data,) = shown
    assert data["text/plain"] + "\n" == d2d("check", "mini", work, "--lang", "en").stdout
    assert "✗" in data["text/plain"]
    assert "\x1b" not in data["text/plain"]
    assert data["text/html"].startswith("<div")
    assert capsys.readouterr().err == ""


def text_of(output: Any) -> str:
    """An output as it is read."""
    if output.output_type == "stream":
        return str(output.text)
    page = output.data.get("text/html", output.data.get("text/plain", ""))
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def command(d2d: Command, source: str, language: str) -> dict[str, Any]:
    """The report that the command line gives of the same work."""
    return json.loads(d2d("check", "mini", d2d.write(source, "mine.py"), "--json", "-", "--lang", language).stdout)


def says(shown: str, report: dict[str, Any]) -> None:
    """All that a report has to say is shown: the score, and of each case that did not pass its title and message."""
    assert f"{report['percent']}%" in shown
    for case in report["cases"]:
        if case["verdict"] not in ("passed", "skipped"):
            assert case["title"].rstrip(".") in shown
            for line in case["message"].splitlines():
                assert line in shown


@pytest.mark.slow
def test_in_colab(d2d: Command, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kernel, several answers of the page: what it hands out is judged, and in its language."""
    whole = notebook(WRONG, DOUBLE, "%d2d check mini")
    answers: dict[str, object] = {
        "ko": {"ipynb": {**whole, "metadata": {"d2d": {"language": "ko"}}}},
        "en": {"ipynb": {**whole, "metadata": {"d2d": {"language": "en"}}}},
        "late": "late",
    }
    cells = [
        f"%load_ext grader.colab\nimport json, grader.colab\ngrader.colab._ASK_SECONDS = 0.1\n{RIGHT}",
        *(
            f"from google.colab import _message\n_message.SCRIPT = json.loads({json.dumps(answer)!r})\n%d2d check mini"
            for answer in answers.values()
        ),
        "%d2d check mini --lang ko",
        "%d2d check --lang en mini mine.py",
        "print(_message.ASKED)",
        "%d2d check nothing-of-the-kind",
        "%d2d check 'mini",
        "%d2d --version",
    ]
    reports = {language: command(d2d, f"{WRONG}\n{DOUBLE}\n", language) for language in ("ko", "en")}
    _first, *shown = run(course, monkeypatch, cells, [STAND_IN])
    by_name = dict(zip(answers, shown, strict=False))
    says(by_name["ko"], reports["ko"])
    assert re.search("[가-힣]", by_name["ko"])
    says(by_name["en"], reports["en"])
    assert not re.search("[가-힣]", by_name["en"])
    assert "Colab did not hand out this notebook" in by_name["late"]
    assert "100%" in by_name["late"]
    told, named, asked, unknown, unclosed, version = shown[len(answers) :]
    assert re.search("[가-힣]", told)
    says(named, reports["en"])
    assert eval(asked) == [("get_ipynb", "", 0.1)] * (len(answers) + 1)
    assert "nothing-of-the-kind" in unknown
    assert "No closing quotation" in unclosed
    assert version.startswith("d2d")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "late",
        {"error": "no page"},
        "<html>",
        {},
        {"ipynb": [1]},
        {"ipynb": {"metadata": {}}},
        {"ipynb": {"cells": 3}},
    ],
)
def test_what_the_page_answers_where_it_is_no_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: object
) -> None:
    monkeypatch.syspath_prepend(str(STAND_IN))
    with patch.dict(sys.modules):  # nothing of the stand-in is left for other tests
        message = importlib.import_module("google.colab._message")
        monkeypatch.setattr(message, "SCRIPT", answer)
        monkeypatch.setattr(colab, "_ASK_SECONDS", 0.01)
        session = SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", "x = 1", "%d2d check mini"]))
        found = colab.current_notebook(session)
    assert [cell["source"] for cell in found["cells"]] == ["x = 1", "%d2d check mini"]
    assert "Colab did not hand out this notebook" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"d2d": {"language": "ko"}}, "ko"),
        ({"d2d": {"language": "xx"}}, None),
        ({"d2d": 1}, None),
        ([1], None),
        (None, None),
    ],
)
def test_the_language_of_a_notebook(metadata: object, language: str | None) -> None:
    assert colab._language({"metadata": metadata}) == language
    assert colab._language({}) is None


@pytest.mark.slow
def test_in_jupyter_where_nothing_can_be_forked(d2d: Command, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows and macOS: the cells that were run are judged, by workers of an interpreter each."""
    (course / "site").mkdir()
    (course / "site" / "sitecustomize.py").write_text(SPAWNED, "utf-8")
    cells = ["%load_ext grader.colab", WRONG, DOUBLE, "raise_nothing = 1", "%d2d check mini"]
    shown = run(course, monkeypatch, cells, [course / "site"])[-1]
    says(shown, command(d2d, f"{WRONG}\n{DOUBLE}\n", "en"))
    assert re.search(r"sandbox: process\s*(·|\n|$)", shown), shown[-300:]


@dataclass(frozen=True)
class Machine:
    """A machine such as Colab's: the libraries are there, d2d is not; and the members' repository somewhere."""

    python: Path
    repository: Path

    def run(self, folder: Path, made: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Run all cells of a notebook in `folder`, in which nothing else lies."""
        home, page = folder.parent / "home", folder.parent / "page.json"
        kernel = home / "kernels" / "colab"
        kernel.mkdir(parents=True)
        argv = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        named = {"argv": argv, "display_name": "Colab", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(named), "utf-8")
        for name in ("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_PATH"):
            monkeypatch.setenv(name, str(home))
        for name, value in {"PYTHONPATH": str(STAND_IN), "PIP_NO_INDEX": "1", "LANG": "C.UTF-8"}.items():
            monkeypatch.setenv(name, value)
        page.write_text(f'{{"ipynb": {nbformat.writes(made)}}}', "utf-8")
        shows = "import json, pathlib\nfrom google.colab import _message\n"
        shows += f"_message.SCRIPT = json.loads(pathlib.Path({str(page)!r}).read_text('utf-8'))"
        made.cells.insert(0, nbformat.v4.new_code_cell(shows))
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(made, timeout=600, startup_timeout=600, kernel_name="colab", resources=resources).execute()
        return made


@pytest.fixture(scope="module")
def colabs_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    home = tmp_path_factory.mktemp("machine")
    venv.create(home / "venv", symlinks=True)
    (packages,) = (home / "venv").glob("lib/python*/site-packages")
    (home / "libraries").mkdir()
    for entry in Path(pytest.__file__).parents[1].iterdir():
        if not entry.name.startswith(("d2d_grader", "__editable__", "grader")) and entry.suffix != ".pth":
            (home / "libraries" / entry.name).symlink_to(entry)
    (packages / "libraries.pth").write_text(f"{home / 'libraries'}\n", "utf-8")
    repository, course = home / "assignments", home / "staff"
    course.mkdir()
    for name in ("assignments", "reference"):
        (course / name).symlink_to(ROOT / name)
    text = f'name = "Study"\ninstall = "{build_wheel(home).as_uri()}"\nmembers = "{repository.as_uri()}"\n'
    (course / "d2d.toml").write_text(text, "utf-8")
    write_release(find_course(course), ["hw1"], repository, ("ko", "en"))
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=park", "-c", "user.email=park@example.org", "commit", "-qm", "hw1"],
    ):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
    return Machine(home / "venv" / "bin" / "python", repository)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the layout of an environment differs there")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_released_notebook_in_colab_from_its_first_cell_to_a_full_check(
    colabs_machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The notebook alone, filled in: its first cell installs and clones, and a later one leaves the folder."""
    file = colabs_machine.repository / "assignments" / "hw1" / f"hw1.{language}.ipynb"
    made: Any = nbformat.read(file, 4)
    assert "pip install" in made.cells[0].source
    place = tmp_path / "content"
    place.mkdir()
    written = [nbformat.v4.new_code_cell(text) for text in ((ROOT / "reference" / "hw1.py").read_text("utf-8"), LEAVE)]
    made.cells = [made.cells[0], *written, made.cells[-1]]
    cells = colabs_machine.run(place, made, monkeypatch).cells
    shown = "\n".join(map(text_of, cells[-1].outputs))
    assert "100%" in shown
    assert bool(re.search("[가-힣]", shown)) is (language == "ko")
    assert (place / "d2d-course" / "d2d.toml").is_file()
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
