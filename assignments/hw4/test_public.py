"""hw4, the cases that members see: the handout's own numbers, then inputs that are drawn.

Parameters and gradients are tensors that live beside the answer: a case sets `p.grad`, calls `step()` and reads `p`.
The handout's numbers stand first in a case, so that a wrong answer can be followed by hand.
"""

from itertools import pairwise

import numpy as np

from grader import TensorValue, case, close, read

# 1 - 0.999**t in single precision is off by 6e-5 of itself at t = 1. Whoever counts t in a float32 tensor is as right
# as anyone, so where bias is corrected, a step of lr 0.1 may be off by 3e-6; mistakes show at 1e-3.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}
TOLERANCES = {"Adam": SINGLE, "AdamW": SINGLE, "RMSprop": {"atol": 1e-6}, "Adagrad": {"atol": 1e-6}}


# A whole run is one request: the loop stands beside the answer, as a training loop does. Where it has led to is judged
# like every answer.
LOOP = """
class CaseLoop:
    @staticmethod
    def drive(make, held, steps, options):
        optimizer = make(held, **options)
        path = []
        for gradients in steps:
            for p, g in zip(held, gradients):
                p.grad = g
            optimizer.step()
            path.append([p.detach().clone() for p in held])
        return path

    @staticmethod
    def fit(make, held, x, y, steps, options):
        w0, w1 = held
        optimizer = make(held, **options)
        for _ in range(steps):
            error = w1 * x + w0 - y
            optimizer.zero_grad()
            (error * error).mean().backward()
            optimizer.step()
        return held

    @staticmethod
    def cleared(make, p, gradient, options):
        optimizer = make([p], **options)
        p.grad = gradient
        optimizer.step()
        optimizer.zero_grad()
        return [p, p.grad]

    @staticmethod
    def clipped(clip, held, gradients, max_norm):
        for p, g in zip(held, gradients):
            p.grad = g
        return [clip(held, max_norm), [p.grad for p in held]]

    @staticmethod
    def rates(make, holder, base, steps, options):
        holder.lr = base
        schedule = make(holder, **options)
        rates = [holder.lr]
        for _ in range(steps):
            schedule.step()
            rates.append(holder.lr.clone() if hasattr(holder.lr, "clone") else holder.lr)
        return rates
"""


def loop(side, what, name, *arguments):
    """Run one of the loops with the class or function `name`."""
    side.define(LOOP)
    return getattr(side.CaseLoop, what)(getattr(side, name), *arguments)


def parameter(value):
    return TensorValue(np.asarray(value), requires_grad=True)


def drive(side, name, params, steps, **options):
    """Where all parameters are after each step; a step is one gradient (or None) for each parameter."""
    gradients = [[None if g is None else TensorValue(g) for g in step] for step in steps]
    return loop(side, "drive", name, list(map(parameter, params)), gradients, options)


def agree(student, reference, name, params, steps, **options):
    expected = drive(reference, name, params, steps, **options)
    close(drive(student, name, params, steps, **options), expected, **TOLERANCES.get(name, {}))


def by_hand(student, reference, name, *gradients, **options):
    """From p = 1 with the gradients of the handout."""
    agree(student, reference, name, [np.array([1.0])], [[np.array([g])] for g in gradients], **options)


def varying(rng, steps, *shapes):
    """Parameters, and gradients that differ from step to step in size and sign."""
    params = [rng.normal(size=shape) for shape in shapes]
    return params, [[rng.uniform(0.2, 3) * rng.normal(size=shape) for shape in shapes] for _ in range(steps)]


def learning_rates(side, name, base, steps, **options):
    """What `lr` is for each step. Any object that has an `lr` will do as an optimizer; here a tensor that got one."""
    return list(map(number, loop(side, "rates", name, TensorValue(np.zeros(1)), base, steps, options)))


def number(value):
    """A number, also where it comes as a tensor."""
    value = read(value)
    return value.array if isinstance(value, TensorValue) else value


def agree_on_rates(student, reference, name, base, steps, *, seen=list, **options):
    """What is `seen` in the rates must be what is seen in the reference's."""
    expected = learning_rates(reference, name, base, steps, **options)
    actual = learning_rates(student, name, base, steps, **options)
    close(actual, expected, limit=np.inf)  # as many of them, and all of them numbers
    close(seen(actual), seen(expected), atol=1e-6)


def heights(rates):
    """Rates, of which those that follow on an equal one are left out."""
    return [rate for at, rate in enumerate(rates) if at == 0 or not np.allclose(rate, rates[at - 1], atol=1e-6)]


def climb(rates):
    """The smallest and the greatest difference between one rate and another that follows on it; and the last rate."""
    steps = [float(after - before) for before, after in pairwise(rates) if not np.allclose(before, after)]
    return [min(steps, default=0.0), max(steps, default=0.0), float(rates[-1])]


