"""hw1's reference against PyTorch, which has the last word, and against finite differences without it."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples

REDUCTIONS = ("none", "mean", "sum")
ELEMENTWISE = ("l1_loss", "mse_loss", "huber_loss", "bce_loss", "bce_with_logits_loss")
LOSSES = (*ELEMENTWISE, "nll_loss", "cross_entropy", "cosine_embedding_loss")
TORCH_NAMES = {
    "bce_loss": "binary_cross_entropy",
    "bce_with_logits_loss": "binary_cross_entropy_with_logits",
}
quick = settings(max_examples=examples(20, 40), deadline=None, database=None, derandomize=True)

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)
reductions = st.sampled_from(REDUCTIONS)
scales = st.sampled_from([1, 50, 1000])
dtypes = st.sampled_from([np.float64, np.float32])


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch")


def agree(ours, theirs, dtype):
    theirs = theirs.detach().numpy()
    assert np.shape(ours) == theirs.shape
    assert ours.dtype == theirs.dtype == dtype
    # PyTorch keeps its 1e-12 in single precision, which is 4e-9 off: it shows where that is all there is.
    rtol, atol = (1e-8, 1e-11) if dtype == np.float64 else (2e-4, 2e-5)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)


def compare(torch, hw1, name, *arrays, **options):
    """Value and gradient by the first array, and every array left as it was."""
    before = [array.copy() for array in arrays]
    first, *others = [torch.from_numpy(array.copy()) for array in arrays]
    first.requires_grad_()
    weight = options.get("weight")
    theirs = dict(options) if weight is None else {**options, "weight": torch.from_numpy(weight.copy())}
    expected = getattr(torch.nn.functional, TORCH_NAMES.get(name, name))(first, *others, **theirs)
    expected.sum().backward()
    agree(getattr(hw1, name)(*arrays, **options), expected, arrays[0].dtype)
    agree(getattr(hw1, name + "_grad")(*arrays, **options), first.grad, arrays[0].dtype)
    for array, was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, was)


def draw_pair(seed, shape, dtype, rounded):
    """Two arrays; rounded to halves, so that ties and kinks are hit exactly."""
    x, y = np.random.default_rng(seed).normal(size=(2, *shape)) * 2
    if rounded:
        x, y = np.round(2 * x) / 2, np.round(2 * y) / 2
    return x.astype(dtype), y.astype(dtype)


def draw_classes(seed, n, c, ignore_index, weighted, dtype):
    """Targets of which some are ignored (now and then all of them), and weights."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, c, size=n)
    target[rng.random(n) < rng.choice([0, 0.4, 1], p=[0.4, 0.4, 0.2])] = ignore_index
    return target, rng.uniform(0.2, 3, size=c).astype(dtype) if weighted else None


@pytest.mark.torch
@quick
@given(seed=seeds, n=sizes, c=sizes, scale=scales, dtype=dtypes)
def test_softmax_family(torch, hw1, seed, n, c, scale, dtype):
    rng = np.random.default_rng(seed)
    x, upstream = (scale * rng.normal(size=(n, c))).astype(dtype), rng.normal(size=(n, c)).astype(dtype)
    x[0] = np.where(np.arange(c) == 0, 0, -1000)
    before = x.copy()
    t = torch.from_numpy(x.copy()).requires_grad_()
    agree(hw1.sigmoid(x), torch.sigmoid(t), dtype)
    agree(hw1.softmax(x), torch.softmax(t, -1), dtype)
    agree(hw1.log_softmax(x), torch.log_softmax(t, -1), dtype)
    (torch.log_softmax(t, -1) * torch.from_numpy(upstream)).sum().backward()
    agree(hw1.log_softmax_grad(x, upstream), t.grad, dtype)
    np.testing.assert_array_equal(x, before)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_softmax_is_over_the_last_axis_of_any_shape(torch, hw1, shape):
    x = np.random.default_rng(0).normal(size=shape)
    agree(hw1.softmax(x), torch.softmax(torch.from_numpy(x), -1), np.float64)
    agree(hw1.log_softmax(x), torch.log_softmax(torch.from_numpy(x), -1), np.float64)


@pytest.mark.torch
@pytest.mark.parametrize("name", ["l1_loss", "mse_loss"])
@quick
@given(seed=seeds, n=sizes, d=sizes, dtype=dtypes, rounded=st.booleans(), reduction=reductions)
def test_l1_and_mse(torch, hw1, name, seed, n, d, dtype, rounded, reduction):
    compare(torch, hw1, name, *draw_pair(seed, (n, d), dtype, rounded), reduction=reduction)


@pytest.mark.torch
@quick
@given(
    seed=seeds, n=sizes, d=sizes, dtype=dtypes, rounded=st.booleans(), reduction=reductions,
    delta=st.sampled_from([0.5, 1.0, 1.5, 2.7]),
)  # fmt: skip
def test_huber(torch, hw1, seed, n, d, dtype, rounded, reduction, delta):
    compare(torch, hw1, "huber_loss", *draw_pair(seed, (n, d), dtype, rounded), delta=delta, reduction=reduction)


