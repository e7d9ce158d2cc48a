"""hw2's reference against PyTorch's autograd, which has the last word, and against finite differences."""

import inspect
import math
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples

ROOT = Path(__file__).parents[2]
quick = settings(max_examples=examples(25, 60), deadline=None, database=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
numbers = st.floats(-3, 3).map(lambda x: round(4 * x) / 4)  # quarters, so that kinks and ties are hit exactly
shapes = st.sampled_from(
    [((3, 4), (3, 4)), ((3, 4), (4,)), ((4,), (2, 3, 4)), ((3, 1), (1, 4)), ((), (2, 3)), ((2, 1, 4), (3, 1))]
)


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch")


def load(folder):
    """hw2.py of that folder, loaded by path: neither folder is a package."""
    spec = spec_from_file_location(f"{folder.name}_hw2", folder / "hw2.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def hw2():
    return load(ROOT / "reference")


def agree(ours, theirs):
    theirs = theirs.detach().numpy()
    assert np.shape(ours) == theirs.shape
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


def compare(torch, hw2, make, theirs, *arrays, times=1, seed=0):
    """Value and gradients of `make` on our tensors and of `theirs` on PyTorch's; every array left as it was."""
    before = [np.array(array) for array in arrays]
    ours = [hw2.Tensor(array, requires_grad=True) for array in arrays]
    others = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]
    out, expected = make(*ours), theirs(*others)
    agree(out.data, expected)
    grad = np.random.default_rng(seed).normal(size=expected.shape)
    kept = grad.copy()
    for _ in range(times):
        out.backward(grad)
        expected.backward(torch.from_numpy(grad), retain_graph=True)
    for tensor, other in zip(ours, others, strict=True):
        if other.grad is None:
            assert tensor.grad is None
        else:
            agree(tensor.grad, other.grad)
    np.testing.assert_array_equal(grad, kept)
    for array, was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, was)


def draw(seed, *shape, rounded=False):
    x = np.random.default_rng(seed).normal(size=shape) * 2
    return np.round(2 * x) / 2 if rounded else x


BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / (b * b + 1),
}
UNARY = ["exp", "tanh", "sigmoid", "relu"]


@pytest.mark.torch
@pytest.mark.parametrize("name", [*BINARY, "maxout"])
@quick
@given(seed=seeds, pair=shapes, rounded=st.booleans(), swap=st.booleans())
def test_two_operands_with_broadcasting(torch, hw2, name, seed, pair, rounded, swap):
    arrays = [draw(seed + at, *shape, rounded=rounded) for at, shape in enumerate(pair)][:: -1 if swap else 1]
    if name == "maxout":
        compare(torch, hw2, lambda a, b: a.maxout(b), torch.maximum, *arrays)
    else:
        compare(torch, hw2, BINARY[name], BINARY[name], *arrays)


@pytest.mark.torch
@pytest.mark.parametrize("name", BINARY)
@quick
@given(seed=seeds, c=st.sampled_from([-2.5, 0.75, 3]))
def test_plain_numbers_and_arrays_on_either_side(torch, hw2, name, seed, c):
    f, x = BINARY[name], draw(seed, 2, 3)
    compare(torch, hw2, lambda a: f(a, c), lambda a: f(a, c), x)
    compare(torch, hw2, lambda a: f(c, a), lambda a: f(torch.tensor(c), a), x)
    left = draw(seed + 1, 2, 3)
    compare(torch, hw2, lambda a: f(left, a), lambda a: f(torch.from_numpy(left), a), x)
    compare(torch, hw2, lambda a: c / (a * a + 1), lambda a: c / (a * a + 1), x)


@pytest.mark.torch
@pytest.mark.parametrize("name", UNARY)
@quick
@given(seed=seeds, scale=st.sampled_from([1, 30, 300]), rounded=st.booleans())
def test_functions(torch, hw2, name, seed, scale, rounded):
    x = draw(seed, 3, 4, rounded=rounded) * scale
    x = np.minimum(x, 700) if name == "exp" else x
    compare(torch, hw2, lambda a: getattr(a, name)(), lambda a: getattr(torch, name)(a), x)