def cleared(side, name, value, gradient, **options):
    """Where a parameter is after one step, and its gradient after zero_grad."""
    return loop(side, "cleared", name, parameter(value), TensorValue(gradient), options)


@case("SGD", points=1, concept="definition")
def test_sgd_value(student, reference, rng):
    """SGD goes against the gradient, lr times its length."""
    by_hand(student, reference, "SGD", 2.0, 4.0, lr=0.1)
    agree(student, reference, "SGD", *varying(rng, 5, (3,)), lr=0.05)


@case("SGD", points=2, concept="momentum")
def test_sgd_momentum(student, reference, rng):
    """SGD with momentum builds up the lecture's velocity."""
    by_hand(student, reference, "SGD", 2.0, 4.0, lr=0.1, momentum=0.9)
    agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=0.8)


@case("SGD", points=1, concept="nesterov")
def test_sgd_nesterov(student, reference, rng):
    """SGD with Nesterov's momentum looks one step ahead."""
    by_hand(student, reference, "SGD", 2.0, 4.0, lr=0.1, momentum=0.9, nesterov=True)
    agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=0.8, nesterov=True)


@case("SGD", points=1, concept="weight-decay")
def test_sgd_weight_decay(student, reference, rng):
    """SGD with weight decay adds it to the gradient."""
    by_hand(student, reference, "SGD", 2.0, 4.0, lr=0.1, weight_decay=0.5)
    agree(student, reference, "SGD", *varying(rng, 5, (3,)), lr=0.05, weight_decay=0.3)


@case("SGD", points=1, concept="zero-grad")
def test_sgd_zero_grad(student, reference, rng):
    """zero_grad of SGD sets every gradient to None and moves nothing."""
    value, gradient = rng.normal(size=(2, 3))
    close(cleared(student, "SGD", value, gradient, lr=0.1), cleared(reference, "SGD", value, gradient, lr=0.1))


@case("SGD", points=1, concept="training-loop", needs="test_sgd_value")
def test_sgd_fits_a_line(student, reference, rng):
    """SGD fits the lecture's line by real backward passes."""
    x = rng.normal(size=8)
    y = 1.5 - 0.8 * x + 0.1 * rng.normal(size=8)
    line = [TensorValue(x), TensorValue(y), 6, {"lr": 0.1}]
    close(*(loop(side, "fit", "SGD", [parameter(0.2), parameter(0.1)], *line) for side in (student, reference)))


@case("Adagrad", points=2, concept="definition")
def test_adagrad_value(student, reference, rng):
    """Adagrad divides by the root of all squared gradients so far."""
    by_hand(student, reference, "Adagrad", 3.0, 4.0, lr=0.1)
    agree(student, reference, "Adagrad", *varying(rng, 6, (3,)), lr=0.1)


@case("Adagrad", points=1, concept="weight-decay")
def test_adagrad_weight_decay(student, reference, rng):
    """Adagrad adds weight decay to the gradient first."""
    agree(student, reference, "Adagrad", *varying(rng, 5, (3,)), lr=0.1, weight_decay=0.5)


@case("RMSprop", points=2, concept="definition")
def test_rmsprop_value(student, reference, rng):
    """RMSprop divides by the root of a running average of squared gradients."""
    by_hand(student, reference, "RMSprop", 2.0, 3.0, lr=0.1, alpha=0.75)
    agree(student, reference, "RMSprop", *varying(rng, 6, (3,)), lr=0.02, alpha=0.9)


@case("Adam", points=1, concept="first-step")
def test_adam_first_step(student, reference, rng):
    """Adam's very first step is lr * g / (|g| + eps), whatever the betas."""
    by_hand(student, reference, "Adam", 2.0, lr=0.1, betas=(0.9, 0.99))
    agree(student, reference, "Adam", *varying(rng, 1, (4,)), lr=0.05, eps=0.3)


@case("Adam", points=1, concept="definition")
def test_adam_value(student, reference, rng):
    """Adam's first two steps, which the handout works out."""
    by_hand(student, reference, "Adam", 2.0, 1.0, lr=0.1, betas=(0.9, 0.99))
    agree(student, reference, "Adam", *varying(rng, 2, (3,)), lr=0.05)


@case("Adam", points=1, concept="first-moment")
def test_adam_signs(student, reference, rng):
    """Adam with gradients of 1 and -1, whose squares are all 1: only the average of the gradient is seen."""
    params, steps = varying(rng, 8, (5,))
    agree(student, reference, "Adam", params, [[np.sign(g)] for (g,) in steps], lr=0.05)


@case("Adam", points=3, concept="bias-correction")
def test_adam_path(student, reference, rng):
    """Adam over eight steps with gradients that vary."""
    agree(student, reference, "Adam", *varying(rng, 8, (3,)), lr=0.05)


