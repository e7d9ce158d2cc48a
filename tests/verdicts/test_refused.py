"""Files that are no submission: `d2d check` says what is wrong in one sentence, and judges nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.courses import RIGHT

if TYPE_CHECKING:
    from tests.commands import Command


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
    file = d2d.write(RIGHT)
    (d2d.folder / "ring.py").symlink_to(file.name)
    file.unlink()
    file.symlink_to("ring.py")
    bad(d2d, file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_the_right_to_read_it(d2d: Command) -> None:
    file = d2d.write(RIGHT)
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
    bad(d2d, d2d.write(RIGHT, name), ".py", ".ipynb")


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
    bad(d2d, d2d.write(text, "kim.ipynb"), "notebook")
