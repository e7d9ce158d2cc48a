"""hw2, hidden cases: Tensor at its edges, the walk back through several operations, and compositions."""

import numpy as np
import pytest
from inputs import ARITHMETIC, PAIRED, WALKS, operations
from test_public import NEAR, agree, endless, signed, tensor_of

from grader import case, close, raises, read, unchanged


def carried(who, make, *arrays, wants=None, grad=None):
    """The arrays that `make` gives, and the gradient of each of `arrays`; `wants` says which of them ask for one."""
    pairs = zip(arrays, wants or [True] * len(arrays), strict=True)
    tensors = [who.live.Tensor(a, requires_grad=True) if want else who.live.Tensor(a) for a, want in pairs]
    made = make(*tensors)
    outs = made if isinstance(made, tuple) else (made,)
    for out in outs if isinstance(made, tuple) else (made + endless(who, grad),):
        out.backward(*([] if grad is None else [grad]))
    return [[read(out.data) for out in outs], [read(tensor.grad) for tensor in tensors]]


def agree_back(student, reference, rng, make, *arrays, **options):
    """Values and gradients agree, where the gradient given to backward is neither 1 nor uniform."""
    out = make(*(reference.live.Tensor(a) for a in arrays))
    grad = signed(rng, *np.shape(read(out.data)))
    agree(carried, student, reference, make, *arrays, grad=grad, **options)


# Operands


BROADCAST = {
    "number": ("add", (3, 4), ()),
    "row": ("add", (3, 4), (4,)),
    "leading": ("add", (4,), (2, 3, 4)),
    "leading-and-column": ("add", (3, 1), (2, 3, 4)),
    "one-row": ("mul", (1, 4), (3, 4)),
    "column": ("mul", (3, 4), (3, 1)),
    "both": ("mul", (3, 1), (1, 4)),
    "middle": ("mul", (2, 1, 4), (2, 3, 4)),
    "sub": ("sub", (4,), (3, 4)),
    "numerator": ("truediv", (4,), (3, 4)),
    "denominator": ("truediv", (3, 4), (1, 4)),
    "maxout": ("maxout", (3, 1), (3, 4)),
    "stack-of-matrices": ("matmul", (2, 3, 4), (4, 5)),
    "matrix-and-stack": ("matmul", (3, 4), (2, 4, 5)),
    "two-stacks": ("matmul", (2, 3, 4), (2, 4, 5)),
}


@case("Tensor", points="1/2", concept="broadcasting")
@pytest.mark.parametrize("name", BROADCAST)
def test_tensor_broadcast(student, reference, rng, name):
    """Tensor: the gradient of a broadcast operand has that operand's shape."""
    operator, *shapes = BROADCAST[name]
    agree_back(student, reference, rng, PAIRED[operator], *(signed(rng, *shape) for shape in shapes))


@case("Tensor", points="1/4", concept="plain-number")
@pytest.mark.parametrize("name", ARITHMETIC)
def test_tensor_constant(student, reference, rng, name):
    """Tensor: a plain number on the left of an operator."""
    c = float(rng.uniform(1.5, 3))
    agree_back(student, reference, rng, lambda a: PAIRED[name](c, a), signed(rng, 2, 3))


@case("Tensor", points="1/4", concept="array-operand")
@pytest.mark.parametrize("name", PAIRED)
def test_tensor_array(student, reference, rng, name):
    """Tensor: a NumPy array of whole numbers on the right of an operator."""
    pixels = rng.integers(1, 9, size=(3, 3)).astype(np.uint8)  # there is no -x and no 1/x among them
    agree_back(student, reference, rng, lambda a: PAIRED[name](a, pixels), 5 * signed(rng, 3, 3))


THIN = {
    "vectors-added": ("add", (4,), (4,)),
    "vectors-multiplied": ("mul", (4,), (4,)),
    "row-and-column": ("matmul", (1, 3), (3, 1)),
    "matrix-and-column": ("matmul", (2, 3), (3, 1)),
}


