"""hw2, hidden cases: gradcheck, on functions with right and with wrong gradients."""

import numpy as np
import pytest
from inputs import operations
from test_public import given, says, signed

from grader import case, close, read

SQUARES = "lambda a: (a * a).sum()"
# gradcheck answers yes or no. If the engine itself is wrong, the answer says nothing about gradcheck.
ENGINE = (*operations("mul sum"), "test_tensor_walk[a*a]")


def checks(student, source, right, *arrays, wants=(True, True), **options):
    """The answer of gradcheck must be `right`; what comes back are the tensors that it was given."""
    f = given(student, source)
    tensors = [student.live.Tensor(a, requires_grad=want) for a, want in zip(arrays, wants, strict=False)]
    says(student.gradcheck(f, *tensors, **options), right)
    return tensors


CHECKED = {
    "first": ("a * a * b", "a * a.data * b", (True, True)),
    "second": ("a * b * b", "a * b * b.data", (True, True)),
    "no-gradient-asked": ("a * b * b.data", "a * a.data * b", (True, False)),
    "not-used": ("a * a", "a * a + b.data", (True, True)),
}


@case("gradcheck", points="3/4", concept="every-input", needs=ENGINE)
@pytest.mark.parametrize("name", CHECKED)
def test_gradcheck_inputs(student, rng, name):
    """Every input that asks for a gradient is checked by gradcheck, used or not, and no other."""
    right, wrong, wants = CHECKED[name]
    x = signed(rng, 2, 3), signed(rng, 2, 3) + 3
    checks(student, f"lambda a, b: ({right}).sum()", True, *x, wants=wants)
    checks(student, f"lambda a, b: ({wrong}).sum()", False, *x, wants=wants)


@case("gradcheck", points=1, concept="every-element", needs=ENGINE)
def test_gradcheck_elements(student, rng):
    """One wrong element of a gradient does not escape gradcheck, and two do not cancel."""
    x = signed(rng, 2, 3)
    checks(student, SQUARES, True, x)
    for wrong in ([[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, -1]]):
        checks(student, f"lambda a: (a * a + a.data * {wrong}).sum()", False, x)


@case("gradcheck", points=1, concept="tolerance", needs=ENGINE)
def test_gradcheck_tolerance(student, rng):
    """What gradcheck forgives grows with the gradient, follows rtol and atol, and has the defaults of the handout."""
    x = signed(rng, 4)
    checks(student, "lambda a: (a * a * a * 1e7).sum()", True, x)
    for source, option in (("a * a + a.data * a.data * 0.01", "rtol"), ("a * 1e-3 + a.data * 1e-4", "atol")):
        checks(student, f"lambda a: ({source}).sum()", False, x)
        checks(student, f"lambda a: ({source}).sum()", True, x, **{option: 0.1})
    for wrong, default in (("a * a + a.data * a.data * {}", 1e-4), ("a * 0 + a.data * {}", 1e-6)):
        checks(student, f"lambda a: ({wrong.format(0.5 * default)}).sum()", True, x)
        checks(student, f"lambda a: ({wrong.format(1.5 * default)}).sum()", False, x)
    # 0.8 is within a half of the slope 1.8, though not of the gradient 1; with 0.4 and 0.6 it is the other way round
    checks(student, "lambda a: (a + a.data * 0.8).sum()", True, x, rtol=0.5)
    checks(student, "lambda a: (a - a.data * 0.4).sum()", False, x, rtol=0.5)
    checks(student, "lambda a: a.relu().sum()", True, np.full(2, 1.5e-6))  # a longer step would reach the corner


@case("gradcheck", points="1/2", concept="central-difference", needs=ENGINE)
def test_gradcheck_central(student, rng):
    """The central differences of gradcheck are exact for a parabola, also with a large step."""
    x = signed(rng, 4)
    checks(student, SQUARES, True, x, eps=0.1)
    checks(student, "lambda a: (a * a * a).sum()", False, x, eps=0.5)


@case("gradcheck", points="1/2", concept="leaves-accumulate", needs=ENGINE)
def test_gradcheck_fresh(student, rng):
    """An old gradient does not mislead gradcheck, and the data is afterwards what it was."""
    arrays = signed(rng, 3, 1), signed(rng, 3, 1) + 3
    tensors = checks(student, "lambda a, b: (a * a.data * b).sum()", False, *arrays)
    for tensor in tensors:
        (tensor * 3.0).sum().backward()
    says(student.gradcheck(given(student, "lambda a, b: (a * a * b).sum()"), *tensors), True)
    close([read(tensor.data) for tensor in tensors], list(arrays), rtol=0, atol=1e-9)
