"""What nobody should hand in: each ends in one sentence, in little time and memory, and nothing is written anywhere."""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import files as file_module
from grader.errors import BadInputError
from grader.files import MAX_BYTES
from grader.intake import candidate as candidate_module
from grader.intake import tar as tar_module
from grader.intake.read import read_submission
from tests.cost import turns

MOST_TURNS = 200_000_000  # of an empty loop: some seconds
BOOK = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}], "metadata": {}, "nbformat": 4})


@pytest.fixture(autouse=True)
def nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test works in an empty folder, and it is empty afterwards."""
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("TMPDIR", str(scratch))
    yield
    assert list(here.iterdir()) == []
    assert list(scratch.iterdir()) == []


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., BadInputError]:
    def refuse(name: str, content: bytes | None = None) -> BadInputError:
        path = tmp_path / name
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        refusals: list[BadInputError] = []

        def attempt() -> None:
            with pytest.raises(BadInputError) as caught:
                read_submission(path, "hw1")
            refusals.append(caught.value)

        assert turns(attempt) < MOST_TURNS
        (refusal,) = refusals
        assert refusal.exit_code == 2
        assert "\n" not in refusal.what
        assert refusal.what.endswith(".")
        assert str(tmp_path) in str(refusal.where)
        return refusal

    return refuse


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_half_a_gigabyte_is_refused_by_its_size(tmp_path: Path, refused: Callable[..., BadInputError]) -> None:
    with (tmp_path / "kim.ipynb").open("wb") as file:
        file.truncate(500 << 20)
    tracemalloc.start()
    try:
        assert "500 MB" in refused("kim.ipynb").what
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '{"cells":' + "[" * 100_000], ids=["[", "{", "cells"]
)
def test_nesting_without_end(refused: Callable[..., BadInputError], text: str) -> None:
    assert "no notebook" in refused("kim.ipynb", text.encode()).what


def test_objects_without_end(refused: Callable[..., BadInputError]) -> None:
    text = '{"cells": [' + "{}," * 3_000_000 + "{}]}"
    assert "no notebook" in refused("kim.ipynb", text.encode()).what


def test_cells_without_end(refused: Callable[..., BadInputError]) -> None:
    cells = ",".join(['{"cell_type":"code","source":"x"}'] * 6_000)
    assert "5000" in refused("kim.ipynb", f'{{"cells": [{cells}]}}'.encode()).what


def test_code_without_end(refused: Callable[..., BadInputError]) -> None:
    assert "8 MB" in refused("kim.py", b"x = 1\n" * (2 << 20)).what
    book = json.dumps({"cells": [{"cell_type": "code", "source": "x" * (9 << 20)}]})
    assert "8 MB" in refused("kim.ipynb", book.encode()).what


def test_a_number_of_a_million_digits(tmp_path: Path) -> None:
    path = tmp_path / "kim.ipynb"
    path.write_text(BOOK[:-1] + ', "count": ' + "9" * 1_000_000 + "}", "utf-8")
    assert read_submission(path, "hw1").cells[0].source == "x = 1"
    assert turns(lambda: read_submission(path, "hw1")) < 100 * 1_000_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_what_is_no_file(tmp_path: Path, refused: Callable[..., BadInputError]) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    refused("fifo.py")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket.py"))
        refused("socket.py")
    (tmp_path / "device.py").symlink_to("/dev/zero")
    refused("device.py")
    (tmp_path / "nowhere.py").symlink_to(tmp_path / "gone.py")
    refused("nowhere.py")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    refused("loop.py")
    refused("gone.py")
    os.mkfifo(tmp_path / "fifo")
    refused("fifo")


def test_a_link_is_followed_where_a_person_named_it_and_not_in_a_folder(
    tmp_path: Path, refused: Callable[..., BadInputError]
) -> None:
    (tmp_path / "secret.py").write_text("secret = 1\n", "utf-8")
    (tmp_path / "hw1.py").symlink_to(tmp_path / "secret.py")
    assert read_submission(tmp_path / "hw1.py", "hw1").cells[0].source == "secret = 1\n"
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "hw1.py").symlink_to(tmp_path / "secret.py")
    assert "link" in refused("kim").what
    (folder / "sub").symlink_to(tmp_path, target_is_directory=True)
    assert "link" in refused("kim").what
    (folder / "other.py").write_text("x = 1\n", "utf-8")
    assert read_submission(folder, "hw1").file == "other.py"


def test_a_file_put_in_place_of_a_link_between_looking_and_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.py").write_text("secret = 1\n", "utf-8")
    path = tmp_path / "hw1.py"
    path.write_text("x = 1\n", "utf-8")
    opened = os.open

    def swapped(name: Path, flags: int) -> int:
        path.unlink()
        path.symlink_to(tmp_path / "secret.py")
        return opened(name, flags)

    monkeypatch.setattr(file_module.os, "open", swapped)
    with pytest.raises(BadInputError):
        file_module.read_submitted(path, follow=False)


def test_a_file_that_grows_shrinks_or_vanishes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kim.py"
    path.write_text("x = 1\n", "utf-8")
    whole = os.read

    def growing(descriptor: int, size: int) -> bytes:
        with path.open("ab") as file:
            file.write(b"y = 2\n" * (1 << 20))
        return whole(descriptor, size)

    monkeypatch.setattr(file_module.os, "read", growing)
    with pytest.raises(BadInputError, match=r"at most 32 MB"):
        read_submission(path, "hw1")

    def once(descriptor: int, size: int) -> bytes:
        monkeypatch.setattr(file_module.os, "read", whole)
        path.write_text("x = 12345\n", "utf-8")
        return whole(descriptor, size)

    path.write_text("x = 1\n", "utf-8")
    monkeypatch.setattr(file_module.os, "read", once)
    with pytest.raises(BadInputError, match="changed while"):
        read_submission(path, "hw1")

    def gone(_path: object, **_keywords: object) -> os.stat_result:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(file_module.os, "stat", gone)
    with pytest.raises(BadInputError, match="no such file"):
        file_module.read_submitted(path)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = "과제".encode("cp949") + b".py"
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    try:
        path.write_text("x = 1\n", "utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    submission = read_submission(path, "hw1")
    json.dumps([submission.member, submission.file], ensure_ascii=False).encode("utf-8")


def test_names_that_macos_took_apart(tmp_path: Path) -> None:
    path = tmp_path / "\u1100\u1175\u11b7.py"  # 김 in its three letters
    path.write_text("x = 1\n", "utf-8")
    assert read_submission(path, "hw1").member == "김"


def test_a_name_with_a_nul(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        read_submission(Path(f"{tmp_path}/a\0.py"), "hw1")


# -- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_of_very_many_files(
    tmp_path: Path, refused: Callable[..., BadInputError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate_module, "MAX_ENTRIES", 100)  # ten thousand files would take this test seconds to make
    (tmp_path / "kim").mkdir()
    for number in range(101):
        os.close(os.open(tmp_path / "kim" / f"{number}.txt", os.O_CREAT | os.O_WRONLY))
    assert "more than 100 files" in refused("kim").what


@pytest.mark.slow
def test_a_folder_of_a_hundred_thousand_files(tmp_path: Path, refused: Callable[..., BadInputError]) -> None:
    (tmp_path / "kim").mkdir()
    for number in range(100_000):
        os.close(os.open(tmp_path / "kim" / f"{number}.py", os.O_CREAT | os.O_WRONLY))
    assert "10000" in refused("kim").what


def test_folders_in_folders_in_folders(tmp_path: Path, refused: Callable[..., BadInputError]) -> None:
    deep = tmp_path / "kim" / "/".join("d" * 200)
    deep.mkdir(parents=True)
    (deep / "hw1.py").write_text("x = 1\n", "utf-8")
    refused("kim")


def test_what_tools_leave_behind_is_not_the_members(tmp_path: Path) -> None:
    names = [".ipynb_checkpoints/hw1-checkpoint.py", "venv/hw1.py", ".git/hw1.py", "test_public.py", "conftest.py",
             "__MACOSX/._hw1.py", "._hw1.py"]  # fmt: skip
    for name in [*names, "hw1.py"]:
        file = tmp_path / "kim" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\ndef f():\n    return 1\n", "utf-8")
    submission = read_submission(tmp_path / "kim", "hw1")
    assert (submission.file, submission.notes) == ("hw1.py", ())


# -- archives --------------------------------------------------------------------------------------------------------


def zipped(*files: tuple[str, bytes], level: int = 9) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def test_bombs(refused: Callable[..., BadInputError], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more than" in refused("a.zip", zipped(("hw1.py", bytes(30 << 20)))).what
    assert "at most" in refused("b.zip", zipped(("hw1.py", bytes(MAX_BYTES + 1)))).what
    lying = bytearray(zipped(("hw1.py", bytes(MAX_BYTES + 1))))
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<L", 10)  # ten bytes, it says
    refused("c.zip", bytes(lying))
    monkeypatch.setattr(tar_module, "MAX_UNPACKED", 32 << 20)
    assert "more than" in refused("d.tar.gz", gzip.compress(bytes(40 << 20), 1)).what
    members = gzip.compress(bytes(10 << 20), 1) * 4  # one stream after another
    assert "more than" in refused("e.tgz", members).what


def test_a_bomb_beside_the_notebook_is_never_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "kim.zip"
    path.write_bytes(zipped(("hw1.ipynb", BOOK.encode()), ("data.csv", bytes(100 << 20))))
    tracemalloc.start()
    try:
        assert read_submission(path, "hw1").file == "hw1.ipynb"
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


def test_very_many_entries(refused: Callable[..., BadInputError]) -> None:
    entry = tarred(("a.txt", b""))[:512]
    assert "10000" in refused("a.tar", entry * 100_000 + bytes(1024)).what
    files = [(f"{number}.txt", b"") for number in range(10_001)]
    assert "10000" in refused("b.zip", zipped(*files, level=0)).what
    directory = bytearray(zipped(("a.txt", b"")))
    at = directory.index(b"PK\x05\x06")
    directory[at + 12 : at + 16] = struct.pack("<L", 90 << 20)
    assert "10000" in refused("c.zip", bytes(directory)).what


@pytest.mark.parametrize("name", ["../hw1.py", "a/../../hw1.py", "/hw1.py", "C:\\hw1.py", "..\\hw1.py"])
def test_paths_that_lead_out(refused: Callable[..., BadInputError], name: str) -> None:
    assert "outside" in refused("a.zip", zipped((name, b"x = 1\n"))).what
    assert "outside" in refused("b.tar", tarred((name.replace("\\", "/"), b"x = 1\n"))).what


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o140644])
def test_a_zip_with_what_is_no_file(refused: Callable[..., BadInputError], mode: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("hw1.py")
        info.create_system, info.external_attr = 3, mode << 16
        archive.writestr(info, "/etc/passwd")
    refused("a.zip", buffer.getvalue())


def test_several_entries_of_one_name_are_versions(tmp_path: Path) -> None:
    path = tmp_path / "kim.zip"
    with pytest.warns(UserWarning, match="Duplicate"):
        path.write_bytes(zipped(("hw1.py", b"x = 1\n"), ("hw1.py", b"def f():\n    return 1\n")))
    assert "return 1" in read_submission(path, "hw1").cells[0].source


def test_sizes_of_a_tar_that_cannot_be(refused: Callable[..., BadInputError]) -> None:
    for size in (b"\xff" * 12, b"\x80" + b"\xff" * 11, b"-0000000512\0", b"77777777777\0", b"abc" + bytes(9)):
        header = bytearray(tarred(("hw1.py", b""))[:512])
        header[124:136] = size
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        assert "damaged" in refused("a.tar", bytes(header) + bytes(1024)).what


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\x1f\x8b", b"x" * 2000, bytes(10_240)])
def test_archives_that_are_none(refused: Callable[..., BadInputError], name: str, data: bytes) -> None:
    refused(name, data)


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.docx", "a", ".py", "a.py.txt"])
def test_kinds_that_are_not_read(refused: Callable[..., BadInputError], name: str) -> None:
    assert "Only" in refused(name, b"x = 1").what