@pytest.mark.torch
@quick
@given(
    seed=seeds, factor=st.sampled_from([0.01, 0.1, 1.0, 2.5]), rounded=st.booleans(), scale=st.sampled_from([1, 500])
)
def test_leaky_relu_and_elu(torch, hw2, seed, factor, rounded, scale):
    f, x = torch.nn.functional, scale * draw(seed, 3, 4, rounded=rounded)
    compare(torch, hw2, lambda a: a.leaky_relu(factor), lambda a: f.leaky_relu(a, factor), x)
    compare(torch, hw2, lambda a: a.elu(factor), lambda a: f.elu(a, factor), x)
    compare(torch, hw2, lambda a: a.elu(), f.elu, x)
    compare(torch, hw2, lambda a: a.leaky_relu(), f.leaky_relu, x)


@pytest.mark.torch
@quick
@given(seed=seeds, n=st.sampled_from([-3, -1, -0.5, 0.5, 1, 2, 3]))
def test_powers_and_logarithms(torch, hw2, seed, n):
    x = np.abs(draw(seed, 3, 4)) + 0.1
    compare(torch, hw2, lambda a: a**n, lambda a: a**n, x)
    compare(torch, hw2, lambda a: a.log(), torch.log, x)
    if n == int(n):
        compare(torch, hw2, lambda a: (-a) ** n, lambda a: (-a) ** n, x)


@pytest.mark.torch
@quick
@given(
    seed=seeds, axis=st.sampled_from([None, 0, 1, 2, -1, -2]), keepdims=st.booleans(), rounded=st.booleans(),
)  # fmt: skip
def test_along_an_axis(torch, hw2, seed, axis, keepdims, rounded):
    x = draw(seed, 2, 3, 4, rounded=rounded)
    dim = (0, 1, 2) if axis is None else axis
    for ours, theirs in (("sum", "sum"), ("mean", "mean"), ("max", "amax")):  # amax shares among ties, max(dim) not
        compare(
            torch,
            hw2,
            lambda a, ours=ours: getattr(a, ours)(axis, keepdims),
            lambda a, theirs=theirs: getattr(torch, theirs)(a, dim, keepdim=keepdims),
            x,
        )
    if axis is not None:
        far = x * 500 if keepdims else x
        compare(torch, hw2, lambda a: a.log_softmax(axis), lambda a: torch.log_softmax(a, axis), far)


@pytest.mark.torch
@quick
@given(seed=seeds, axes=st.permutations([0, 1, 2]))
def test_shapes_and_products(torch, hw2, seed, axes):
    x = draw(seed, 2, 3, 4)
    compare(torch, hw2, lambda a: a.transpose(*axes), lambda a: a.permute(*axes), x)
    compare(torch, hw2, lambda a: a.transpose(), lambda a: a.permute(2, 1, 0), x)
    compare(
        torch, hw2, lambda a: a.transpose(*axes).reshape(-1, 6), lambda a: a.permute(*axes).reshape(-1, 6), x
    )  # fmt: skip
    for left, right in (((3, 4), (4, 2)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2))):
        pair = draw(seed, *left), draw(seed + 1, *right)
        compare(torch, hw2, lambda a, b: a @ b, lambda a, b: a @ b, *pair)


STEPS = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y * 0.3,
    lambda x, _: x.tanh(),
    lambda x, y: y.sigmoid() * x,
    lambda x, _: x.relu() + 0.5,
    lambda _, y: 1.5 / (y * y + 1.0),
    lambda x, _: (x * 0.1).exp(),
]


def grown(a, b, c, plan):
    """An expression that a list of small numbers describes; every operand may be any node made so far."""
    nodes = [a, b, c]
    for kind, i, j in plan:
        nodes.append(STEPS[kind](nodes[i % len(nodes)], nodes[j % len(nodes)]))
    return nodes[-1] + nodes[-2] * a


