"""Text from bytes, names from bytes, and whether a cell needs a closer look."""

from __future__ import annotations

import codecs

import pytest

from grader.errors import BadInputError
from grader.intake.text import decode_name, decode_text, lines, may_have_ipython, shown

TEXT = "# 합\nx = 1\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp949"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode("cp949"),
    ],
)
def test_every_encoding_that_editors_write_is_read(data: bytes) -> None:
    assert decode_text(data, "hw1.py") == TEXT


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"x\0", codecs.BOM_UTF8 + b"\xff", codecs.BOM_UTF16_LE + b"x"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError, match="no text"):
        decode_text(data, "hw1.py")


def test_lines_end_alike() -> None:
    assert lines("a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize("raw", ["과제.py".encode(), "과제.py".encode("cp949"), "\u1100\u116a제.py".encode()])
def test_a_name_without_an_encoding_is_decoded(raw: bytes) -> None:
    assert decode_name(raw, "?") == "과제.py"


def test_a_name_in_no_known_encoding_is_what_the_caller_says() -> None:
    assert decode_name(b"\xff\xff", "\ud800.py") == "?.py"


def test_a_shown_name_is_composed_and_can_be_encoded() -> None:
    assert shown("\u1100\u1175\u11b7.py") == "김.py"
    assert shown("a\udcff.py") == "a?.py"


@pytest.mark.parametrize(
    "source", ["!ls", "x = 1\n%time f()", "x = !ls", "np.mean?", ">>> x", "In [1]: x", "\n  x = 1"]
)
def test_a_cell_that_may_have_ipython_in_it(source: str) -> None:
    assert may_have_ipython(source)


@pytest.mark.parametrize("source", ["", "x = 1\n", "def f(x):\n    return x % 2\n", "print('what?')"])
def test_common_code_needs_no_closer_look(source: str) -> None:
    assert not may_have_ipython(source)
