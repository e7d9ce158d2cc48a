"""The candidates in a .zip, whoever wrote it and however it is damaged."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from grader.errors import BadInputError
from grader.files import MAX_BYTES
from grader.intake.zip import candidates_of_zip


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def read(data: bytes) -> list[tuple[str, str, bytes]]:
    return [(each.name, each.where, each.load()) for each in candidates_of_zip(data, "kim.zip")]


def test_names_and_bytes() -> None:
    data = zipped(("과제/hw1.py", b"x = 1\n"), ("data.csv", b"1"), ("./a.ipynb", b"{}"))
    assert read(data) == [
        ("과제/hw1.py", "kim.zip/과제/hw1.py", b"x = 1\n"),
        ("a.ipynb", "kim.zip/a.ipynb", b"{}"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_name_without_the_flag_is_read_as_it_was_meant(encoding: str) -> None:
    raw = "과제.py".encode(encoding)
    data = zipped(("x" * (len(raw) - 3) + ".py", b"x = 1\n")).replace(b"x" * (len(raw) - 3) + b".py", raw)
    assert [name for name, _where, _data in read(data)] == ["과제.py"]


def test_bytes_that_are_not_those_of_the_check_sum() -> None:
    data = zipped(("hw1.py", b"x = 1\n"), method=zipfile.ZIP_STORED).replace(b"x = 1\n", b"x = 2\n")
    with pytest.raises(BadInputError, match="damaged"):
        read(data)


def test_a_method_that_unpacks_without_bounds_is_not_used() -> None:
    with pytest.raises(BadInputError, match="damaged"):
        read(zipped(("hw1.py", b"x = 1\n"), method=zipfile.ZIP_LZMA))


def test_a_password_is_named() -> None:
    data = bytearray(zipped(("hw1.py", b"x = 1\n")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadInputError, match="password"):
        read(bytes(data))


@pytest.mark.parametrize("stated", [None, 10])
def test_a_size_is_refused_and_a_false_one_too(stated: int | None) -> None:
    data = bytearray(zipped(("hw1.py", bytes(MAX_BYTES + 1))))
    if stated is not None:
        at = data.index(b"PK\x01\x02") + 24
        data[at : at + 4] = struct.pack("<L", stated)
    with pytest.raises(BadInputError):
        read(bytes(data))


def test_text_that_shrinks_too_well_is_a_bomb() -> None:
    with pytest.raises(BadInputError, match="far more"):
        read(zipped(("hw1.py", bytes(30 << 20))))


@pytest.mark.parametrize("keep", [0, 10, 60, -1, -10])
def test_an_archive_cut_off_is_damaged(keep: int) -> None:
    with pytest.raises(BadInputError, match="damaged"):
        read(zipped(("hw1.py", b"x = 1\n"))[:keep])
