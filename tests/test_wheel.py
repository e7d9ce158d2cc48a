"""What a member installs holds the program alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source") / "d2d"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "out"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    return zipfile.ZipFile(next(out.glob("*.whl")))


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
    for source in [*ROOT.glob("reference/*.py"), *ROOT.glob("assignments/*/test_hidden.py")]:
        lines = {line.strip() for line in source.read_text("utf-8").splitlines()}
        telling = [line for line in lines if len(line) > 40 and not line.startswith(("import ", "from "))]
        assert telling, source
        assert [line for line in telling if line.encode() in content] == []
