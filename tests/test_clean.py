"""What a terminal would obey, and that none of it is left; lists of names that stay short."""

from __future__ import annotations

import unicodedata

import pytest

from grader.clean import first_few, inline, printable
from tests.cost import turns
from tests.courses import more_of_the_same


@pytest.mark.parametrize("text", ["", "loss = 0.25", "손실 함수\n\t기울기", "αβγ ½ → ✓ 漢字 👍", "a\n\nb"])
def test_readable_text_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hfull marks", "full marks"),
        ("\x9b31mred", "red"),
        ("\x1b]0;new title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;new title\x9ctext", "text"),
        ("\x1bPpayload\x1b\\text", "text"),
        ("\x1bctext", "text"),
        ("\x1b(0text", "text"),
        ("text\x1b", "text\\x1b"),
    ],
)
def test_escape_sequences_go(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a\\x00b"),
        ("a\x07\x08b", "a\\x07\\x08b"),
        ("a\x7fb", "a\\x7fb"),
        ("a\x85b", "a\\x85b"),
        ("a\vb\fc", "a b c"),
        ("a\r\nb", "a\nb"),
        ("10%\r20%\r", "10%\n20%\n"),
        ("a\u2028b\u2029c", "a b c"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("a\u2066b\u2069c\u200fd", "a\\u2066b\\u2069c\\u200fd"),
        ("ad\u200bmin\ufeff\u00ad", "admin"),
        ("a\U000e0041b", "ab"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_controls_are_shown_or_gone(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_nothing_invisible_is_left_of_any_character() -> None:
    """Every code point there is; in their order no two of them make a sequence of their own."""
    for start in range(0, 0x110000, 1000):
        text = "".join(map(chr, range(start, min(start + 1000, 0x110000))))
        left = {unicodedata.category(char) for char in printable(text).replace("\n", "").replace("\t", "")}
        assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}, hex(start)


def test_length_is_bounded_and_says_so() -> None:
    assert printable("x" * 2000) == "x" * 2000
    assert printable("x" * 2001) == "x" * 1999 + "…"
    assert printable("abcdef", 4) == "abc…"


def test_what_grows_by_being_shown_is_bounded_too() -> None:
    assert len(printable("\x00" * 2000)) == 2000


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "\x1b",
        "\x1b[",
        "\x1b[0",
        "\x1b[0 ",
        "\x1b]",
        "\x9d",
        "\x9b0",
        "\x90\x1b",
        "\u202e",
        "e\u0301",
        "\u0301\u0316",
    ],
)
@pytest.mark.parametrize("first", ["", "\x1b]", *more_of_the_same(["\x1b[", "\x9d"])])
def test_hostile_text_takes_linear_time(first: str, piece: str) -> None:
    text = first + piece * (250_000 // len(piece))
    shown = ""

    def show() -> None:
        nonlocal shown
        shown = printable(text, limit=50_000)

    assert turns(show) < 100 * len(text)
    assert "\x1b" not in shown
    assert len(shown) <= 50_000


def test_marks_do_not_pile_up() -> None:
    shown = printable("a" + "\u0336" * 500 + "b")
    assert shown.startswith("a")
    assert shown.endswith("b")
    assert len(shown) < 10


def test_hangul_is_composed() -> None:
    """Finder stores names taken apart into letters; a terminal would show them so."""
    assert printable(unicodedata.normalize("NFD", "과제.ipynb")) == "과제.ipynb"


def test_inline_is_one_line() -> None:
    assert inline("kim\n  ✓ everything 100/100\r\n.py") == "kim ✓ everything 100/100 .py"


def test_of_many_names_the_first_are_shown() -> None:
    assert first_few(iter(["a", "b", "c"]), 2) == "a, b, …"
    assert first_few(["a", "b"], 2) == "a, b"
    assert first_few([], 2) == ""