@pytest.mark.torch
@settings(quick, max_examples=examples(40, 200))
@given(
    seed=seeds, n=sizes, c=sizes, dtype=dtypes, weighted=st.booleans(), reduction=reductions,
    ignore_index=st.sampled_from([-100, -1, 0, 2, 255]),
)  # fmt: skip
def test_nll(torch, hw1, seed, n, c, dtype, weighted, reduction, ignore_index):
    log_probs = hw1.log_softmax(np.random.default_rng(seed).normal(size=(n, c)).astype(dtype))
    target, weight = draw_classes(seed, n, c, ignore_index, weighted, dtype)
    options = {"weight": weight, "ignore_index": ignore_index, "reduction": reduction}
    compare(torch, hw1, "nll_loss", log_probs, target, **options)


@pytest.mark.torch
@settings(quick, max_examples=examples(60, 300))
@given(
    seed=seeds, n=sizes, c=sizes, dtype=dtypes, weighted=st.booleans(), reduction=reductions, scale=scales,
    ignore_index=st.sampled_from([-100, 0, 255]), smoothing=st.sampled_from([0.0, 0.1, 0.7, 1.0]),
)  # fmt: skip
def test_cross_entropy(torch, hw1, seed, n, c, dtype, weighted, reduction, scale, ignore_index, smoothing):
    logits = (scale * np.random.default_rng(seed).normal(size=(n, c))).astype(dtype)
    target, weight = draw_classes(seed, n, c, ignore_index, weighted, dtype)
    options = {"weight": weight, "ignore_index": ignore_index, "reduction": reduction}
    compare(torch, hw1, "cross_entropy", logits, target, **options, label_smoothing=smoothing)


@pytest.mark.torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_with_a_class_ruled_out(torch, hw1, reduction):
    logits, target = np.array([[1.0, -np.inf, 2.0], [0.5, 0.0, -np.inf]]), np.array([0, 1])
    compare(torch, hw1, "cross_entropy", logits, target, reduction=reduction)


@pytest.mark.torch
def test_weights_of_zero_that_leave_nothing_to_divide_by(torch, hw1):
    logits, target = np.array([[1.0, 2.0, 0.5], [0.0, 1.0, 2.0]]), np.array([1, 1])
    weight = np.array([1.0, 0.0, 2.0])
    compare(torch, hw1, "nll_loss", hw1.log_softmax(logits), target, weight=weight)
    compare(torch, hw1, "cross_entropy", logits, target, weight=weight)


@pytest.mark.torch
@quick
@given(
    seed=seeds, n=sizes, d=sizes, dtype=dtypes, reduction=reductions, hard=st.booleans(),
    weight_shape=st.sampled_from(["none", "full", "row", "column", "one"]),
)  # fmt: skip
def test_bce(torch, hw1, seed, n, d, dtype, reduction, hard, weight_shape):
    rng = np.random.default_rng(seed)
    p, y = rng.uniform(0.01, 0.99, size=(2, n, d)).astype(dtype)
    if hard:  # certain, and often certainly wrong
        p, y = np.where(rng.random((n, d)) < 0.5, np.round(p), p), np.round(y)
    shape = {"none": None, "full": (n, d), "row": (d,), "column": (n, 1), "one": (1,)}[weight_shape]
    weight = None if shape is None else rng.uniform(0.2, 3, size=shape).astype(dtype)
    compare(torch, hw1, "bce_loss", p, y, weight=weight, reduction=reduction)


@pytest.mark.torch
@quick
@given(seed=seeds, n=sizes, d=sizes, dtype=dtypes, scale=scales, reduction=reductions, hard=st.booleans())
def test_bce_with_logits(torch, hw1, seed, n, d, dtype, scale, reduction, hard):
    rng = np.random.default_rng(seed)
    z, y = (scale * rng.normal(size=(n, d))).astype(dtype), rng.uniform(size=(n, d)).astype(dtype)
    compare(torch, hw1, "bce_with_logits_loss", z, np.round(y) if hard else y, reduction=reduction)


@pytest.mark.torch
@settings(quick, max_examples=examples(40, 200))
@given(
    seed=seeds, n=sizes, d=sizes, dtype=dtypes, rounded=st.booleans(), reduction=reductions,
    margin=st.sampled_from([0.0, 0.37, -0.37]),
)  # fmt: skip
def test_cosine_embedding(torch, hw1, seed, n, d, dtype, rounded, reduction, margin):
    x1, x2 = draw_pair(seed, (n, d), dtype, rounded)
    y = np.random.default_rng(seed).choice([-1, 1], size=n)
    compare(torch, hw1, "cosine_embedding_loss", x1, x2, y, margin=margin, reduction=reduction)


