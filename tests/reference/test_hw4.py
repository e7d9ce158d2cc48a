"""hw4's reference against torch.optim over whole trajectories, and its schedules against torch's over whole runs."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

STEPS = 60
SHAPES = ((2, 3), (4,), ())
quick = settings(max_examples=8, deadline=None, database=None, derandomize=True)

seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([torch.float64, torch.float32])
rates = st.floats(1e-3, 0.2)
decays = st.sampled_from([0.0, 0.01, 0.4])
epsilons = st.sampled_from([1e-10, 1e-8, 1e-3, 0.5])
shares = st.floats(0.0, 0.99)
# Of the squares: with a shorter memory, a gradient that decay takes through 0 is divided by itself, and its last bits
# decide where the path goes from there, in torch as in ours.
memories = st.floats(0.9, 0.999)
scales = st.sampled_from([1e-8, 1e-3, 1.0, 100.0])


def load(name):
    file = Path(__file__).parents[2] / "reference" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"reference_{name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hw4 = load("hw4")


def draw(seed, scale, skip, dtype):
    """Parameters, and for each step a gradient for each; the second parameter is skipped now and then."""
    rng = np.random.default_rng(seed)
    params = [torch.tensor(rng.normal(size=shape), dtype=dtype) for shape in SHAPES]
    steps = [
        [torch.tensor(scale * rng.uniform(0.1, 3) * rng.normal(size=shape), dtype=dtype) for shape in SHAPES]
        for _ in range(STEPS)
    ]
    for gradients in steps:
        if skip and rng.random() < 0.3:
            gradients[1] = None
    return params, steps


def walk(make, set_lr, params, steps, lr, changes):
    """Where the parameters are after each step, `lr` being set anew on the way."""
    held = [p.clone().requires_grad_() for p in params]
    optimizer = make(held)
    path = []
    for at, gradients in enumerate(steps):
        if changes and at % 20 == 10:
            set_lr(optimizer, lr * (1 + at / 20))
        for p, g in zip(held, gradients, strict=True):
            p.grad = None if g is None else g.clone()
        optimizer.step()
        for p, g in zip(held, gradients, strict=True):
            assert (p.grad is None) == (g is None)
            assert g is None or torch.equal(p.grad, g)
            assert p.requires_grad
            assert p.is_leaf
        path.append([p.detach().clone() for p in held])
    return path


def set_ours(optimizer, lr):
    optimizer.lr = lr


def set_theirs(optimizer, lr):
    optimizer.param_groups[0]["lr"] = lr


def compare(name, seed, dtype, lr, scale=1.0, skip=True, changes=True, **options):
    params, steps = draw(seed, scale, skip, dtype)
    ours = walk(lambda held: getattr(hw4, name)(held, lr=lr, **options), set_ours, params, steps, lr, changes)
    theirs = walk(
        lambda held: getattr(torch.optim, name)(held, lr=lr, **options), set_theirs, params, steps, lr, changes
    )
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        for p, q in zip(one, other, strict=True):
            assert p.dtype == q.dtype == dtype
            size = float(q.abs().max()) + 1  # float32: a path that turns round large numbers keeps their error
            tolerance = (
                # Dividing by roots near eps magnifies the last bits; any slip is off by 1e-4.
                {"rtol": 1e-10, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 1e-3, "atol": 1e-3 * size}
            )
            torch.testing.assert_close(p, q, **tolerance, msg=lambda text, at=at: f"step {at}: {text}")


@pytest.mark.slow
@quick
@given(seeds, dtypes, rates, decays, shares, shares, st.booleans())
def test_sgd(seed, dtype, lr, weight_decay, momentum, dampening, nesterov):
    if nesterov:
        momentum, dampening = max(momentum, 0.1), 0.0
    options = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
    compare("SGD", seed, dtype, lr, **options)


def test_sgd_without_momentum_has_no_dampening():
    compare("SGD", 0, torch.float64, 0.1, momentum=0.0, dampening=0.5)


@quick
@given(seeds, dtypes, rates, decays, epsilons, scales)
def test_adagrad(seed, dtype, lr, weight_decay, eps, scale):
    compare("Adagrad", seed, dtype, lr, scale, weight_decay=weight_decay, eps=eps)


@quick
@given(seeds, dtypes, rates, decays, epsilons, scales, memories)
def test_rmsprop(seed, dtype, lr, weight_decay, eps, scale, alpha):
    compare("RMSprop", seed, dtype, lr, scale, weight_decay=weight_decay, eps=eps, alpha=alpha)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@quick
@given(seed=seeds, dtype=dtypes, lr=rates, decay=decays, eps=epsilons, scale=scales, b1=shares, b2=memories)
def test_adam(name, seed, dtype, lr, decay, eps, scale, b1, b2):
    compare(name, seed, dtype, lr, scale, weight_decay=decay, eps=eps, betas=(b1, b2))


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"])
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-9])
def test_defaults_are_those_of_torch(name, scale):
    params, steps = draw(7, scale, False, torch.float64)
    ours = walk(lambda held: getattr(hw4, name)(held), set_ours, params, steps, 0.1, False)
    theirs = walk(lambda held: getattr(torch.optim, name)(held), set_theirs, params, steps, 0.1, False)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("options", [{"nesterov": True}, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}])
def test_sgd_refuses_what_torch_refuses(options):
    p = torch.zeros(2, requires_grad=True)
    for module in (hw4, torch.optim):
        with pytest.raises(ValueError, match=r"(?i)nesterov"):
            module.SGD([p], lr=0.1, **options)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW"])
def test_zero_grad_and_a_generator_of_parameters(name):
    held = [torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)]
    optimizer = getattr(hw4, name)((p for p in held), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        sum((p**2).sum() for p in held).backward()
        optimizer.step()
    assert all((p < 1).all() for p in held)
    optimizer.zero_grad()
    assert [p.grad for p in held] == [None, None]


def test_a_real_loss_goes_down_as_with_torch():
    x, y = torch.randn(16, 3, generator=torch.Generator().manual_seed(1)).split([2, 1], dim=1)
    ends = []
    for module in (hw4, torch.optim):
        w = torch.zeros(2, 1, requires_grad=True)
        optimizer = module.AdamW([w], lr=0.05)
        losses = []
        for _ in range(80):
            optimizer.zero_grad()
            loss = ((x @ w - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < losses[0]
        ends.append(w.detach())
    torch.testing.assert_close(*ends, rtol=1e-4, atol=1e-5)


@quick
@given(seeds, dtypes, scales, st.floats(0.01, 10), st.booleans())
def test_clip_grad_norm(seed, dtype, scale, max_norm, skip):
    _, (gradients, *_) = draw(seed, scale, False, dtype)
    if skip:
        gradients[0] = None
    ends = []
    for clip in (hw4.clip_grad_norm, torch.nn.utils.clip_grad_norm_):
        held = [torch.zeros(shape, dtype=dtype, requires_grad=True) for shape in SHAPES]
        for p, g in zip(held, gradients, strict=True):
            p.grad = None if g is None else g.clone()
        norm = clip(held, max_norm)
        assert norm.shape == ()
        ends.append([norm, *[p.grad for p in held if p.grad is not None]])
    torch.testing.assert_close(*ends)


@pytest.mark.parametrize("gradients", [[None, None], [torch.zeros(2), torch.zeros(3)]])
def test_clip_of_nothing_and_of_zeros(gradients):
    held = [torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)]
    for p, g in zip(held, gradients, strict=True):
        p.grad = g
    assert hw4.clip_grad_norm(iter(held), 1.0) == torch.nn.utils.clip_grad_norm_(held, 1.0) == 0
    assert all(p.grad is None or not p.grad.any() for p in held)


# Schedules


def run_of(ours, theirs, base, steps):
    """Both schedules over a whole run, each beside an optimizer that steps first."""
    p = torch.zeros(1, requires_grad=True)
    optimizer, torch_optimizer = hw4.SGD([p], lr=base), torch.optim.SGD([p], lr=base)
    schedule, torch_schedule = ours(optimizer), theirs(torch_optimizer)
    for _ in range(steps + 1):
        np.testing.assert_allclose(optimizer.lr, torch_schedule.get_last_lr()[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(optimizer.lr, torch_optimizer.param_groups[0]["lr"], rtol=1e-9, atol=1e-12)
        optimizer.step()
        schedule.step()
        torch_optimizer.step()
        torch_schedule.step()


bases = st.floats(1e-3, 2)
factors = st.floats(0.05, 1)
lengths = st.integers(1, 25)
schedulers = torch.optim.lr_scheduler


@quick
@given(bases, lengths, factors)
def test_step_lr(base, size, gamma):
    run_of(lambda o: hw4.StepLR(o, size, gamma), lambda o: schedulers.StepLR(o, size, gamma), base, 60)


def test_step_lr_by_default():
    run_of(lambda o: hw4.StepLR(o, 4), lambda o: schedulers.StepLR(o, 4), 0.5, 20)


@quick
@given(bases, factors)
def test_exponential_lr(base, gamma):
    run_of(lambda o: hw4.ExponentialLR(o, gamma), lambda o: schedulers.ExponentialLR(o, gamma), base, 60)


@quick
@given(bases, lengths, st.sampled_from([0.0, 1e-4, 0.3]))
def test_cosine_annealing_lr(base, length, eta_min):
    """Twice down and up again; eta_min may even lie above the base rate."""
    run_of(
        lambda o: hw4.CosineAnnealingLR(o, length, eta_min),
        lambda o: schedulers.CosineAnnealingLR(o, length, eta_min),
        base,
        4 * length,
    )


@quick
@given(bases, lengths)
def test_warmup_lr(base, length):
    """The handout's min(1, (t + 1) / n), by torch's schedule for formulas of one's own."""
    run_of(
        lambda o: hw4.WarmupLR(o, length),
        lambda o: schedulers.LambdaLR(o, lambda t: min(1, (t + 1) / length)),
        base,
        3 * length,
    )


