"""hw3: what public and hidden cases share: how layers are filled, asked and read."""

import numpy as np

from grader import TensorValue, apart_from_chance, close, read

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ACTIVATIONS = ["Sigmoid", "Tanh", "ReLU", "LeakyReLU", "ELU"]
TRUTH = {"and_gate": [0, 0, 0, 1], "or_gate": [0, 1, 1, 1], "xor_gate": [0, 1, 1, 0], "xnor_gate": [1, 0, 0, 1]}


def tensor(values):
    """Floats as float32, which is what layers hold; labels as torch wants them."""
    values = np.asarray(values)
    return TensorValue(values.astype(np.float32 if values.dtype.kind == "f" else np.int64))


def near(actual, expected):
    """As close as float32 is after some dozen steps in any order."""
    close(actual, expected, rtol=1e-4, atol=1e-5)


def agree(student, reference, script):
    near(script(student), script(reference))


def put(module, *arrays):
    """Give a module's parameters these values, in the order in which it lists them."""
    parameters = list(module.parameters())
    close(len(parameters), len(arrays))
    for parameter, array in zip(parameters, arrays, strict=True):
        parameter.data.zero_()
        close(read(parameter.data), tensor(np.zeros(np.shape(array))))  # the shape
        parameter.data.copy_(tensor(array))
    return module


def slopes(side, module, x, upstream):
    """What comes out for x, and the gradients of x and of every parameter when `upstream` comes back."""
    held = side.tensor(np.asarray(x, np.float32), requires_grad=True)
    y = module(held)
    (y * tensor(upstream)).sum().backward()
    return [read(y), read(held.grad), *(read(parameter.grad) for parameter in module.parameters())]


def numbers(remote, shape):
    """What was read of a tensor of floats, which must have this shape."""
    value = read(remote)
    close(value, tensor(np.zeros(shape)), atol=1e6)  # the shape; and finite
    return value.array.astype(np.float64)


def factors(remote, x):
    """By how much each number of x was multiplied; x as float32 has it."""
    ratios = numbers(remote, x.shape) / x
    apart_from_chance(remote, np.unique(ratios.round(3)))
    return ratios


def share_dropped(remote, shape, p):
    """The share of zeros in what came of ones is p."""
    share = float((numbers(remote, shape) == 0).mean())
    apart_from_chance(remote, round(share / 0.05) * 0.05)
    close(share, p, limit=6.5 * (p * (1 - p) / np.prod(shape)) ** 0.5)


def some_dropped(layer, x):
    """Whether what comes of x has zeros, and not zeros alone, which chance hardly decides for a hundred numbers."""
    ratios = factors(layer(tensor(x)), x)
    return bool((ratios == 0).any() and (ratios != 0).any())


def spread(remote, shape, variance):
    """The numbers of a weight, which are drawn with this variance around 0, normal or uniform."""
    weight = numbers(remote, shape)
    steps = np.array([weight.var() / (variance / 8), weight.mean() / (0.1 * variance**0.5), np.any(weight)])
    apart_from_chance(remote, steps.round() + 0.0)
    close(weight.var(), np.float64(variance), limit=0.06 * variance)
    close(weight.mean(), np.float64(0), limit=7 * (variance / weight.size) ** 0.5)
    # The fourth moment is 1.8 of uniform numbers and 3 of normal ones; of signs alone it is 1.
    assert 1.5 < (weight**4).mean() / variance**2 < 3.5
    return weight


def away_from_0(rng, *shape):
    """Numbers of both signs between 0.1 and 2."""
    return rng.uniform(0.1, 2, size=shape) * np.resize([1, -1], shape)


def cut(side, *arguments, **options):
    """The batches as tuples, also where they came as lists."""
    found = [read(batch) for batch in side.live.batches(*arguments, **options)]
    return [tuple(batch) if isinstance(batch, list) else batch for batch in found]