@case("Adam", points=1, concept="weight-decay")
def test_adam_weight_decay(student, reference, rng):
    """Adam adds weight decay to the gradient first."""
    by_hand(student, reference, "Adam", 2.0, 1.0, lr=0.1, betas=(0.9, 0.99), weight_decay=0.5)
    agree(student, reference, "Adam", *varying(rng, 5, (3,)), lr=0.05, weight_decay=0.5)


@case("AdamW", points=2, concept="definition")
def test_adamw_value(student, reference, rng):
    """AdamW over eight steps with gradients that vary."""
    by_hand(student, reference, "AdamW", 2.0, 1.0, lr=0.1, betas=(0.9, 0.99), weight_decay=0.5)
    agree(student, reference, "AdamW", *varying(rng, 8, (3,)), lr=0.05, weight_decay=0.1)


@case("AdamW", points=2, concept="weight-decay")
def test_adamw_decay_alone(student, reference, rng):
    """AdamW shrinks a parameter by 1 - lr * weight_decay even where the gradient is 0."""
    by_hand(student, reference, "AdamW", 0.0, 0.0, lr=0.1, weight_decay=0.5)
    p = rng.uniform(1, 2, size=6)
    # Beside the zeros some of 1 and -1, with which a decay that goes through the gradient leads elsewhere.
    steps = [[np.sign(rng.normal(size=6)) * [0, 0, 0, 1, 1, 1]] for _ in range(4)]
    agree(student, reference, "AdamW", [p], steps, lr=0.2, betas=(0.9, 0.9), weight_decay=0.5)


def clipped(side, gradients, max_norm):
    """The norm that came back, and the gradients afterwards."""
    held = [parameter(np.zeros_like(g)) for g in gradients]
    norm, after = loop(side, "clipped", "clip_grad_norm", held, list(map(TensorValue, gradients)), max_norm)
    return [number(norm), after]


def two_long_ones(rng):
    """Gradients of the handout, then others that are too long."""
    return [np.array([3.0]), np.array([4.0])], [5 + rng.normal(size=3), rng.normal(size=3)]


@case("clip_grad_norm", points=1, concept="definition")
def test_clip_value(student, reference, rng):
    """clip_grad_norm shortens gradients of norm 5 to norm 1."""
    for gradients in two_long_ones(rng):
        close(clipped(student, gradients, 1.0)[1], clipped(reference, gradients, 1.0)[1])


@case("clip_grad_norm", points=1, concept="return-value")
def test_clip_returns(student, reference, rng):
    """clip_grad_norm gives back the norm that was there before: 5."""
    for gradients in two_long_ones(rng):
        close(clipped(student, gradients, 1.0)[0], float(clipped(reference, gradients, 1.0)[0]))


@case("clip_grad_norm", points=1, concept="short-gradients")
def test_clip_leaves_short_ones(student, reference, rng):
    """clip_grad_norm shortens 5 to 2, and leaves gradients alone that are short enough."""
    short = [rng.uniform(-0.4, 0.4, size=3), rng.uniform(0.1, 0.4, size=2)]
    for gradients in ([np.array([5.0])], short):
        close(clipped(student, gradients, 2.0)[1], clipped(reference, gradients, 2.0)[1])


@case("StepLR", points=1, concept="definition")
def test_steplr_run(student, reference, rng):
    """StepLR over a whole run: the handout's stairs."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "StepLR", base, 7, step_size=2, gamma=0.5)


@case("StepLR", points=1, concept="heights")
def test_steplr_heights(student, reference, rng):
    """StepLR goes down by the factor gamma from stair to stair, wherever the stairs are."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "StepLR", base, 6, seen=heights, step_size=2, gamma=0.5)


@case("ExponentialLR", points=1, concept="definition")
def test_exponential_run(student, reference, rng):
    """ExponentialLR over a whole run: the handout's decay."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "ExponentialLR", base, 6, gamma=0.5)


@case("CosineAnnealingLR", points=2, concept="definition")
def test_cosine_run(student, reference, rng):
    """CosineAnnealingLR over a whole run: from the base rate down to 0."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "CosineAnnealingLR", base, 4, T_max=4)


@case("WarmupLR", points=1, concept="definition")
def test_warmup_run(student, reference, rng):
    """WarmupLR climbs in equal steps and then stays."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "WarmupLR", base, 7, warmup_steps=4)


@case("WarmupLR", points=1, concept="heights")
def test_warmup_climb(student, reference, rng):
    """WarmupLR climbs by a share of 1 / warmup_steps each time, and ends at the base rate."""
    for base in (0.8, rng.uniform(0.2, 1)):
        agree_on_rates(student, reference, "WarmupLR", base, 7, seen=climb, warmup_steps=4)
