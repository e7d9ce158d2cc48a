"""Fingerprints of code: what a copier changes first does not show, hostile text takes no longer, and every shared
stretch is found.
"""

from __future__ import annotations

import random

import pytest

from grader.similarity.fingerprints import MAX_CHARACTERS, WINDOW, pieces, winnowed
from tests.cost import turns
from tests.courses import more_of_the_same

from .classroom import FUNCTIONS


def bare(source: str) -> list[str]:
    return [" ".join(token.text for token in piece) for piece in pieces(source, FUNCTIONS)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("total = a + b", "t=x+y  # sum"),
        ("f(a,\n  b,\n)", "f(a, b)"),
        ('def f(x):\n    """What it does."""\n    return x', "def g(y):\n\n    # what it does\n    return y"),
        ("x = 'mean'", 'name = "sum"'),
        ("x = 0.001", "rate = 1e-12"),
        ("self.kids = kids", "self.children = children"),
        ("x = a + \\\n    b", "x = a + b"),
    ],
)
def test_what_a_copier_changes_first_does_not_show(one: str, other: str) -> None:
    assert bare(one) == bare(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("np.exp(x)", "np.log(x)"),
        ("softmax(x)", "sigmoid(x)"),
        ("a + b", "a * b"),
        ("x[0]", "x[1]"),
        ("if a:", "while a:"),
    ],
)
def test_what_makes_code_another_does_show(one: str, other: str) -> None:
    assert bare(one) != bare(other)


def test_each_definition_is_a_piece_of_its_own() -> None:
    source = "import numpy as np\nclass A:\n    @property\n    def f(self):\n        return (1,\n2)\n\n"
    source += "    def g(self): pass\nx = 1\n"
    assert [piece.split()[0] for piece in bare(source)] == ["import", "class", "@", "def", "V"]


@pytest.mark.parametrize(
    "part",
    [
        '"',
        '"""\\',
        "(",
        "\\\n",
        "def ",
        "é",
        "f'{",
        "\ud800",
        *more_of_the_same(["'\\", "a.", "1e", "@", "\0", ". a", '""" ""', "rb", "\n"]),
    ],
)
def test_hostile_text_takes_time_by_its_length_alone(part: str) -> None:
    """Four times the text may take eight times as long; what is quadratic takes sixteen times as long."""

    def cost(length: int) -> float:
        text = (part * length)[:length]
        return turns(lambda: list(pieces(text)))

    small, large = (
        min(cost(MAX_CHARACTERS // 16) for _ in range(3)),
        min(cost(MAX_CHARACTERS // 4) for _ in range(2)),
    )
    assert large < 8 * small + 1_000_000


def test_whatever_is_long_enough_is_found() -> None:
    """The promise of winnowing, on random hashes: every shared stretch of the window is in both."""
    chance = random.Random(5)
    shared = [chance.randrange(1000) for _ in range(WINDOW)]
    for _time in range(300):
        texts_ = []
        for _side in range(2):
            before, after = ([chance.randrange(1000) for _ in range(chance.randrange(9))] for _ in range(2))
            texts_.append([*before, *shared, *after])
        kept = [{hashes[at] for at in winnowed(hashes)} for hashes in texts_]
        assert kept[0] & kept[1] & set(shared)