@case("Tensor", points="1/4", concept="thin")
@pytest.mark.parametrize("name", THIN)
def test_tensor_thin(student, reference, rng, name):
    """Tensor: vectors stay vectors, and a matrix of one row or one column stays a matrix."""
    operator, *shapes = THIN[name]
    agree_back(student, reference, rng, PAIRED[operator], *(signed(rng, *shape) for shape in shapes))


@case("Tensor", points="1/4", concept="no-gradient-asked")
@pytest.mark.parametrize("name", ["mul", "matmul"])
@pytest.mark.parametrize("wants", [(True, False), (False, True)], ids=["left", "right"])
def test_tensor_one_operand(student, reference, rng, name, wants):
    """Tensor: an operand that asks for no gradient gets none, and the other one its own."""
    agree_back(student, reference, rng, PAIRED[name], signed(rng, 3, 3), signed(rng, 3, 3) + 1, wants=wants)


@case("Tensor", points="1/2", concept="whole-numbers")
def test_tensor_whole_numbers(student, reference, rng):
    """Tensor: data and results are float64, also where whole numbers or float32 came in."""
    whole = rng.integers(1, 9, size=(2, 3))
    agree_back(student, reference, rng, lambda a: a * a / 2, whole)
    for numbers in (whole, whole.astype(np.float32), whole.tolist()):
        for make in (lambda a: a, lambda a: a + a, lambda a: (a * a).sum()):
            close(tensor_of(student, make, numbers), tensor_of(reference, make, numbers), dtype=True)


# Axes, shapes and activations


AXES = {
    **{f"{name}-{axis}": (name, {"axis": axis}) for name in ("sum", "mean", "max") for axis in (0, -1)},
    **{f"{name}-kept": (name, {"axis": 1, "keepdims": True}) for name in ("sum", "mean", "max")},
    "log_softmax-0": ("log_softmax", {"axis": 0}),
    "log_softmax-last": ("log_softmax", {}),
}


@case("Tensor", points="1/4", concept="axis")
@pytest.mark.parametrize("which", AXES)
def test_tensor_axis(student, reference, rng, which):
    """Tensor: sum, mean, max and log_softmax along one axis of three."""
    name, options = AXES[which]
    agree_back(student, reference, rng, lambda a: getattr(a, name)(**options), rng.normal(size=(2, 3, 4)))


@case("Tensor", points="1/2", concept="ties")
def test_tensor_ties(student, reference, rng):
    """Tensor: what is equally large shares the gradient, in max and in maxout."""
    x = rng.uniform(-3, 0, size=(3, 4))
    x[:, 1] = x[:, 3] = x[0, 0] = 5
    agree_back(student, reference, rng, lambda a: a.max(axis=1), x)
    agree_back(student, reference, rng, PAIRED["maxout"], x, np.where(np.arange(4) < 2, x, 0))


SHAPED = {
    "transpose-201": lambda a: a.transpose(2, 0, 1),
    "transpose-120": lambda a: a.transpose(1, 2, 0),
    "transpose-reshape": lambda a: a.transpose().reshape(3, -1),
}


@case("Tensor", points="1/2", concept="shape")
@pytest.mark.parametrize("name", SHAPED)
def test_tensor_shape(student, reference, rng, name):
    """Tensor: three axes in another order or shape, and the gradient back in the old one."""
    agree_back(student, reference, rng, SHAPED[name], signed(rng, 2, 3, 4))


ARGUMENTS = {
    "power": lambda a, _: a**-2,
    "leaky_relu": lambda a, factor: a.leaky_relu(factor),
    "elu": lambda a, factor: a.elu(factor),
}


@case("Tensor", points="1/2", concept="argument")
@pytest.mark.parametrize("name", ARGUMENTS)
def test_tensor_argument(student, reference, rng, name):
    """Tensor: powers, leaky_relu and elu follow their argument, at 0 too where they can."""
    factor, x = float(rng.uniform(0.1, 0.5)), signed(rng, 3, 4)
    if name != "power":
        x[1, 2] = 0
    agree_back(student, reference, rng, lambda a: ARGUMENTS[name](a, factor), x)


