"""What a member installs holds the program alone."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import grader
from grader.course.course import find_course
from tests.wheels import build_wheel

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel")))


def test_the_wheel_holds_the_program_alone(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"grader", f"d2d_grader-{grader.__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_the_program(wheel: zipfile.ZipFile) -> None:
    files = [file for file in (ROOT / "grader").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    expected = {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}
    assert expected <= set(wheel.namelist())
    assert "grader/locale/ko/LC_MESSAGES/d2d.mo" in expected


def test_nothing_of_reference_or_hidden_cases_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    content = b"\0".join(wheel.read(name) for name in wheel.namelist())
    for source in [*ROOT.glob("reference/*.py"), *ROOT.glob("assignments/*/hidden/*.py")]:
        lines = {line.strip() for line in source.read_text("utf-8").splitlines()}
        telling = [line for line in lines if len(line) > 40 and not line.startswith(("import ", "from "))]
        assert telling, source
        assert [line for line in telling if line.encode() in content] == []


def test_every_library_that_is_imported_is_declared(wheel: zipfile.ZipFile) -> None:
    (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    requirements = re.findall(
        r"^Requires-Dist: ([\w.-]+)(?!.*extra == 'dev')", wheel.read(metadata).decode(), re.MULTILINE
    )
    declared = {name.lower() for name in requirements}
    imported = set()
    for name in wheel.namelist():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(wheel.read(name))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    libraries = {name.lower() for name in imported - sys.stdlib_module_names - {"grader"}}
    # Colab and Jupyter bring the first two, `distributed` brings dask.
    assert libraries - declared == {"google", "ipython", "dask"}


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries that it needs are those of this one, the program is not."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, str(wheel.filename)], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    # Behind its own packages; the .pth of the editable installation is not read there, so the program is the wheel's.
    (packages / "libraries.pth").write_text(str(Path(pytest.__file__).parent.parent) + "\n", "utf-8")
    where = subprocess.run([python, "-Ic", "import grader; print(grader.__file__)"], check=True, capture_output=True)
    assert Path(where.stdout.decode().strip()).is_relative_to(packages)
    return home / "bin" / "d2d"


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `d2d release --all` makes in an empty folder."""
    out = tmp_path_factory.mktemp("release") / "members"
    d2d = Path(sys.executable).with_name("d2d")
    subprocess.run([d2d, "release", "--all", "--out", out], cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the layout of an environment differs there")
@pytest.mark.parametrize("hw", find_course(ROOT).ids())
def test_a_released_folder_works_with_nothing_but_the_wheel(installed: Path, members: Path, hw: str) -> None:
    def check() -> tuple[int, int, bool]:
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
        command = [str(installed), "check", hw, "--json", "-"]
        done = subprocess.run(command, cwd=members, env=environment, capture_output=True, encoding="utf-8", check=False)
        report = json.loads(done.stdout)
        return done.returncode, report["percent"], report["complete"]

    assert check() == (1, 0, True)
    shutil.copy(ROOT / "reference" / f"{hw}.py", members / "assignments" / hw / f"{hw}.py")
    assert check() == (0, 100, True)
