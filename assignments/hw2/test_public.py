"""hw2, the public cases: the lectures' examples, and each operation by itself, its number first, then its gradient."""

import numpy as np
import pytest

from grader import case, close, read

# float32 inside, or another order of summation, is 1e-6 off; the smallest mistake that is known is 1e-3 off.
NEAR = {"rtol": 1e-4, "atol": 1e-5}
FLATS = np.array([[34, 15, 1, 4], [32, 4, 5, 3.3], [18, 9, 2, 2.5], [42, 3, 2.5, 5], [21, 10, 1.5, 3]])
PRICES = np.array([72.0, 60, 34, 100, 42])
ADS = np.array(
    [[130, 70, 55], [44, 40, 45], [17, 46, 70], [81, 40, 57], [52, 12, 11], [9, 49, 61], [57, 33, 23], [30, 30, 25]]
)
SALES = np.array([221, 109, 73, 181, 90, 52, 122, 100])
CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
AND = np.array([0.0, 0, 0, 1])


# Added behind a result: no derivative changes, and the difference of two results is NaN, whatever its step.
ENDLESS = float("inf")


def number(answer):
    """As a float: max(0, x) is an honest relu, though 0 is an int."""
    answer = read(answer)
    return float(answer) if type(answer) is int and abs(answer) < 2**53 else answer


def value_of(who, make, *numbers):
    return number(make(*map(who.live.Value, numbers)).data)


def derived(who, make, *numbers):
    """The number that `make` gives, and its derivative by each of `numbers`."""
    values = [who.live.Value(x) for x in numbers]
    out = make(*values)
    (out + who.live.Value(ENDLESS)).backward()
    return [number(out.data), *(number(value.grad) for value in values)]


def tensor_of(who, make, *arrays):
    return read(make(*(who.live.Tensor(a, requires_grad=True) for a in arrays)).data)


def endless(who, grad):
    """A constant of the shape of `grad`; of a single number where none is given."""
    return who.live.Tensor(np.full(np.shape(0.0 if grad is None else grad), ENDLESS))


def gradients(who, make, *arrays, grad=None):
    tensors = [who.live.Tensor(a, requires_grad=True) for a in arrays]
    (make(*tensors) + endless(who, grad)).backward(*([] if grad is None else [grad]))
    return [read(tensor.grad) for tensor in tensors]


def given(who, source):
    """A function for gradcheck, put into the worker: no function comes over the bridge."""
    who.define(f"given_function = {source}")
    return who.live.given_function


def says(answer, expected):
    close(bool(answer) if isinstance(answer, np.bool_) else answer, expected)


def fitted(who, name, *arguments, **options):
    """The weights and the bias that come back; what is no pair of them stays as it is, and equals none."""
    answer = getattr(who, name)(*arguments, **options)
    is_pair = isinstance(answer, (tuple, list)) and len(answer) == 2
    return [answer[0], number(answer[1])] if is_pair else answer


def fitted_part(who, part, name, *arguments, **options):
    answer = fitted(who, name, *arguments, **options)
    return answer[part] if isinstance(answer, list) else answer


def least_loss(x, y):
    """The weight and the bias of least mean BCE for one column, by Newton's method."""
    table, best = np.column_stack([x, np.ones(len(x))]), np.zeros(2)
    for _ in range(20):
        p = 1 / (1 + np.exp(-table @ best))
        best = best - np.linalg.solve((table.T * (p * (1 - p))) @ table, table.T @ (p - y))
    return [best[:1], float(best[1])]


def agree(compute, student, reference, *arguments, **options):
    close(compute(student, *arguments, **options), compute(reference, *arguments, **options), **NEAR)


def signed(rng, *shape):
    """Numbers of both signs, none near 0."""
    return rng.uniform(0.3, 2, size=shape) * np.resize([1.0, -1, 1, 1, -1], shape)


# Single numbers

OPERATORS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "pow": lambda a, _: a**3,
    "neg": lambda a, _: -a,
}
FUNCTIONS = {
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "tanh": lambda a: a.tanh(),
    "sigmoid": lambda a: a.sigmoid(),
    "relu": lambda a: a.relu(),
}


def two_places(rng, name):
    """A number on either side of 0; for the logarithm, of 1."""
    x, y = rng.uniform(0.3, 0.9, size=2).tolist()
    return x, (1 + y if name == "log" else -y)


@case("Value", points="1/4", concept="operator-value")
@pytest.mark.parametrize("name", OPERATORS)
def test_value_operator(student, reference, rng, name):
    """Value: an operator by itself gives the right number."""
    agree(value_of, student, reference, OPERATORS[name], *signed(rng, 2).tolist())


