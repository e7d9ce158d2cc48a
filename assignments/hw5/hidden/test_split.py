"""hw5, hidden cases: split."""

import numpy as np
import pytest
from common import cut, tensor

from grader import TensorValue, case, close, raises, read, unchanged


@case("split", points="3/4", concept="rounding")
@pytest.mark.parametrize(
    ("n", "ratios", "sizes"),
    [
        (101, (0.6, 0.2, 0.2), [61, 20, 20]),
        (10, (1 / 3, 1 / 3, 1 / 3), [3, 3, 4]),
        (7, (0.0, 1.0), [0, 7]),
        (1, (1.0, 0.0), [1, 0]),
    ],
    ids=["rounded", "rest", "empty", "one"],
)
def test_split_rounds(student, n, ratios, sizes):
    """Shares that do not come out even are rounded, and the last part gets what is left."""
    close([len(part) for part in cut(student, n, ratios)[0]], sizes)


@case("split", points=1, concept="shuffling")
def test_split_mixes(student):
    """Each part of split has rows from everywhere, and not in order."""
    for part in cut(student, 90, (0.4, 0.3, 0.3), seed=5)[0]:
        close(bool(part.min() < 30 and part.max() >= 60), True)
        close(bool((np.diff(part) < 0).any()), True)


@case("split", points=2, concept="seed")
def test_split_by_seed(student):
    """The same seed makes the same split, another seed another; without one it is 0."""
    first, _labels = cut(student, 50)
    for _ in range(2):
        close(cut(student, 50, seed=0)[0], first)
    others, _labels = cut(student, 50, seed=1)
    close([bool((part == same).all()) for part, same in zip(others, first, strict=True)], [False] * 3)


@case("split", points="1/2", concept="shape-check", needs="test_split_sizes")
@pytest.mark.parametrize(
    ("rows", "ratios"),
    [(9, (0.5, 0.5)), (10, (0.5, 0.4)), (10, (1.2, -0.2))],
    ids=["uneven", "not-one", "negative"],
)
def test_split_refuses(student, rows, ratios):
    """Labels that do not fit the inputs, and ratios that are no shares of a whole, are refused."""
    with raises(ValueError):
        student.live.split(tensor(np.ones((10, 2))), tensor(np.ones(rows, int)), ratios)


@case("split", points="1/2", concept="images")
def test_split_of_images(student, rng):
    """Rows of split may be images; what it was given stays as it was."""
    for shape in ((12, 3, 3), (12, 1)):
        images = rng.normal(size=shape)
        x, y = student.live.tensor(images), student.live.tensor(np.arange(12))
        parts = [read(part) for part in student.live.split(x, y, (0.5, 0.5))]
        close(sum(len(part[1].array) for part in parts), 12)
        for inputs, numbers in parts:
            close(inputs, TensorValue(images[numbers.array]), dtype=True)
        unchanged(x, images)
        unchanged(y, np.arange(12))