plans = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=15)


@pytest.mark.torch
@settings(quick, max_examples=examples(80, 200))
@given(plan=plans, seed=seeds, times=st.integers(1, 3))
def test_any_graph_of_tensors(torch, hw2, plan, seed, times):
    arrays = draw(seed, 2, 3), draw(seed + 1, 3), draw(seed + 2, 2, 1)
    compare(torch, hw2, lambda *t: grown(*t, plan), lambda *t: grown(*t, plan), *arrays, times=times)


@pytest.mark.torch
@settings(quick, max_examples=examples(80, 200))
@given(plan=plans, x=st.tuples(numbers, numbers, numbers), times=st.integers(1, 3))
def test_any_graph_of_values(torch, hw2, plan, x, times):
    ours = [hw2.Value(each) for each in x]
    theirs = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in x]
    out, expected = grown(*ours, plan), grown(*theirs, plan)
    assert math.isclose(out.data, expected.item(), rel_tol=1e-9, abs_tol=1e-11)
    for _ in range(times):
        out.backward()
        expected.backward(retain_graph=True)
    for value, tensor in zip(ours, theirs, strict=True):
        assert math.isclose(value.grad, 0 if tensor.grad is None else tensor.grad.item(), rel_tol=1e-9, abs_tol=1e-11)


