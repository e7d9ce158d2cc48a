"""hw2, the hidden cases: the edges of each operation, the walk, and compositions.

A composition needs the operations that it is made of: where it fails and they pass, it is the walk that is wrong.
"""

import numpy as np
import pytest

from grader.judge import case, close, raises, read, unchanged
from grader.judge.failure import CaseFailure

# float32 inside, or another order of summation, is 1e-6 off; the smallest mistake that is known is 1e-3 off.
NEAR = {"rtol": 1e-4, "atol": 1e-5}


def number(answer):
    """As a float: max(0, x) is an honest relu, though 0 is an int."""
    answer = read(answer)
    return float(answer) if type(answer) is int and abs(answer) < 2**53 else answer


def derived(who, make, *numbers):
    """The numbers that `make` gives (one or several), and the derivative of their sum by each of `numbers`."""
    values = [who.live.Value(x) for x in numbers]
    made = make(*values)
    outs = made if isinstance(made, tuple) else (made,)
    for out in outs:
        out.backward()
    return [[number(out.data) for out in outs], [number(value.grad) for value in values]]


def carried(who, make, *arrays, wants=None, grad=None):
    """The same of arrays; `wants` says which of them ask for a gradient (all, if not said)."""
    pairs = zip(arrays, wants or [True] * len(arrays), strict=True)
    tensors = [who.live.Tensor(a, requires_grad=True) if want else who.live.Tensor(a) for a, want in pairs]
    made = make(*tensors)
    outs = made if isinstance(made, tuple) else (made,)
    for out in outs:
        out.backward(*([] if grad is None else [grad]))
    return [[read(out.data) for out in outs], [read(tensor.grad) for tensor in tensors]]


def given(who, source):
    """A function for gradcheck, put into the worker: no function comes over the bridge."""
    who.define(f"given_function = {source}")
    return who.live.given_function


def says(answer, expected):
    close(bool(answer) if isinstance(answer, np.bool_) else answer, expected)


def fitted(who, name, *arguments, **options):
    answer = getattr(who, name)(*arguments, **options)
    if not (isinstance(answer, (tuple, list)) and len(answer) == 2):
        raise CaseFailure("type")
    return [answer[0], number(answer[1])]


def agree(compute, student, reference, *arguments, **options):
    close(compute(student, *arguments, **options), compute(reference, *arguments, **options), **NEAR)


def signed(rng, *shape):
    """Numbers of both signs, none near 0."""
    return rng.uniform(0.3, 2, size=shape) * np.resize([1.0, -1, 1, 1, -1], shape)


def agree_back(student, reference, rng, make, *arrays, **options):
    """With an upstream gradient that is neither 1 nor uniform."""
    out = make(*(reference.live.Tensor(a) for a in arrays))
    grad = signed(rng, *np.shape(read(out.data)))
    agree(carried, student, reference, make, *arrays, grad=grad, **options)


def operators(names):
    return tuple(f"test_value_operator_gradient[{name}]" for name in names.split())


def operations(names):
    return tuple(f"test_tensor_operation_gradient[{name}]" for name in names.split())


PAIRED = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "matmul": lambda a, b: a @ b,
    "maxout": lambda a, b: a.maxout(b),
}
ARITHMETIC = ["add", "sub", "mul", "truediv"]


def deep(a, b):
    for _ in range(100):
        a = a * 1.01 + b
    return a


def doubled(a, times=30):  # as many as a walk along every path has no time for
    for _ in range(times):
        a = a + a
    return a


WALKS = {
    "a+a": lambda a, b: a + a + b,
    "a*a": lambda a, b: a * a + b,
    "diamond": lambda a, b: doubled(a, 2) + b,
    "near-first": lambda a, b: (near := a * b) * (near * near * b + a),
    "far-first": lambda a, b: ((near := a * b) * near * b + a) * near,
    "two-results": lambda a, b: (a * b, a + b + b),
    "shared-interior": lambda a, b: ((between := a * b) * a, between + between * b),
    "second-backward": lambda a, b: (a * b * b + a,) * 2,
    "200-deep": deep,
    "30-doublings": lambda a, b: doubled(a) + b,
}


# Single numbers


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


# Arrays: operands

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


@case("Tensor", points="1/2", concept="no-gradient-asked")
@pytest.mark.parametrize("name", ["mul", "matmul"])
@pytest.mark.parametrize("wants", [(True, False), (False, True)], ids=["left", "right"])
def test_tensor_one_operand(student, reference, rng, name, wants):
    """Tensor: an operand that asks for no gradient gets none, and the other one its own."""
    agree_back(student, reference, rng, PAIRED[name], signed(rng, 3, 3), signed(rng, 3, 3) + 1, wants=wants)