@pytest.mark.torch
@pytest.mark.parametrize("y", [1, -1])
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_cosine_embedding_of_zero_and_orthogonal_vectors(torch, hw1, y, margin):
    x1, x2 = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 2.0]])
    compare(torch, hw1, "cosine_embedding_loss", x1, x2, np.array([y, y]), margin=margin)


@pytest.mark.parametrize("name", ["bce_loss", "bce_with_logits_loss", "cross_entropy", "log_softmax"])
def test_far_out_values_are_exact(hw1, name):
    arguments, expected = {
        "bce_loss": (
            (np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0]), None, "none"),
            [100, 0, 100, 0],
        ),
        "bce_with_logits_loss": (
            (np.array([1e3, 1e3, -1e3]), np.array([1.0, 0.0, 1.0]), "none"),
            [0, 1e3, 1e3],
        ),
        "cross_entropy": (
            (np.array([[0.0, 1e3], [0.0, -1e3]]), np.array([0, 0]), None, -100, 0.0, "none"),
            [1e3, 0],
        ),
        "log_softmax": ((np.array([1e3, 0.0, -1e3]),), [0, -1e3, -2e3]),
    }[name]
    np.testing.assert_array_equal(getattr(hw1, name)(*arguments), expected)


def ordinary(name, dtype=np.float64):
    """Arguments of the loss `name`, away from every kink."""
    rng = np.random.default_rng(7)
    x, y, z = rng.normal(size=(3, 4, 3)).astype(dtype)
    target, weight = np.array([2, 0, 1, 1]), rng.uniform(0.5, 2, size=3).astype(dtype)
    return {
        "l1_loss": ((x, y), {}),
        "mse_loss": ((x, y), {}),
        "huber_loss": ((x, y), {"delta": 0.8}),
        "bce_loss": ((1 / (1 + np.exp(-x)), (y > 0).astype(dtype)), {"weight": np.abs(z)}),
        "bce_with_logits_loss": ((x, np.abs(np.tanh(y))), {}),
        "nll_loss": ((x, target), {"weight": weight, "ignore_index": 0}),
        "cross_entropy": ((x, target), {"weight": weight, "ignore_index": 0, "label_smoothing": 0.2}),
        "cosine_embedding_loss": ((x, y, np.array([1, -1, 1, -1])), {"margin": -0.9}),
    }[name]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_finite_differences(hw1, name, reduction):
    (x, *others), options = ordinary(name)
    loss, step = getattr(hw1, name), 1e-6
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += step
        down[place] -= step
        ends = [np.sum(loss(end, *others, **options, reduction=reduction)) for end in (up, down)]
        slopes[place] = (ends[0] - ends[1]) / (2 * step)
    grad = getattr(hw1, name + "_grad")(x, *others, **options, reduction=reduction)
    assert np.abs(grad).max() > 0.01
    np.testing.assert_allclose(grad, slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("suffix", ["", "_grad"])
@pytest.mark.parametrize("name", LOSSES)
def test_single_precision_stays_single(hw1, name, suffix):
    arguments, options = ordinary(name, np.float32)
    for reduction in REDUCTIONS:
        assert getattr(hw1, name + suffix)(*arguments, **options, reduction=reduction).dtype == np.float32


@pytest.mark.parametrize("reduction", ["avg", "", "MEAN", None])
@pytest.mark.parametrize("suffix", ["", "_grad"])
@pytest.mark.parametrize("name", LOSSES)
def test_an_unknown_reduction_is_refused(hw1, name, suffix, reduction):
    arguments, options = ordinary(name)
    with pytest.raises(ValueError, match="reduction must be"):
        getattr(hw1, name + suffix)(*arguments, **options, reduction=reduction)


@pytest.mark.parametrize("shapes", [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (1, 3)), ((4,), ())])
@pytest.mark.parametrize("suffix", ["", "_grad"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_shapes_that_would_spread_are_refused(hw1, name, suffix, shapes):
    with pytest.raises(ValueError, match="shapes differ"):
        getattr(hw1, name + suffix)(np.full(shapes[0], 0.5), np.full(shapes[1], 0.25))


@pytest.mark.parametrize("suffix", ["", "_grad"])
def test_targets_as_a_column_are_refused(hw1, suffix):
    x, column = np.ones((4, 3)), np.ones((4, 1), dtype=int)
    for call in (
        lambda: getattr(hw1, "nll_loss" + suffix)(x, column),
        lambda: getattr(hw1, "cross_entropy" + suffix)(x, column),
        lambda: getattr(hw1, "cosine_embedding_loss" + suffix)(x, x, column),
        lambda: getattr(hw1, "cosine_embedding_loss" + suffix)(x, x[:1], column[:, 0]),
    ):
        with pytest.raises(ValueError, match="shapes differ"):
            call()


def test_every_loss_has_a_gradient_of_the_same_arguments(hw1):
    for name in LOSSES:
        loss, grad = getattr(hw1, name), getattr(hw1, name + "_grad")
        assert inspect.signature(loss).parameters == inspect.signature(grad).parameters