@pytest.mark.torch
@quick
@given(x=numbers.filter(bool), n=st.sampled_from([-3, -1, 1, 2, 3]), c=st.sampled_from([-2.0, 0.5, 3]))
def test_operators_and_functions_of_a_value(torch, hw2, x, n, c):
    fs = [lambda v: v**n, lambda v: c + v, lambda v: c - v, lambda v: c * v, lambda v: c / v, lambda v: v / c,
          lambda v: v - c, lambda v: v / v, lambda v: -v, lambda v: v.exp(), lambda v: (v * v).log(),
          lambda v: v.tanh(), lambda v: v.sigmoid(), lambda v: v.relu(), lambda v: (v - v).relu(),
          lambda v: (v * 900.0).sigmoid(), lambda v: (v * 900.0).tanh()]  # fmt: skip
    for f in fs:
        value, tensor = hw2.Value(x), torch.tensor(x, dtype=torch.float64, requires_grad=True)
        out, expected = f(value), f(tensor)
        out.backward()
        expected.backward()
        assert math.isclose(out.data, expected.item(), rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(value.grad, tensor.grad.item(), rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.torch
@settings(quick, max_examples=examples(10, 60))
@given(seed=seeds, n=st.integers(1, 8), d=st.integers(1, 4), steps=st.integers(0, 20), scale=st.sampled_from([1, 300]))
def test_regressions_step_by_step(torch, hw2, seed, n, d, steps, scale):
    f = torch.nn.functional
    x, y = draw(seed, n, d), draw(seed + 1, n)
    labels = (y > 0).astype(float)
    for name, lr, inputs, wanted, loss in (
        ("linear_regression", 0.01, x, y, f.mse_loss),
        ("logistic_regression", 0.5, x * scale, labels, f.binary_cross_entropy_with_logits),
    ):
        w = torch.zeros(d, dtype=torch.float64, requires_grad=True)
        b = torch.zeros((), dtype=torch.float64, requires_grad=True)
        descent = torch.optim.SGD([w, b], lr=lr)
        for _ in range(steps):
            descent.zero_grad()
            loss(torch.from_numpy(inputs) @ w + b, torch.from_numpy(wanted)).backward()
            descent.step()
        weights, bias = getattr(hw2, name)(inputs, wanted, lr=lr, steps=steps)
        assert isinstance(bias, float)
        np.testing.assert_allclose(weights, w.detach().numpy(), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(bias, b.item(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("wants", [(True, False), (False, True)])
def test_an_operand_that_asks_for_no_gradient_gets_none(hw2, wants):
    a, b = (hw2.Tensor(np.ones((2, 2)), requires_grad=want) for want in wants)
    (a @ b * a + b).sum().backward()
    assert (a.grad is not None, b.grad is not None) == wants
    assert not (hw2.Tensor(1.0) + 1).requires_grad


def test_leaves_do_not_share_arrays(hw2):
    a, b = hw2.Tensor([1.0, 2], requires_grad=True), hw2.Tensor([3.0, 4], requires_grad=True)
    grad = np.array([1.0, 5])
    (a + b).backward(grad)
    a.grad *= 10
    np.testing.assert_array_equal(b.grad, [1, 5])
    np.testing.assert_array_equal(grad, [1, 5])


def test_depth_and_doublings(hw2):
    for leaf in (hw2.Value(1.0), hw2.Tensor(1.0, requires_grad=True)):
        out = leaf
        for _ in range(30):
            out = out + out
        for _ in range(5000):
            out = out + 0.0
        out.backward()
        assert leaf.grad == 2**30


def test_backward_without_a_gradient_is_for_a_single_number(hw2):
    with pytest.raises(RuntimeError):
        (hw2.Tensor([1.0, 2], requires_grad=True) * 2).backward()
    one = hw2.Tensor([[3.0]], requires_grad=True)
    (one * one).backward()
    assert one.grad == [[6.0]]


@quick
@given(seed=seeds)
def test_gradcheck_accepts_what_is_right_and_finds_what_is_wrong(hw2, seed):
    x, y = (hw2.Tensor(draw(seed + at, 2, 3), requires_grad=True) for at in (0, 1))
    w = hw2.Tensor(draw(seed + 2, 3, 2))
    before = x.data.copy()

    def right(a, b):
        return ((a @ w).tanh() * (b @ w)).log_softmax().max() + (a * b).sigmoid().mean()

    assert hw2.gradcheck(right, x, y)
    assert not hw2.gradcheck(lambda a, b: right(a, b) + (a.data * a.data).sum(), x, y)
    assert not hw2.gradcheck(lambda a, b: right(a, b) + b.data[1, 2] * 0.1, x, y)
    assert hw2.gradcheck(lambda a: (a * 0.0 + 2.0).sum(), x)
    assert hw2.gradcheck(lambda a, b: (a * a).sum(), x, y)
    np.testing.assert_array_equal(x.data, before)


def test_the_lectures_numbers(hw2):
    x, y, z = map(hw2.Value, (-2.0, 5.0, -4.0))
    f = (x + y) * z
    f.backward()
    assert (f.data, x.grad, y.grad, z.grad) == (-12, -4, -4, 3)
    ones = hw2.Tensor(np.ones((2, 2)), requires_grad=True)
    result = (2 * (ones + 1) ** 2).mean()
    result.backward()
    assert result.data == 8
    np.testing.assert_array_equal(ones.grad, np.full((2, 2), 2.0))
    for row, expected in zip([(0, 0), (0, 1), (1, 0), (1, 1)], (0, 0, 0, 1), strict=True):
        assert abs((-30.0 + 20.0 * hw2.Value(row[0]) + 20.0 * hw2.Value(row[1])).sigmoid().data - expected) < 1e-4


def test_signatures_are_those_of_the_stub(hw2):
    stub = load(ROOT / "assignments" / "hw2")

    def signatures(module):
        found = {}
        for name in ("gradcheck", "linear_regression", "logistic_regression"):
            found[name] = str(inspect.signature(getattr(module, name))).replace(f"{module.__name__}.", "")
        for kind in (module.Value, module.Tensor):
            for name, item in vars(kind).items():
                if inspect.isfunction(item) and (name.startswith("__") or not name.startswith("_")):
                    found[f"{kind.__name__}.{name}"] = str(inspect.signature(item))
        return found

    assert signatures(stub) == signatures(hw2)