@case("Value", points="1/4", concept="operator-gradient")
@pytest.mark.parametrize("name", OPERATORS)
def test_value_operator_gradient(student, reference, rng, name):
    """Value: an operator by itself gives the right gradient."""
    agree(derived, student, reference, OPERATORS[name], *signed(rng, 2).tolist())


@case("Value", points="1/4", concept="function-value")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_function(student, reference, rng, name):
    """Value: a function by itself gives the right number."""
    for x in two_places(rng, name):
        agree(value_of, student, reference, FUNCTIONS[name], x)


@case("Value", points="1/4", concept="function-gradient")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_function_gradient(student, reference, rng, name):
    """Value: a function by itself gives the right gradient."""
    for x in two_places(rng, name):
        agree(derived, student, reference, FUNCTIONS[name], x)


@case("Value", points=2, concept="chain-rule")
def test_value_lecture(student, reference, rng):
    """Value: the lecture's (x + y)z has the gradient (-4, -4, 3)."""
    agree(derived, student, reference, lambda x, y, z: (x + y) * z, -2.0, 5.0, -4.0)
    agree(derived, student, reference, lambda x, y, z: (x + y) * z, *signed(rng, 3).tolist())


@case("Value", points=2, concept="chain-rule")
def test_value_chain(student, reference, rng):
    """Value: the lecture's chain from the loss back to each weight."""

    def loss(x, a12, a13, y):
        def make(*w):
            z11 = w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + w[3] * x[3]
            a2 = z11.sigmoid() * w[4] + w[5] * a12 + w[6] * a13
            return (a2 - y) ** 2

        return make

    agree(derived, student, reference, loss([1.0, 0.5, -1.0, 2.0], 0.3, 0.8, 1.5), 0.2, 0.4, 0.6, 0.1, 2.0, 1.0, -1.0)
    agree(derived, student, reference, loss(signed(rng, 4).tolist(), 0.6, 0.2, -1.0), *signed(rng, 7).tolist())


@case("Value", points="1/2", concept="neuron")
def test_value_and(student, reference):
    """Value: the lecture's neuron for AND."""
    for x1, x2 in CORNERS.tolist():
        agree(derived, student, reference, lambda b, w1, w2: (w1 * x1 + w2 * x2 + b).sigmoid(), -30.0, 20.0, 20.0)  # noqa: B023


# Arrays

OPERATIONS = {
    **{name: (make, (3, 4), (3, 4)) for name, make in OPERATORS.items()},
    **{name: (make, (3, 4)) for name, make in FUNCTIONS.items()},
    "matmul": (lambda a, b: a @ b, (3, 4), (4, 2)),
    "maxout": (lambda a, b: a.maxout(b), (3, 4), (3, 4)),
    "sum": (lambda a: a.sum(), (3, 4)),
    "mean": (lambda a: a.mean(), (3, 4)),
    "max": (lambda a: a.max(), (3, 4)),
    "reshape": (lambda a: a.reshape(2, 6), (3, 4)),
    "transpose": (lambda a: a.transpose(), (3, 4)),
    "leaky_relu": (lambda a: a.leaky_relu(), (3, 4)),
    "elu": (lambda a: a.elu(), (3, 4)),
    "log_softmax": (lambda a: a.log_softmax(), (3, 4)),
}
UNARY = {"pow": lambda a: a**3, "neg": lambda a: -a}


def operation(rng, name):
    """An operation and arrays for it."""
    make, *shapes = OPERATIONS[name]
    if name in UNARY:
        make, shapes = UNARY[name], shapes[:1]
    arrays = [signed(rng, *shape) for shape in shapes]
    return make, [np.abs(a) for a in arrays] if name == "log" else arrays


@case("Tensor", points="1/4", concept="operation-value")
@pytest.mark.parametrize("name", OPERATIONS)
def test_tensor_operation(student, reference, rng, name):
    """Tensor: an operation by itself gives the right array."""
    make, arrays = operation(rng, name)
    agree(tensor_of, student, reference, make, *arrays)


@case("Tensor", points="1/4", concept="operation-gradient")
@pytest.mark.parametrize("name", OPERATIONS)
def test_tensor_operation_gradient(student, reference, rng, name):
    """Tensor: an operation by itself carries a gradient back."""
    make, arrays = operation(rng, name)
    grad = signed(rng, *np.shape(tensor_of(reference, make, *arrays)))
    agree(gradients, student, reference, make, *arrays, grad=grad)


