"""What lies beside a submission, and what the environment says, changes nothing of what `d2d check` finds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.courses import HALF, RIGHT

if TYPE_CHECKING:
    from tests.commands import Command

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


AS_A_COMMAND = [pytest.param(False, id="d2d"), pytest.param(True, id="python -m grader", marks=pytest.mark.slow)]


@pytest.mark.parametrize("module", AS_A_COMMAND)
def test_files_beside_the_submission_change_nothing(d2d: Command, surrounded: tuple[Path, Path], module: bool) -> None:
    folder, mark = surrounded
    for name in ("types.py", "typing.py"):  # `python -m` itself imports these from the current folder
        (folder / name).unlink()
    arguments = ("check", "mini", "mini.py", "--json", "-")
    done = d2d(*arguments, folder=folder, module=module)
    assert not mark.exists(), mark.read_text("utf-8")
    alone = d2d("check", "mini", d2d.write(HALF, "alone/mini.py"), "--json", "-")
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
    assert d2d("check", "mini", d2d.write(RIGHT)).returncode == 0
    assert not mark.exists()


ENVIRONMENTS = [
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
]


@pytest.mark.parametrize(
    "env",
    [pytest.param(env, marks=pytest.mark.slow if at not in (0, 3) else ()) for at, env in enumerate(ENVIRONMENTS)],
    ids=[" ".join(f"{key}={value}" for key, value in env.items()) for env in ENVIRONMENTS],
)
def test_the_environment_changes_nothing(d2d: Command, env: dict[str, str]) -> None:
    done = d2d("check", "mini", d2d.write(HALF), "--json", "-", env=env)
    assert done.returncode == 1, done.stderr
    assert verdicts(done.stdout) == {"test_mse": "passed", "test_one_row": "passed", "test_double": "failed"}
    assert done.stderr == ""


@pytest.mark.parametrize("module", AS_A_COMMAND)
def test_a_search_path_in_the_environment_reaches_no_worker(d2d: Command, tmp_path: Path, module: bool) -> None:
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "numpy.py").write_text("raise RuntimeError('the wrong numpy')\n", "utf-8")
    (folder / "helper.py").write_text("answer = 1\n", "utf-8")
    source = "import helper\n" + RIGHT
    done = d2d("check", "mini", d2d.write(source), "--json", "-", env={"PYTHONPATH": str(folder)}, module=module)
    assert done.returncode == 0, done.stderr
    notes = json.loads(done.stdout)["notes"]
    assert [note["kind"] for note in notes] == ["import"]
    assert "helper" in notes[0]["text"]


def verdicts(text: str) -> dict[str, Any]:
    return {case["id"].partition("::")[2]: case["verdict"] for case in json.loads(text)["cases"]}
