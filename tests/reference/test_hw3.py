"""hw3's reference against torch.nn, which has the last word: values, gradients, statistics, whole training runs."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.courses import more_of_the_same

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.torch
quick = settings(max_examples=25, deadline=None, database=None, derandomize=True)

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)
scales = st.sampled_from([1.0, 30.0, 1000.0])
ACTIVATIONS = {
    "Sigmoid": ((), nn.Sigmoid()),
    "Tanh": ((), nn.Tanh()),
    "ReLU": ((), nn.ReLU()),
    "LeakyReLU": ((), nn.LeakyReLU()),
    "LeakyReLU of 0.1": ((0.1,), nn.LeakyReLU(0.1)),
    "ELU": ((), nn.ELU()),
    "ELU of 0.3": ((0.3,), nn.ELU(0.3)),
}


@pytest.fixture(scope="module")
def hw3():
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("reference_hw3", Path(__file__).parents[2] / "reference" / "hw3.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(20)


def normal(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def agree(ours, theirs, rtol=1e-9, atol=1e-11):
    torch.testing.assert_close(ours, theirs, rtol=rtol, atol=atol)


def double(module):
    """Our module in double precision: parameters and running statistics alike."""
    for tensor in module.state():
        tensor.data = tensor.data.double()
    return module


def twins(ours, theirs):
    """Both in double precision, with the same parameters."""
    double(ours)
    theirs.double()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.shape == other.shape
        other.data.copy_(mine.data)
    return ours, theirs


def compare(ours, theirs, x, upstream=None, **tolerance):
    """Value, and the gradients of the input and of every parameter."""
    before = x.clone()
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    outputs = [module(given) for module, given in zip((ours, theirs), inputs, strict=True)]
    agree(*outputs, **tolerance)
    upstream = normal(5, *outputs[0].shape, dtype=x.dtype) if upstream is None else upstream
    for output in outputs:
        (output * upstream).sum().backward()
    agree(inputs[0].grad, inputs[1].grad, **tolerance)
    agree(inputs[0].detach(), before, rtol=0, atol=0)
    if isinstance(theirs, nn.Module):
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            agree(mine.grad, other.grad, **tolerance)


@pytest.mark.parametrize("name", ACTIVATIONS)
@quick
@given(seed=seeds, n=sizes, d=sizes, scale=scales, single=st.booleans())
def test_activations(hw3, name, seed, n, d, scale, single):
    arguments, theirs = ACTIVATIONS[name]
    ours = getattr(hw3, name.partition(" ")[0])(*arguments)
    x = scale * normal(seed, n, d, dtype=torch.float32 if single else torch.float64)
    x[0, 0] = 0.0
    # In single precision 2 * sigmoid - 1 is off by one unit of the last place of 1.
    compare(ours, theirs, x, **({"rtol": 1e-4, "atol": 3e-6} if single else {}))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_finite_everywhere(hw3, name):
    ours = getattr(hw3, name.partition(" ")[0])(*ACTIVATIONS[name][0])
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor([-1e30, -1000.0, -100.0, 0.0, 100.0, 1000.0, 1e30], dtype=dtype, requires_grad=True)
        y = ours(x)
        y.sum().backward()
        assert y.dtype == dtype
        assert torch.isfinite(y).all()
        assert torch.isfinite(x.grad).all()


@quick
@given(seed=seeds, n=sizes, n_in=sizes, n_out=sizes, bias=st.booleans(), init=st.sampled_from(["xavier", "kaiming"]))
def test_linear(hw3, seed, n, n_in, n_out, bias, init):
    ours = hw3.Linear(n_in, n_out, init=init, bias=bias)
    assert (ours.bias is None) == (not bias)
    compare(*twins(ours, nn.Linear(n_in, n_out, bias=bias)), normal(seed, n, n_in))


@pytest.mark.parametrize("shape", [(300, 200), (100, 600)])
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_initialisation_spreads_as_in_torch(hw3, init, shape):
    theirs = torch.empty(shape[1], shape[0])
    initialise = nn.init.xavier_normal_ if init == "xavier" else nn.init.kaiming_normal_
    initialise(theirs, **({} if init == "xavier" else {"nonlinearity": "relu"}))
    ours = hw3.Linear(*shape, init=init)
    assert ours.weight.shape == theirs.shape
    assert ours.weight.var().item() == pytest.approx(theirs.var().item(), rel=0.06)
    assert abs(ours.weight.mean().item()) < 0.05 * ours.weight.std().item()
    assert not ours.bias.any()
    with pytest.raises(ValueError, match="xavier, kaiming"):
        hw3.Linear(*shape, init="zeros")


@quick
@given(seed=seeds, n=sizes, n_in=sizes, n_out=sizes, pieces=st.integers(1, 4))
def test_maxout(hw3, seed, n, n_in, n_out, pieces):
    ours = double(hw3.Maxout(n_in, n_out, pieces))
    weights = [part.detach().clone().requires_grad_() for part in ours.parameters()]

    def theirs(x):
        parts = [nn.functional.linear(x, weights[at], weights[at + 1]) for at in range(0, len(weights), 2)]
        return torch.stack(parts).max(dim=0).values

    compare(ours, theirs, normal(seed, n, n_in))
    for mine, other in zip(ours.parameters(), weights, strict=True):
        agree(mine.grad, other.grad)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_dropout(hw3, p):
    ours, theirs, x = hw3.Dropout(p), nn.Dropout(p), torch.ones(300, 300, requires_grad=True)
    y = ours(x)
    agree(y.unique(), theirs(torch.ones(300, 300)).unique())
    assert y.eq(0).float().mean().item() == pytest.approx(p, abs=0.02)
    y.sum().backward()
    agree(x.grad, y.detach())
    assert ours.eval()(x) is x
    assert (p in (0.0, 1.0)) == bool((ours.train()(x) == y).all())


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_dropout_refuses(hw3, p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        hw3.Dropout(p)


@quick
@given(
    seed=seeds, d=sizes, rows=st.lists(st.integers(2, 7), min_size=1, max_size=5),
    momentum=st.sampled_from([0.0, 0.1, 0.7, 1.0]), eps=st.sampled_from([1e-5, 0.3]),
)  # fmt: skip
def test_batch_norm(hw3, seed, d, rows, momentum, eps):
    ours, theirs = hw3.BatchNorm1d(d, eps=eps, momentum=momentum), nn.BatchNorm1d(d, eps=eps, momentum=momentum)
    twins(ours, theirs)
    for parameter, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        other.data.copy_(parameter.data.copy_(normal(seed + len(rows), d)))
    for at, n in enumerate(rows):
        # Rows that are almost alike have gradients of the size of 1 / eps, which no rounding survives unchanged.
        compare(ours, theirs, 3 + 2 * normal(seed + at, n, d), rtol=1e-6, atol=1e-8)
        agree(ours.running_mean, theirs.running_mean)
        agree(ours.running_var, theirs.running_var)
    ours.eval(), theirs.eval()
    compare(ours, theirs, normal(seed, 1, d), rtol=1e-6, atol=1e-8)
    agree(ours.running_var, theirs.running_var)
    assert not ours.running_mean.requires_grad
    assert not ours.running_var.requires_grad


def test_batch_norm_refuses_one_row_as_torch_does(hw3):
    for layer in (hw3.BatchNorm1d(3), nn.BatchNorm1d(3)):
        with pytest.raises(ValueError, match=r"one|more than 1"):
            layer(torch.ones(1, 3))


def torch_mlp(layers, activation, batch_norm, dropout):
    *hidden, last = itertools.pairwise(layers)
    parts = []
    for n_in, n_out in hidden:
        parts += [nn.Linear(n_in, n_out)] + [nn.BatchNorm1d(n_out)] * batch_norm + [activation]
        parts += [nn.Dropout(dropout)] * (dropout > 0)
    return nn.Sequential(*parts, nn.Linear(*last))


@quick
@given(
    seed=seeds, layers=st.lists(sizes, min_size=2, max_size=5), batch_norm=st.booleans(),
    name=st.sampled_from(list(ACTIVATIONS)), dropout=st.sampled_from([0.0, 0.5]),
)  # fmt: skip
def test_mlp(hw3, seed, layers, batch_norm, name, dropout):
    arguments, activation = ACTIVATIONS[name]
    ours = hw3.MLP(layers, lambda: getattr(hw3, name.partition(" ")[0])(*arguments), dropout, batch_norm)
    ours, theirs = twins(ours, torch_mlp(layers, activation, batch_norm, dropout))
    if dropout == 0:
        compare(ours, theirs, normal(seed, 6, layers[0]), rtol=1e-5, atol=1e-7)
    compare(ours.eval(), theirs.eval(), normal(seed, 3, layers[0]), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ELU"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_gradients_of_a_network_are_those_of_finite_differences(hw3, name, batch_norm):
    net = double(hw3.MLP([3, 4, 4, 2], getattr(hw3, name), batch_norm=batch_norm))
    x, upstream, step = normal(1, 6, 3), normal(2, 6, 2), 1e-6
    (net(x) * upstream).sum().backward()
    for parameter in net.parameters():
        slopes = torch.zeros_like(parameter)
        for place in np.ndindex(parameter.shape):
            ends = []
            for way in (step, -2 * step, step):
                with torch.no_grad():
                    ends.append((net(x) * upstream).sum().item())
                    parameter[place] += way
            slopes[place] = (ends[1] - ends[2]) / (2 * step)
        agree(parameter.grad, slopes.detach(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("and", lambda a, b: a and b),
        ("or", lambda a, b: a or b),
        ("xor", lambda a, b: a != b),
        ("xnor", lambda a, b: a == b),
    ],
)
def test_gates(hw3, name, truth):
    corners = list(itertools.product([False, True], repeat=2))
    expected = torch.tensor([[float(truth(*corner))] for corner in corners])
    gate = getattr(hw3, f"{name}_gate")()
    agree(gate(torch.tensor(corners).float()).detach(), expected, rtol=0, atol=1e-3)
    assert len(gate.parameters()) == (4 if name.startswith("x") else 2)


def test_not_gate(hw3):
    agree(hw3.not_gate()(torch.tensor([[0.0], [1.0]])).detach(), torch.tensor([[1.0], [0.0]]), rtol=0, atol=1e-3)


@quick
@given(seed=seeds, n=sizes, c=sizes, scale=scales)
def test_losses(hw3, seed, n, c, scale):
    x, y = scale * normal(seed, n, c), normal(seed + 1, n, c)
    labels = torch.randint(0, c, (n,), generator=torch.Generator().manual_seed(seed))
    compare(lambda x: hw3.mse_loss(x, y), lambda x: nn.functional.mse_loss(x, y), x)
    compare(lambda x: hw3.cross_entropy(x, labels), lambda x: nn.functional.cross_entropy(x, labels), x)


@quick
@given(seed=seeds, n=sizes, d=sizes, c=sizes, scale=scales)
def test_softmax_classifier(hw3, seed, n, d, c, scale):
    weight, bias = normal(seed + 1, c, d), normal(seed + 2, c)
    compare(
        lambda x: hw3.softmax_classifier(x, weight, bias),
        lambda x: torch.softmax(nn.functional.linear(x, weight, bias), dim=1),
        scale * normal(seed, n, d),
    )


@pytest.mark.parametrize("shapes", [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (3,)), ((4,), ())])
def test_mse_loss_refuses_to_spread(hw3, shapes):
    with pytest.raises(ValueError, match="shapes differ"):
        hw3.mse_loss(*map(torch.ones, shapes))


def test_penalties_are_on_weights(hw3):
    net = hw3.Sequential(hw3.Maxout(3, 4), hw3.MLP([4, 5, 1], batch_norm=True))
    for parameter in net.parameters():
        parameter.data = torch.randn_like(parameter)
    weights = [parameter for parameter in net.parameters() if parameter.ndim == 2]
    assert len(weights) == 4
    flat = torch.cat([weight.flatten() for weight in weights])
    for name, value, slope in (
        ("l1_penalty", 0.3 * torch.linalg.vector_norm(flat, 1), lambda w: 0.3 * w.sign()),
        ("l2_penalty", 0.15 * torch.linalg.vector_norm(flat) ** 2, lambda w: 0.3 * w),
    ):
        penalty = getattr(hw3, name)(net, 0.3)
        penalty.backward()
        agree(penalty.detach(), value.detach(), rtol=1e-5, atol=1e-6)
        for parameter in net.parameters():
            expected = slope(parameter.detach()) if parameter.ndim == 2 else None
            assert (parameter.grad is None) == (expected is None)
            if expected is not None:
                agree(parameter.grad, expected, rtol=1e-5, atol=1e-6)
            parameter.grad = None


def test_modules_are_found_however_deep_they_lie(hw3):
    net, shared, deep = hw3.Module(), hw3.Linear(2, 2), hw3.Sequential(hw3.Sequential(hw3.Dropout()))
    net.first, net.blocks, net.note = shared, [[shared, hw3.BatchNorm1d(2)], {"deep": (deep,)}], "text"
    norm, dropout = net.blocks[0][1], deep.layers[0].layers[0]
    assert [id(t) for t in net.parameters()] == [id(t) for t in (shared.weight, shared.bias, norm.weight, norm.bias)]
    assert len(net.state()) == 6
    assert net.eval() is net
    assert not any(part.training for part in (net, shared, norm, deep, dropout))
    assert net.train() is net
    assert all(part.training for part in (net, shared, norm, deep, dropout))


@quick
@given(seed=seeds, n=st.integers(1, 20), size=st.integers(1, 25), shuffle=st.booleans())
def test_batches(hw3, seed, n, size, shuffle):
    torch.manual_seed(seed)
    x = torch.arange(2.0 * n).reshape(n, 2)
    found = list(hw3.batches(x, x[:, 0], size, shuffle))
    assert [len(part) for part, _ in found] == [size] * (n // size) + [n % size] * (n % size > 0)
    rows, labels = (torch.cat(parts) for parts in zip(*found, strict=True))
    agree(rows[:, 0], labels)
    agree(rows.sort(dim=0).values if shuffle else rows, x)


def test_batches_refuse(hw3):
    for x, y, size in ((torch.ones(4), torch.ones(3), 2), (torch.ones(4), torch.ones(4), 0)):
        with pytest.raises(ValueError, match="no batches"):
            hw3.batches(x, y, size)


def test_shuffling_is_fair(hw3):
    rows = torch.arange(4.0)
    seen = [tuple(next(iter(hw3.batches(rows, rows, 4)))[0].tolist()) for _ in range(2400)]
    counts = [seen.count(order) for order in itertools.permutations(range(4))]
    assert min(counts) > 50  # 100 are expected of each


@pytest.mark.parametrize("mode", [True, False])
def test_evaluate_leaves_no_trace(hw3, mode):
    net = hw3.Sequential(hw3.BatchNorm1d(2), hw3.Dropout(), hw3.Linear(2, 1)).train(mode)
    before = [tensor.clone() for tensor in net.state()]
    x, y = torch.randn(5, 2), torch.randn(5, 1)
    value = hw3.evaluate(net, x, y, hw3.mse_loss)
    assert type(value) is float
    assert value == pytest.approx(hw3.mse_loss(net.eval()(x), y).item())
    net.train(mode)
    assert net.layers[1].training is mode
    for now, then in zip(net.state(), before, strict=True):
        agree(now, then, rtol=0, atol=0)
        assert now.grad is None


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("l2", [0.01, *more_of_the_same([0.0])])
def test_fit_takes_the_way_of_torch_optim(hw3, batch_norm, l2):
    """Sixty epochs: losses of training and validation, and the weights at the end."""
    ours = hw3.MLP([2, 5, 1], hw3.Tanh, batch_norm=batch_norm)
    ours, theirs = twins(ours, torch_mlp([2, 5, 1], nn.Tanh(), batch_norm, 0.0))
    x, y, vx, vy = normal(1, 22, 2), normal(2, 22, 1), normal(3, 9, 2), normal(4, 9, 1)
    weights = [parameter for parameter in theirs.parameters() if parameter.ndim == 2]
    others = [parameter for parameter in theirs.parameters() if parameter.ndim < 2]
    # torch's weight decay adds lam * W to the gradient, which is just what the penalty with the half does.
    groups = [{"params": weights, "weight_decay": l2}, {"params": others, "weight_decay": 0.0}]
    optimizer, expected = torch.optim.SGD(groups, lr=0.05), {"train": [], "validation": []}
    for _ in range(60):
        theirs.train()
        total = 0.0
        for inputs, targets in zip(x.split(8), y.split(8), strict=True):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(theirs(inputs), targets)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        expected["train"].append(total / len(x))
        theirs.eval()
        with torch.no_grad():
            expected["validation"].append(nn.functional.mse_loss(theirs(vx), vy).item())
    history = hw3.fit(ours, x, y, hw3.mse_loss, 60, 0.05, 8, shuffle=False, l2=l2, validation=(vx, vy))
    for part in ("train", "validation"):
        np.testing.assert_allclose(history[part], expected[part], rtol=1e-8)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        agree(mine, other, rtol=1e-8, atol=1e-10)


def test_fit_with_l1_follows_the_penalty(hw3):
    line, x = double(hw3.Linear(1, 1)), normal(1, 6, 1)
    with torch.no_grad():
        line.weight.fill_(0.5)
    slope = 2 * ((0.5 * x - x) * x).mean() + 0.2
    history = hw3.fit(line, x, x, hw3.mse_loss, 1, 0.1, l1=0.2)
    agree(line.weight.detach(), (0.5 - 0.1 * slope).reshape(1, 1))
    assert history == {"train": [pytest.approx(((0.5 * x - x) ** 2).mean().item())], "validation": []}


def test_fit_stops_early_with_the_best_state(hw3):
    net, x = hw3.Sequential(hw3.BatchNorm1d(1), hw3.Linear(1, 1)), torch.rand(8, 1) + 1
    best = hw3.EarlyStopping(patience=3)
    history = hw3.fit(net, x, 2 * x, hw3.mse_loss, 200, 0.05, validation=(x, 0.8 * x), stopping=best)
    losses = history["validation"]
    assert losses.index(min(losses)) == len(losses) - 4
    assert len(losses) == len(history["train"]) < 200
    assert hw3.evaluate(net, x, 0.8 * x, hw3.mse_loss) == pytest.approx(min(losses))
    with pytest.raises(ValueError, match="validation"):
        hw3.fit(net, x, x, hw3.mse_loss, 1, 0.1, stopping=best)


def test_fit_learns_xor_and_a_linear_model_does_not(hw3):
    x, labels = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([0, 1, 1, 0])
    learnt = []
    for layers in ([2, 8, 2], [2, 2]):
        net = hw3.MLP(layers, hw3.Tanh)
        hw3.fit(net, x, labels, hw3.cross_entropy, 150, 0.5)
        learnt.append(bool((net(x).argmax(dim=1) == labels).all()))
    assert learnt == [True, False]


@quick
@given(
    losses=st.lists(st.one_of(st.integers(0, 9).map(float), st.just(math.nan)), max_size=30),
    patience=st.integers(1, 4), min_delta=st.sampled_from([0.0, 1.0, 2.0]),
)  # fmt: skip
def test_early_stopping(hw3, losses, patience, min_delta):
    """Against the definition read backwards: no loss of the last `patience` was better than the best before it."""
    stopping = hw3.EarlyStopping(patience, min_delta)
    best, marks = math.inf, []
    for loss in losses:
        marks.append(loss < best - min_delta)
        best = loss if marks[-1] else best
        assert stopping.step(loss) == (len(marks) >= patience and not any(marks[-patience:]))
    assert stopping.best == best


def test_early_stopping_without_a_model_restores_nothing(hw3):
    layer, stopping = hw3.Linear(2, 1), hw3.EarlyStopping()
    before = layer.weight.detach().clone()
    stopping.step(1.0)
    stopping.restore(layer)
    agree(layer.weight.detach(), before)
