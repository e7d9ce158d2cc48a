"""CSV files: what is no table is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.csvfile import Column, read_sheet
from grader.errors import BadInputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "attendance.csv"


def test_a_file_that_is_not_there_is_a_folder_or_too_large(tmp_path: Path, file: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        read_sheet(file)
    with pytest.raises(BadInputError, match="can't be read"):
        read_sheet(tmp_path)
    with file.open("wb") as opened:
        opened.truncate((16 << 20) + 1)
    with pytest.raises(BadInputError, match="too large"):
        read_sheet(file)


def test_letters_of_columns() -> None:
    assert [Column(at, "").letter for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_a_declared_delimiter_is_a_single_one(file: Path) -> None:
    file.write_text("sep=,;\nmember,held\nkim,1\n", "utf-8")
    assert [column.title for column in read_sheet(file).columns] == ["sep=", ";"]