@case("Tensor", points="1/2", concept="whole-numbers")
def test_tensor_whole_numbers(student, reference, rng):
    """Tensor: whole numbers become floats."""
    agree_back(student, reference, rng, lambda a: a * a / 2, rng.integers(1, 9, size=(2, 3)))


# Arrays: axes, shapes, activations, the walk

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


@case("Tensor", points=1, concept="upstream-untouched")
def test_tensor_untouched(student, rng):
    """Tensor: backward leaves the data and the gradient that it is given as they were."""
    arrays = signed(rng, 3, 4), signed(rng, 3, 4) + 1, signed(rng, 3, 4)
    held = [student.array(a) for a in arrays]
    a, b = (student.live.Tensor(each, requires_grad=True) for each in held[:2])
    out = a + b
    out.backward(held[2])
    out.backward(held[2])
    close([read(a.grad), read(b.grad)], [2 * arrays[2]] * 2, **NEAR)
    for now, before in zip(held, arrays, strict=True):
        unchanged(now, before)


def apart(who, x, y):
    """The gradients of two leaves after one of them got more."""
    a, b = (who.live.Tensor(each, requires_grad=True) for each in (x, y))
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


# With the engine

SQUARES, HALF_WRONG = "lambda a: (a * a).sum()", "lambda a: (a * a.data).sum()"
# gradcheck answers yes or no: with an engine that is wrong itself, the answer says nothing of gradcheck
ENGINE = (*operations("mul sum"), "test_tensor_walk[a*a]")


def checks(student, source, right, *arrays, wants=(True, True), **options):
    """What gradcheck says of a function that is put into the worker; the tensors that it was given."""
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
    x = signed(rng, 3)
    (tensor,) = checks(student, HALF_WRONG, False, x)
    (tensor * 3.0).sum().backward()
    says(student.gradcheck(given(student, SQUARES), tensor), True)
    close(read(tensor.data), x, rtol=0, atol=1e-6)


def table(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=n) + 1


def labelled(rng, n, d):
    return rng.normal(size=(n, d)), np.resize([1.0, 0, 0, 1, 0], n)


def agree_twice(student, reference, name, x, y):
    held = student.array(x), student.array(y)
    for steps in (5, 3):
        expected = fitted(reference, name, x, y, lr=0.1, steps=steps)
        close(fitted(student, name, *held, lr=0.1, steps=steps), expected, **NEAR)
    unchanged(held[0], x)
    unchanged(held[1], y)


def agree_by_default(student, reference, name, x, y):
    agree(fitted, student, reference, name, x, y, steps=3)
    # So slow that the thousandth step still shows: by 6e-4 of the way, which float64 is far from.
    expected = fitted(reference, name, x, y, lr=0.001)
    close(fitted(student, name, x, y, lr=0.001), expected, rtol=1e-5, atol=1e-6)


@case("linear_regression", points="1/2", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 1), (7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_linear_first_steps(student, reference, rng, n, d, steps):
    """linear_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "linear_regression", *table(rng, n, d), lr=0.4 / steps, steps=steps)


@case("linear_regression", points="1/2", concept="defaults")
def test_linear_defaults(student, reference, rng):
    """linear_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points=1, concept="every-call-afresh")
def test_linear_again(student, reference, rng):
    """linear_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points=2, concept="convergence")
def test_linear_least_squares(student, rng):
    """linear_regression: after many steps the line of least squares."""
    x, y = table(rng, 20, 2)
    best = np.linalg.lstsq(np.column_stack([x, np.ones(20)]), y, rcond=None)[0]
    answer = fitted(student, "linear_regression", x, y, lr=0.15, steps=400)
    close(answer, [best[:2], float(best[2])], rtol=1e-3, atol=1e-3)


@case("logistic_regression", points="1/2", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 1), (7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_logistic_first_steps(student, reference, rng, n, d, steps):
    """logistic_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "logistic_regression", *labelled(rng, n, d), lr=0.4 / steps, steps=steps)


@case("logistic_regression", points="1/2", concept="defaults")
def test_logistic_defaults(student, reference, rng):
    """logistic_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points=1, concept="every-call-afresh")
def test_logistic_again(student, reference, rng):
    """logistic_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points=2, concept="overflow")
def test_logistic_certain(student, reference, rng):
    """logistic_regression: points of which the model is entirely sure, rightly or wrongly."""
    x, y = labelled(rng, 6, 2)
    agree(fitted, student, reference, "logistic_regression", 300 * x, y, lr=1.0, steps=3)
