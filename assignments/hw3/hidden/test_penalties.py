"""hw3, hidden cases: the penalties on weights."""

import pytest
from common import away_from_0, put
from inputs import agree, double, draw

from grader import case, read


@case("penalties", points="3/4", concept="bias")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_spares_biases(student, reference, rng, name):
    """The penalty is on weights: not on biases, nor on what batch norm learns."""
    arrays = draw(rng, (4, 2), (4,), (4,), (4,), (3, 4), (3,))

    def script(side):
        return [getattr(side, name)(put(side.live.MLP([2, 4, 3], batch_norm=True), *arrays), 0.3)]

    agree(student, reference, script)


@case("penalties", points=1, concept="gradient")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_gradient(student, reference, rng, name):
    """The penalty and its gradient, on every weight of a nested network with Maxout."""
    arrays = [away_from_0(rng, *shape) for shape in ((4, 2), (4,), (4, 2), (4,), (1, 4), (1,))]

    def script(side):
        inner, last = side.live.Maxout(2, 4), side.live.Linear(4, 1)
        net = put(side.live.Sequential(side.live.Sequential(inner), last), *arrays)
        penalty = getattr(side.live, name)(net, 0.3)
        penalty.backward()
        return [read(penalty), *(read(parameter.grad) for parameter in list(net.parameters())[::2])]

    agree(student, reference, script)


@case("penalties", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_dtype(student, reference, rng, name):
    """The penalty is of the precision of the weights."""
    arrays = draw(rng, (4, 2), (4,))

    def script(side):
        layer = put(side.live.Linear(2, 4), *arrays)
        return [getattr(side, name)(layer, 0.3), getattr(side, name)(double(layer), 0.3)]

    agree(student, reference, script, dtype=True)