@case("Tensor", points="1/2", concept="edge-of-a-function")
@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "elu", "log_softmax"])
def test_tensor_edge(student, reference, rng, name):
    """Tensor: relu at 0; sigmoid, tanh, elu and log_softmax far from 0."""
    x = signed(rng, 2, 4) * np.array([1, 1000, -1000, 0 if name == "relu" else 1])
    agree_back(student, reference, rng, lambda a: getattr(a, name)(), x)


# The walk back


@case("Tensor", points=1, concept="upstream-untouched", needs=operations("add"))
def test_tensor_untouched(student, rng):
    """Tensor: backward leaves the data and the gradient that it is given as they were."""
    arrays = signed(rng, 3, 4), signed(rng, 3, 4) + 1, signed(rng, 3, 4)
    held = [student.array(a) for a in arrays]
    a, b = (student.live.Tensor(array, requires_grad=True) for array in held[:2])
    out = a + b
    out.backward(held[2])
    out.backward(held[2])
    close([read(a.grad), read(b.grad)], [2 * arrays[2]] * 2, **NEAR)
    for now, before in zip(held, arrays, strict=True):
        unchanged(now, before)


def apart(who, x, y):
    """The gradients of two leaves, after a second backward has added to one of them."""
    a, b = (who.live.Tensor(array, requires_grad=True) for array in (x, y))
    (a + b).backward(x)
    (a + 1.0).backward(y)
    return [read(a.grad), read(b.grad)]


@case("Tensor", points=1, concept="gradients-apart", needs=operations("add"))
def test_tensor_apart(student, reference, rng):
    """Tensor: two leaves with equal gradients do not share one array."""
    agree(apart, student, reference, signed(rng, 3, 4), signed(rng, 3, 4) + 1)


@case("Tensor", points="1/4", concept="single-number", needs=operations("mul sum"))
def test_tensor_needs_gradient(student, reference, rng):
    """Tensor: backward without a gradient is for a single number, else RuntimeError."""
    x = signed(rng, 2, 3)
    agree(carried, student, reference, lambda a: (a * a).sum(), x)
    out = student.live.Tensor(x, requires_grad=True) * 2.0
    with raises(RuntimeError):
        out.backward()


@case("Tensor", points="1/2", concept="walk", needs=operations("add mul"))
@pytest.mark.parametrize("name", [*WALKS, "a@a"])
def test_tensor_walk(student, reference, rng, name):
    """Tensor: backward through several operations gives every leaf all of its gradient, once."""
    make = {**WALKS, "a@a": lambda a, b: a @ a + b}[name]
    agree(carried, student, reference, make, signed(rng, 3, 3), signed(rng, 3, 3) + 1, grad=signed(rng, 3, 3))


@case("Tensor", points=2, concept="composition", needs=operations("add mul matmul tanh log_softmax neg sum mean"))
def test_tensor_network(student, reference, rng):
    """Tensor: the loss of a network of two layers, by each weight and bias."""
    x, hot = rng.normal(size=(5, 3)), np.eye(2)[rng.integers(0, 2, size=5)]

    def make(w1, b1, w2, b2):
        hidden = (w1.transpose() @ x.T + b1.reshape(4, 1)).tanh()
        return -((hidden.transpose() @ w2 + b2).log_softmax() * hot).sum(axis=1).mean()

    agree(carried, student, reference, make, *(signed(rng, *shape) for shape in ((3, 4), (4,), (4, 2), (2,))))


@case("Tensor", points=2, concept="composition", needs=operations("sub truediv pow mean maxout exp log max"))
def test_tensor_composition(student, reference, rng):
    """Tensor: standardizing, maxout and the logarithm of a sum."""

    def make(x, w, v):
        shifted = x - x.mean(axis=0)
        z = shifted / ((shifted**2).mean(axis=0, keepdims=True) + 0.1) ** 0.5
        pooled = (z @ w).maxout(z @ v)
        return pooled.exp().sum(axis=1).log().mean() + pooled.sigmoid().max(axis=0).sum() - z.leaky_relu().elu().mean()

    agree(carried, student, reference, make, rng.normal(size=(6, 3)), signed(rng, 3, 4), rng.normal(size=(3, 4)))
