"""The candidates in a .tar, whoever wrote it and however it is damaged."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from grader.errors import BadInputError
from grader.files import MAX_BYTES
from grader.intake import tar as tar_module
from grader.intake.tar import candidates_of_tar


def tarred(*files: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def read(data: bytes) -> list[tuple[str, str, bytes]]:
    return [(each.name, each.where, each.load()) for each in candidates_of_tar(data, "kim.tar")]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["hw1.py", "과제/hw1.py", "long" * 20 + "/" + "name" * 20 + ".py"])
def test_every_format_gives_names_and_bytes(form: int, name: str) -> None:
    data = tarred((name, b"x = 1\n"), ("data.csv", b"1"), form=form)
    expected = [(name, f"kim.tar/{name}", b"x = 1\n")]
    assert read(data) == read(gzip.compress(data)) == expected


def test_the_check_sum_is_looked_at() -> None:
    data = bytearray(tarred(("hw1.py", b"x = 1\n")))
    data[0] ^= 1
    with pytest.raises(BadInputError, match="damaged"):
        read(bytes(data))


@pytest.mark.parametrize("keep", [0, 100, 511, 513])
def test_an_archive_cut_off_is_damaged(keep: int) -> None:
    data = tarred(("hw1.py", b"x = 1\n"), form=tarfile.USTAR_FORMAT)
    for cut in (data[:keep], gzip.compress(data)[:-12]):
        with pytest.raises(BadInputError, match="damaged"):
            read(cut)


def test_streams_of_gzip_one_after_another_are_one() -> None:
    data = tarred(("hw1.py", b"x = 1\n"))
    assert read(gzip.compress(data[:700]) + gzip.compress(data[700:]) + bytes(100)) == read(data)


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_module, "MAX_UNPACKED", 1 << 20)
    with pytest.raises(BadInputError, match="far more"):
        read(gzip.compress(bytes(3 << 20)))


def test_a_file_too_large_is_refused_when_it_is_asked_for() -> None:
    data = tarred(("hw1.py", bytes(MAX_BYTES + 1)), ("other.py", b"x = 1\n"))
    large, other = candidates_of_tar(data, "kim.tar")
    assert other.load() == b"x = 1\n"
    with pytest.raises(BadInputError, match="at most 32 MB"):
        large.load()


@pytest.mark.parametrize("record", [b"0 path=a.py\n", b"3 path=a.py\n", b"99999 path=a.py\n", b"x path=a.py\n", b""])
def test_a_record_that_lies_about_its_length_gives_nothing_beyond_it(record: bytes) -> None:
    assert tar_module._path(record) in record
