"""hw5, hidden cases: standardize."""

import numpy as np
import pytest
from test_public import near, standardized, tensor

from grader import TensorValue, case, close, read, unchanged


@case("standardize", points=2, concept="leakage")
@pytest.mark.parametrize("others", [1, 3])
def test_standardize_leaks_nothing(student, reference, rng, others):
    """Whatever else is standardized, the training part's numbers stay the same."""
    training, *rest = (tensor(rng.normal(9 * at, 1 + at, size=(5 + at, 3))) for at in range(others + 1))
    near(standardized(student, training, *rest), standardized(reference, training, *rest))
    near(standardized(student, training, *rest)[0], standardized(reference, training)[0])


@case("standardize", points="2/3", concept="division-by-zero")
@pytest.mark.parametrize("value", [0.0, 0.1], ids=["zero", "tenth"])
def test_standardize_constant(student, reference, rng, value):
    """A feature that never varies in the training part is shifted, and not divided."""
    training, others = rng.normal(size=(2, 7, 3))
    training[:, 1], others[:, 1] = value, value + 0.5
    arrays = tensor(training), tensor(others)
    near(standardized(student, *arrays), standardized(reference, *arrays))


@case("standardize", points="2/3", concept="division-by-zero")
def test_standardize_tiny(student, reference):
    """A feature that varies very little does vary: from a standard deviation of 0.000001 on it is divided."""
    arrays = TensorValue(np.array([[1.5e-6, 5e-7], [-1.5e-6, -5e-7]])), TensorValue(np.array([[3e-6, 1e-6]]))
    close(standardized(student, *arrays), standardized(reference, *arrays), atol=1e-9)


@case("standardize", points=1, concept="variance")
def test_standardize_few(student, reference, rng):
    """Two training rows, then one: the variance is the mean of squares, so one row has 0."""
    for n in (2, 1):
        arrays = tensor(rng.normal(size=(n, 4))), tensor(rng.normal(size=(3, 4)))
        near(standardized(student, *arrays), standardized(reference, *arrays))


@case("standardize", points=1, concept="images")
def test_standardize_images(student, reference, rng):
    """Each pixel of images is standardized by itself; float64 stays float64, and the inputs stay as they were."""
    arrays = rng.normal(2, 3, size=(8, 2, 3)), rng.normal(size=(0, 2, 3))
    held = [student.live.tensor(array) for array in arrays]
    answers = [read(part) for part in student.live.standardize(*held)]
    close(answers, standardized(reference, *map(TensorValue, arrays)), dtype=True)
    for remote, array in zip(held, arrays, strict=True):
        unchanged(remote, array)