@given(bases, st.integers(2, 25))
@quick
def test_warmup_lr_is_torchs_linear_lr(base, length):
    run_of(
        lambda o: hw4.WarmupLR(o, length),
        lambda o: schedulers.LinearLR(o, start_factor=1 / length, total_iters=length - 1),
        base,
        3 * length,
    )


def test_the_handouts_numbers():
    """Each number that is worked out by hand in the handouts."""

    def path(name, gradients, **options):
        p = torch.ones(1, dtype=torch.float64, requires_grad=True)
        optimizer = getattr(hw4, name)([p], **options)
        values = []
        for g in gradients:
            p.grad = torch.full((1,), float(g), dtype=torch.float64)
            optimizer.step()
            values.append(round(p.item(), 4))
        return values

    assert path("SGD", (2, 4), lr=0.1) == [0.8, 0.4]
    assert path("SGD", (2, 4), lr=0.1, momentum=0.9) == [0.8, 0.22]
    assert path("SGD", (2, 4), lr=0.1, momentum=0.9, nesterov=True) == [0.62, -0.302]
    assert path("SGD", (2, 4), lr=0.1, weight_decay=0.5) == [0.75, 0.3125]
    assert path("Adagrad", (3, 4), lr=0.1) == [0.9, 0.82]
    assert path("RMSprop", (2, 3), lr=0.1, alpha=0.75) == [0.8, 0.6268]
    assert path("Adam", (2, 1), lr=0.1, betas=(0.9, 0.99)) == [0.9, 0.8067]
    assert path("Adam", (2, 1), lr=0.1, betas=(0.9, 0.99), weight_decay=0.5)[0] == 0.9
    assert path("AdamW", (2, 1), lr=0.1, betas=(0.9, 0.99), weight_decay=0.5)[0] == 0.85
    assert path("AdamW", (0,), lr=0.1, weight_decay=0.5) == [0.95]
    assert math.isclose(0.8 * (1 + math.cos(math.pi / 4)) / 2, 0.683, abs_tol=5e-4)
