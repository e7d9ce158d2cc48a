"""hw5, hidden cases: standardize."""

import numpy as np
import pytest
from common import near, near_either, scaled, standardized, tensor

from grader import TensorValue, case, close, read, unchanged


@case("standardize", points=1, concept="leakage")
@pytest.mark.parametrize("others", [1, 3])
def test_standardize_leaks_nothing(student, rng, others):
    """Whatever else is standardized, the training part's numbers stay the same."""
    parts = [rng.normal(9 * at, 1 + at, size=(5 + at, 1)) for at in range(others + 1)]
    near_either(standardized(student, *map(tensor, parts)), *parts)
    near_either(standardized(student, tensor(parts[0])), parts[0])


@case("standardize", points=1, concept="division-by-zero")
@pytest.mark.parametrize("value", [2.0, 0.1], ids=["two", "tenth"])
def test_standardize_constant(student, rng, value):
    """A feature that never varies in the training part is shifted, and not divided."""
    parts = np.full((7, 1), value), rng.normal(size=(4, 1))
    near(standardized(student, *map(tensor, parts)), [tensor(part - value) for part in parts])


@case("standardize", points=1, concept="division-by-zero")
def test_standardize_tiny(student):
    """A feature that varies very little does vary: from a standard deviation of 0.000001 on it is divided."""
    training = np.array([[1.6e-6, 5e-7], [-1.6e-6, -5e-7]])
    close(standardized(student, TensorValue(training)), [TensorValue(np.array([[1, 5e-7], [-1, -5e-7]]))], atol=1e-9)


@case("standardize", points=1, concept="variance")
def test_standardize_few(student, rng):
    """Two training rows, then one: the variance is the mean of squares, so one row has 0."""
    for n in (2, 1):
        x = rng.normal(size=(n, 1))
        near(standardized(student, tensor(x)), scaled(x))


@case("standardize", points=1, concept="images")
def test_standardize_images(student, rng):
    """Each pixel of images is standardized by itself, and the inputs stay as they were."""
    arrays = rng.normal(2, 3, size=(8, 2, 3)), rng.normal(size=(0, 2, 3))
    held = [student.live.tensor(array) for array in arrays]
    near_either([read(part) for part in student.live.standardize(*held)], *arrays)
    for remote, array in zip(held, arrays, strict=True):
        unchanged(remote, array)


@case("standardize", points=1, concept="dtype")
def test_standardize_keeps_the_dtype(student, rng):
    """float64 stays float64, and float32 float32."""
    x = rng.normal(2, 3, size=(8, 2))
    for dtype in (np.float64, np.float32):
        (found,) = standardized(student, TensorValue(x.astype(dtype)))
        near_either([found], x)
        close(found.array, found.array.astype(dtype), dtype=True)