@case("Tensor", points="3/2", concept="chain-rule")
def test_tensor_lecture(student, reference, rng):
    """Tensor: the lecture's mean of 2(x + 1)^2 on ones is 8, and its gradient 2."""

    def make(x):
        return ((x + 1) ** 2 * 2).mean()

    for x in (np.ones((2, 2)), signed(rng, 2, 3)):
        agree(tensor_of, student, reference, make, x)
        agree(gradients, student, reference, make, x)


@case("Tensor", points=2, concept="chain-rule")
def test_tensor_flats(student, reference, rng):
    """Tensor: the lecture's five flats, the mean squared error of their prices and its gradient."""

    def make(w, x):
        return ((x @ w - PRICES[:, None]) ** 2).mean()

    for w in (np.ones((4, 1)), signed(rng, 4, 1)):
        agree(tensor_of, student, reference, make, w, FLATS)
        agree(gradients, student, reference, make, w, FLATS)


def after_zero_grad(who, x):
    tensor = who.live.Tensor(x, requires_grad=True)
    (tensor * tensor).sum().backward()
    tensor.zero_grad()
    (tensor * tensor * tensor).sum().backward()
    return read(tensor.grad)


@case(
    "Tensor",
    points=1,
    concept="zero-grad",
    needs=[f"test_tensor_operation_gradient[{name}]" for name in ("mul", "sum")],
)
def test_tensor_zero_grad(student, reference, rng):
    """Tensor: after zero_grad the next gradient stands alone."""
    agree(after_zero_grad, student, reference, signed(rng, 3, 2))


# With the engine


@case("gradcheck", points=2, concept="definition")
def test_gradcheck(student, rng):
    """A right gradient passes gradcheck, a wrong one does not."""
    x = student.live.Tensor(signed(rng, 3), requires_grad=True)
    says(student.gradcheck(given(student, "lambda t: (t * t * t).sum()"), x), True)
    says(student.gradcheck(given(student, "lambda t: (t * t.data).sum()"), x), False)


@case("linear_regression", points="1/2", concept="one-step")
@pytest.mark.parametrize("part", [0, 1], ids=["weights", "bias"])
def test_linear_one_step(student, reference, part):
    """linear_regression: one step on the lecture's advertising table, its weights and its bias each by itself."""
    agree(fitted_part, student, reference, part, "linear_regression", ADS / 100, SALES / 100, lr=0.1, steps=1)


@case("linear_regression", points="1/2", concept="steps")
def test_linear_steps(student, reference):
    """linear_regression: ten steps on the lecture's advertising table."""
    agree(fitted, student, reference, "linear_regression", ADS / 100, SALES / 100, lr=0.1, steps=10)


@case("linear_regression", points="3/2", concept="convergence")
def test_linear_line(student, rng):
    """linear_regression finds the line on which all points lie."""
    x = rng.permutation(np.linspace(-1, 1, 6))
    w, b = signed(rng, 2)
    expected = [np.array([w]), float(b)]
    answer = fitted(student, "linear_regression", x[:, None], w * x + b, lr=0.15, steps=300)
    close(answer, expected, rtol=1e-3, atol=1e-3)


@case("logistic_regression", points="1/4", concept="one-step")
@pytest.mark.parametrize("part", [0, 1], ids=["weights", "bias"])
def test_logistic_one_step(student, reference, part):
    """logistic_regression: one step on the lecture's AND, its weights and its bias each by itself."""
    agree(fitted_part, student, reference, part, "logistic_regression", CORNERS, AND, lr=1.0, steps=1)


@case("logistic_regression", points="1/2", concept="steps")
def test_logistic_steps(student, reference, rng):
    """logistic_regression: ten steps on points of two kinds."""
    x = rng.normal(size=(8, 2))
    agree(fitted, student, reference, "logistic_regression", x, np.resize([1.0, 0, 0], 8), lr=0.5, steps=10)


@case("logistic_regression", points=2, concept="convergence")
def test_logistic_least_loss(student, rng):
    """logistic_regression finds the weights of least loss for points that no line separates."""
    x, y = np.repeat([-2.0, -1, 1, 2], 2) + rng.uniform(-0.2, 0.2, size=8), np.array([0.0, 0, 1, 0, 0, 1, 1, 1])
    answer = fitted(student, "logistic_regression", x[:, None], y, lr=0.25, steps=400)
    close(answer, least_loss(x, y), rtol=1e-3, atol=1e-3)
