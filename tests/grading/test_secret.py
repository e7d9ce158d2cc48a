"""The secret and the key of a run: where they are found, and that they are found again."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from grader.course.course import Term
from grader.errors import BadInputError, FileError, UsageError
from grader.grading.secret import KEY_VARIABLE, SECRET_FILE, VARIABLE, commitment, secret_of, signing_key
from grader.report.signature import keygen

TEXT = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_the_variable_is_read_as_often_as_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TEXT)
    assert [secret_of(tmp_path, None, None) for _time in range(2)] == [(TEXT.encode(), None)] * 2
    assert os.environ[VARIABLE] == TEXT
    assert not (tmp_path / SECRET_FILE).exists()


def test_a_named_file_comes_before_the_variable_and_the_variable_before_the_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("named", "configured"):
        (tmp_path / name).write_text(f"{name} {TEXT}\n", "utf-8")
    configured = tmp_path / "configured"
    assert secret_of(tmp_path, None, configured)[0] == f"configured {TEXT}".encode()
    monkeypatch.setenv(VARIABLE, TEXT)
    assert secret_of(tmp_path, None, configured)[0] == TEXT.encode()
    assert secret_of(tmp_path, tmp_path / "named", configured)[0] == f"named {TEXT}".encode()


def test_a_course_without_one_gets_one_that_stays(tmp_path: Path) -> None:
    secret, made = secret_of(tmp_path, None, None)
    assert made == tmp_path / SECRET_FILE
    assert stat.S_IMODE(made.stat().st_mode) & 0o077 == 0
    assert secret_of(tmp_path, None, None) == (secret, None)
    assert commitment(secret) == commitment(secret)


def test_what_can_not_be_a_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("short", "utf-8")
    with pytest.raises(BadInputError, match="16 characters"):
        secret_of(tmp_path, tmp_path / "short", None)
    with pytest.raises(FileError, match="no such file"):
        secret_of(tmp_path, tmp_path / "gone", None)
    (tmp_path / ".d2d").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(FileError, match="none can be kept here"):
        secret_of(tmp_path, None, None)


def test_the_key_that_is_named_comes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {name: keygen(tmp_path / name).id for name in ("named", "variable", "course")}
    term = Term(private_key=tmp_path / "course")

    def signs(named: Path | None, term: Term) -> str:
        key = signing_key(named, term)
        assert key is not None
        return key.public.id

    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert signing_key(None, Term()) is None
    assert signs(None, term) == ids["course"]
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "variable"))
    assert signs(None, term) == ids["variable"]
    assert signs(tmp_path / "named", term) == ids["named"]
    with pytest.raises(UsageError):
        signing_key(tmp_path / "named", Term(public_key=tmp_path / "course.pub"))
