"""hw2, hidden cases: Value at its edges, the walk back through several operations, and compositions."""

import pytest
from inputs import ARITHMETIC, PAIRED, WALKS
from test_public import ENDLESS, agree, number, signed

from grader import case


def derived(who, make, *numbers):
    """The numbers that `make` gives (one or several), and the derivative of their sum by each of `numbers`."""
    values = [who.live.Value(x) for x in numbers]
    made = make(*values)
    outs = made if isinstance(made, tuple) else (made,)
    for out in outs if isinstance(made, tuple) else (made + who.live.Value(ENDLESS),):
        out.backward()
    return [[number(out.data) for out in outs], [number(value.grad) for value in values]]


def operators(names):
    """The cases that a case about these operators needs."""
    return tuple(f"test_value_operator_gradient[{name}]" for name in names.split())


@case("Value", points="1/4", concept="plain-number")
@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("side", ["left", "right"])
def test_value_constant(student, reference, rng, name, side):
    """Value: a plain number on one side of an operator."""
    c, x = signed(rng, 2).tolist()
    agree(derived, student, reference, lambda a: PAIRED[name](*((c, a) if side == "left" else (a, c))), x)


@case("Value", points="1/2", concept="power")
@pytest.mark.parametrize("n", [-1, -3, 0.5])
def test_value_power(student, reference, rng, n):
    """Value: powers below 1, also of numbers below 0."""
    agree(derived, student, reference, lambda a: a**n, float(rng.uniform(0.3, 2)) * (1 if n == 0.5 else -1))


@case("Value", points=1, concept="walk", needs=operators("add mul"))
@pytest.mark.parametrize("name", WALKS)
def test_value_walk(student, reference, rng, name):
    """Value: backward through several operations gives every leaf all of its gradient, once."""
    agree(derived, student, reference, WALKS[name], *signed(rng, 2).tolist())


@case("Value", points="1/2", concept="edge-of-a-function")
@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_value_edge(student, reference, rng, name):
    """Value: relu at 0, sigmoid and tanh far from 0."""
    for x in (0.0, 1000.0, -1000.0, *signed(rng, 1).tolist()):
        agree(derived, student, reference, lambda a: getattr(a, name)(), x)


FUNCTIONS = tuple(f"test_value_function_gradient[{name}]" for name in ("exp", "log", "tanh", "sigmoid", "relu"))


@case("Value", points=1, concept="composition", needs=operators("add sub mul truediv pow neg") + FUNCTIONS)
def test_value_composition(student, reference, rng):
    """Value: all operations together."""

    def make(a, b, c):
        inner = (a * b - c).tanh() + (c * c + 1.0).log()
        outer = (inner / (b.exp() + 1.0)).sigmoid() * (a.relu() + c.relu())
        return outer**2 - inner * -a + b / c

    agree(derived, student, reference, make, *(signed(rng, 3) * [1, 1, -1]).tolist())
