"""hw3, hidden cases: Maxout of several pieces."""

from common import put, slopes, tensor
from inputs import agree, draw, precise

from grader import case, read


@case("maxout", points=1, concept="gradient")
def test_maxout_three_pieces(student, reference, rng):
    """Maxout of three pieces, values and gradients."""
    arrays, (x, upstream) = draw(rng, *[(2, 4), (2,)] * 3), draw(rng, (6, 4), (6, 2))

    def script(side):
        layer = put(side.live.Maxout(4, 2, 3), *arrays)
        return slopes(side, layer, x, upstream)

    agree(student, reference, script)


@case("maxout", points="1/2", concept="composition")
def test_maxout_in_a_network(student, reference, rng):
    """Maxout inside a Sequential, all outputs negative among them."""
    arrays, x = draw(rng, (5, 3), (5,), (5, 3), (5,), (1, 5), (1,)), rng.normal(size=(4, 3))
    arrays[1], arrays[3] = arrays[1] - 4, arrays[3] - 4

    def script(side):
        net = put(side.live.Sequential(side.live.Maxout(3, 5), side.live.Linear(5, 1)), *arrays)
        return [read(net(tensor(x)))]

    agree(student, reference, script)


@case("maxout", points="1/2", concept="dtype")
def test_maxout_dtype(student, reference, rng):
    """Maxout answers in the precision of its input and weights."""
    *arrays, x = draw(rng, (2, 3), (2,), (2, 3), (2,), (4, 3))
    precise(student, reference, lambda side: put(side.live.Maxout(3, 2), *arrays), x, x[:1])
