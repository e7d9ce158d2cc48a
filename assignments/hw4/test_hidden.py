"""hw4, the hidden cases: the edges, for each optimizer and each schedule, and the two together.

The cases on very small gradients start from 0, so that nothing small is lost beside something large.
"""

import numpy as np

from grader.judge import TensorValue, case, close, raises, read, unchanged

# 1 - 0.999**t in single precision is off by 6e-5 of itself at t = 1. Whoever counts t in a float32 tensor is as right
# as anyone, so where bias is corrected, a step of lr 0.1 may be off by 3e-6; mistakes show at 1e-3.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}
TOLERANCES = {"Adam": SINGLE, "AdamW": SINGLE, "RMSprop": {"atol": 1e-6}, "Adagrad": {"atol": 1e-6}}
RATES = [(2, 0.1), (5, 0.01)]  # learning rates that are set anew during a run


# A whole run is one request; step by step it would cross the bridge hundreds of times. The loop stands beside the
# answer, as a training loop does, and where it has led to is judged like every answer.
LOOP = """
class CaseLoop:
    @staticmethod
    def drive(make, held, steps, options, rates=(), every=1):
        return CaseLoop.walk(make(held, **options), held, steps, dict(rates), every)

    @staticmethod
    def walk(optimizer, held, steps, rates={}, every=1, schedules=()):
        path = []
        for at, gradients in enumerate(steps):
            if at in rates:
                optimizer.lr = rates[at]
            CaseLoop.give(held, gradients)
            optimizer.step()
            for schedule in schedules:
                schedule.step()
            if (at + 1) % every == 0:
                path.append([p.detach().clone() for p in held])
        return path

    @staticmethod
    def give(held, gradients):
        for p, g in zip(held, gradients):
            p.grad = g

    @staticmethod
    def together(schedule, make, held, steps, options, schedule_options):
        optimizer = make(held, **options)
        return CaseLoop.walk(optimizer, held, steps, schedules=[schedule(optimizer, **schedule_options)])

    @staticmethod
    def same_gradient(make, p, gradient, options):
        optimizer = make([p], **options)
        p.grad = gradient
        for _ in range(4):
            optimizer.step()
        return [p, p.grad]

    @staticmethod
    def apart(make, held, steps, options):
        optimizers = [make([p], **options) for p in held]
        for gradients in steps:
            CaseLoop.give(held, gradients)
            for optimizer in optimizers:
                optimizer.step()
        return held

    @staticmethod
    def cleared(make, p, first, second, options):
        optimizer = make([p], **options)
        p.grad = first
        optimizer.step()
        optimizer.zero_grad()
        seen = p.grad
        optimizer.step()
        p.grad = second
        optimizer.step()
        return [seen, p]

    @staticmethod
    def clipped(clip, held, gradients, max_norm):
        CaseLoop.give(held, gradients)
        return [clip(held, max_norm), [[p, p.grad] for p in held]]

    @staticmethod
    def clipped_steps(clip, make, held, steps, max_norm, options):
        optimizer = make(held, **options)
        for gradients in steps:
            CaseLoop.give(held, gradients)
            clip(held, max_norm)
            optimizer.step()
        return held

    @staticmethod
    def rates(make, holders, bases, steps, options):
        for holder, base in zip(holders, bases):
            holder.lr = base
        schedules = [make(holder, **options) for holder in holders]
        rates = [[holder.lr for holder in holders]]
        for at in range(steps):
            for schedule in schedules[: 1 + at % 2]:
                schedule.step()
            rates.append([holder.lr.clone() if hasattr(holder.lr, "clone") else holder.lr for holder in holders])
        return rates
"""


def loop(side, what, *names_and_arguments):
    """Run one of the loops; what stands before the first argument that is no text are names of the submission."""
    side.define(LOOP)
    given = [getattr(side, one) if isinstance(one, str) else one for one in names_and_arguments]
    return getattr(side.CaseLoop, what)(*given)


def parameters(values):
    return [TensorValue(np.asarray(value), requires_grad=True) for value in values]


def gradients_of(steps):
    return [[None if g is None else TensorValue(np.asarray(g)) for g in step] for step in steps]


def drive(side, name, params, steps, *, rates=(), every=1, **options):
    """Where all parameters are after each step (or each so many); a step is one gradient or None for each parameter."""
    return loop(side, "drive", name, parameters(params), gradients_of(steps), options, list(rates), every)


def agree(student, reference, name, params, steps, *, dtype=False, **options):
    expected = drive(reference, name, params, steps, **options)
    close(drive(student, name, params, steps, **options), expected, dtype=dtype, **TOLERANCES.get(name, {}))


def varying(rng, steps, *shapes, dtype=np.float64):
    """Parameters, and gradients that differ from step to step in size and sign."""
    params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return params, [
        [(rng.uniform(0.2, 3) * rng.normal(size=shape)).astype(dtype) for shape in shapes] for _ in range(steps)
    ]


def agree_on_shapes(student, reference, rng, name, **options):
    """Parameters of three shapes, first in double precision and then in single, which must stay single."""
    for dtype in (np.float64, np.float32):
        agree(student, reference, name, *varying(rng, 7, (2, 3), (4,), (), dtype=dtype), dtype=True, **options)


def agree_on_skipped(student, reference, rng, name, **options):
    """Two parameters, of which the second has no gradient at first and once in between."""
    params, steps = varying(rng, 6, (3,), (2,))
    steps = [[g, None if at in (0, 1, 4) else h] for at, (g, h) in enumerate(steps)]
    agree(student, reference, name, params, steps, **options)


def agree_on_small(student, reference, rng, name, eps, **options):
    """Fifty steps with gradients of 1e-3, and with some of the size of `eps`."""
    scales = (1e-3, eps)
    steps = [[s * rng.normal(size=3) + s for s in scales] for _ in range(50)]
    agree(student, reference, name, [np.zeros(3), np.zeros(3)], steps, every=10, **options)


def agree_and_leave_gradients(student, reference, rng, name, **options):
    """Four steps on one and the same gradient tensor, which must stay what it was."""
    value, gradient = rng.normal(size=(2, 3))
    (actual, after), (expected, _) = (
        loop(side, "same_gradient", name, *parameters([value]), TensorValue(gradient), options)
        for side in (student, reference)
    )
    unchanged(after, gradient)
    close(actual, expected, **TOLERANCES.get(name, {}))


def agree_apart(student, reference, rng, name, **options):
    """Two optimizers of one kind at work by turns."""
    params, steps = varying(rng, 5, (3,), (3,))
    work = [parameters(params), gradients_of(steps), options]
    close(*(loop(side, "apart", name, *work) for side in (student, reference)), **TOLERANCES.get(name, {}))


def agree_on_cleared(student, reference, rng, name, **options):
    """One step, zero_grad, a step without gradients, one more step."""
    value, first, second = rng.normal(size=(3, 3))
    work = [*parameters([value]), TensorValue(first), TensorValue(second), options]
    close(*(loop(side, "cleared", name, *work) for side in (student, reference)), **TOLERANCES.get(name, {}))


def number(value):
    """A number, also where it comes as a tensor or as a whole 0."""
    value = read(value)
    return value.array if isinstance(value, TensorValue) else 0.0 if type(value) is int and not value else value


def agree_on_rates(student, reference, name, base, steps, **options):
    """What `lr` is for each step of a whole run, and of another schedule that goes half as far beside it."""
    runs = []
    for side in (student, reference):
        holders = [TensorValue(np.zeros(1)), TensorValue(np.zeros(1))]
        rates = loop(side, "rates", name, holders, [base, 0.3], steps, options)
        runs.append([[number(rate) for rate in pair] for pair in rates])
    close(*runs, atol=1e-6)


def agree_together(student, reference, rng, optimizer_name, name, optimizer_options, **options):
    """A training run as it should be: the optimizer steps, then the schedule."""
    params, steps = varying(rng, 8, (3,))
    work = [parameters(params), gradients_of(steps), optimizer_options, options]
    close(*(loop(side, "together", name, optimizer_name, *work) for side in (student, reference)), **SINGLE)


@case("SGD", points=3, concept="state-per-parameter")
def test_sgd_shapes(student, reference, rng):
    """SGD with momentum keeps a velocity for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "SGD", lr=0.05, momentum=0.9, weight_decay=0.1)


@case("SGD", points=2, concept="dampening")
def test_sgd_dampening(student, reference, rng):
    """SGD's dampening, which spares the first gradient and does nothing without momentum."""
    for momentum in (0.9, 0.0):
        agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=momentum, dampening=0.4)


@case("SGD", points=1, concept="composition")
def test_sgd_all_options(student, reference, rng):
    """SGD with Nesterov's momentum and weight decay together."""
    agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=0.9, weight_decay=0.4, nesterov=True)


@case("SGD", points=2, concept="lr-changes")
def test_sgd_rates_set(student, reference, rng):
    """SGD with momentum follows lr when it is set anew during the run."""
    agree(student, reference, "SGD", *varying(rng, 7, (3,)), rates=RATES, lr=0.04, momentum=0.9)


@case("SGD", points=2, concept="no-gradient")
def test_sgd_skips(student, reference, rng):
    """SGD leaves a parameter alone that has no gradient, momentum and weight decay notwithstanding."""
    agree_on_skipped(student, reference, rng, "SGD", lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.4)


@case("SGD", points=2, concept="gradient-untouched")
def test_sgd_leaves_gradients(student, reference, rng):
    """SGD leaves the gradients as they were, with momentum and weight decay."""
    agree_and_leave_gradients(student, reference, rng, "SGD", lr=0.05, momentum=0.9)
    agree_and_leave_gradients(student, reference, rng, "SGD", lr=0.05, momentum=0.9, weight_decay=0.4)


@case("SGD", points=1, concept="state-per-optimizer")
def test_sgd_apart(student, reference, rng):
    """Two SGD optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "SGD", lr=0.05, momentum=0.9)


@case("SGD", points=1, concept="small-gradients")
def test_sgd_small(student, reference, rng):
    """SGD adds up fifty small steps, with its own default lr as well."""
    steps = [[0.01 * rng.normal(size=3) + 0.01] for _ in range(50)]
    for options in ({"lr": 0.1, "momentum": 0.9}, {}):
        agree(student, reference, "SGD", [np.zeros(3)], steps, every=10, **options)


@case("SGD", points=1, concept="wrong-options", needs="test_sgd_nesterov")
def test_sgd_refuses(student, reference, rng):
    """SGD refuses Nesterov without momentum, or with dampening."""
    agree(student, reference, "SGD", *varying(rng, 3, (3,)), lr=0.05, momentum=0.9, nesterov=True)
    p = student.live.tensor(rng.normal(size=3), requires_grad=True)
    with raises(ValueError):
        student.live.SGD([p], lr=0.1, nesterov=True)
    with raises(ValueError):
        student.live.SGD([p], lr=0.1, momentum=0.9, dampening=0.1, nesterov=True)


@case("Adagrad", points="3/2", concept="state-per-parameter")
def test_adagrad_shapes(student, reference, rng):
    """Adagrad keeps a sum for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "Adagrad", lr=0.1)


@case("Adagrad", points=1, concept="eps")
def test_adagrad_eps(student, reference, rng):
    """Adagrad adds eps to the root, not under it."""
    agree(student, reference, "Adagrad", *varying(rng, 6, (3,)), lr=0.1, eps=0.5)


@case("Adagrad", points="1/2", concept="lr-changes")
def test_adagrad_rates_set(student, reference, rng):
    """Adagrad follows lr when it is set anew during the run."""
    agree(student, reference, "Adagrad", *varying(rng, 7, (3,)), rates=RATES, lr=0.04)


@case("Adagrad", points=1, concept="no-gradient")
def test_adagrad_skips(student, reference, rng):
    """Adagrad leaves a parameter alone that has no gradient."""
    agree_on_skipped(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)


@case("Adagrad", points=1, concept="gradient-untouched")
def test_adagrad_leaves_gradients(student, reference, rng):
    """Adagrad leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)


@case("Adagrad", points=1, concept="small-gradients")
def test_adagrad_small(student, reference, rng):
    """Adagrad over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "Adagrad", 1e-10)


@case("RMSprop", points="3/2", concept="state-per-parameter")
def test_rmsprop_shapes(student, reference, rng):
    """RMSprop keeps an average for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)


@case("RMSprop", points=1, concept="eps")
def test_rmsprop_eps(student, reference, rng):
    """RMSprop adds eps to the root, not under it."""
    agree(student, reference, "RMSprop", *varying(rng, 6, (3,)), lr=0.02, alpha=0.8, eps=0.5)


@case("RMSprop", points=1, concept="small-gradients")
def test_rmsprop_small(student, reference, rng):
    """RMSprop over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "RMSprop", 1e-8)


@case("RMSprop", points=1, concept="weight-decay")
def test_rmsprop_weight_decay(student, reference, rng):
    """RMSprop adds weight decay to the gradient first."""
    agree(student, reference, "RMSprop", *varying(rng, 6, (3,)), lr=0.02, alpha=0.8, weight_decay=0.5)


@case("RMSprop", points="1/2", concept="lr-changes")
def test_rmsprop_rates_set(student, reference, rng):
    """RMSprop follows lr when it is set anew during the run."""
    agree(student, reference, "RMSprop", *varying(rng, 7, (3,)), rates=RATES, lr=0.04, alpha=0.8)


@case("RMSprop", points=2, concept="no-gradient")
def test_rmsprop_skips(student, reference, rng):
    """RMSprop leaves a parameter alone that has no gradient, and its average too."""
    agree_on_skipped(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)


@case("RMSprop", points=1, concept="gradient-untouched")
def test_rmsprop_leaves_gradients(student, reference, rng):
    """RMSprop leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8, weight_decay=0.4)


@case("Adam", points="5/2", concept="state-per-parameter")
def test_adam_shapes(student, reference, rng):
    """Adam keeps averages and a count of steps for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "Adam", lr=0.05)


@case("Adam", points=2, concept="eps")
def test_adam_eps(student, reference, rng):
    """Adam adds eps to the root of the corrected average."""
    agree(student, reference, "Adam", *varying(rng, 6, (3,)), lr=0.05, eps=0.5)


@case("Adam", points=1, concept="betas")
def test_adam_betas(student, reference, rng):
    """Adam uses either beta where it belongs."""
    agree(student, reference, "Adam", *varying(rng, 6, (3,)), lr=0.05, betas=(0.6, 0.8))


@case("Adam", points=1, concept="lr-changes")
def test_adam_rates_set(student, reference, rng):
    """Adam follows lr when it is set anew during the run."""
    agree(student, reference, "Adam", *varying(rng, 7, (3,)), rates=RATES, lr=0.04)


@case("Adam", points=2, concept="no-gradient")
def test_adam_skips(student, reference, rng):
    """Adam leaves a parameter alone that has no gradient, and does not count that step for it."""
    agree_on_skipped(student, reference, rng, "Adam", lr=0.05)


@case("Adam", points="3/2", concept="gradient-untouched")
def test_adam_leaves_gradients(student, reference, rng):
    """Adam leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "Adam", lr=0.05, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "Adam", lr=0.05, weight_decay=0.4)


@case("Adam", points=2, concept="small-gradients")
def test_adam_small(student, reference, rng):
    """Adam over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "Adam", 1e-8)


@case("Adam", points=1, concept="state-per-optimizer")
def test_adam_apart(student, reference, rng):
    """Two Adam optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "Adam", lr=0.05)


@case("AdamW", points=1, concept="state-per-parameter")
def test_adamw_shapes(student, reference, rng):
    """AdamW keeps averages and a count of steps for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.2)


@case("AdamW", points=2, concept="weight-decay")
def test_adamw_exact_decay(student, reference, rng):
    """AdamW decays by the lr of the moment, before the step and apart from it."""
    agree(student, reference, "AdamW", *varying(rng, 7, (3,)), rates=RATES, lr=0.04, weight_decay=0.8)


@case("AdamW", points=1, concept="defaults")
def test_adamw_defaults(student, reference, rng):
    """AdamW decays by default, too, and has Adam's other defaults."""
    agree(student, reference, "AdamW", *varying(rng, 50, (3,)), every=10, lr=0.1)
    agree_on_small(student, reference, rng, "AdamW", 1e-8)


@case("AdamW", points=1, concept="eps")
def test_adamw_options(student, reference, rng):
    """AdamW with other betas and another eps."""
    agree(student, reference, "AdamW", *varying(rng, 6, (3,)), lr=0.05, betas=(0.6, 0.8), eps=0.5, weight_decay=0.0)


@case("AdamW", points=1, concept="no-gradient")
def test_adamw_skips(student, reference, rng):
    """AdamW does not even decay a parameter that has no gradient."""
    agree_on_skipped(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)


@case("AdamW", points=1, concept="gradient-untouched")
def test_adamw_leaves_gradients(student, reference, rng):
    """AdamW leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)
    agree_on_cleared(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)


def agree_on_clipped(student, reference, gradients, max_norm, *, dtype=np.float64):
    """The norm that comes back, a number or a tensor, and the gradients; the parameters stay as they were."""
    runs = []
    for side in (student, reference):
        held = parameters([np.ones(np.shape(g), dtype) for g in gradients])
        norm, after = loop(side, "clipped", "clip_grad_norm", held, *gradients_of([gradients]), max_norm)
        runs.append((number(norm), after))
    for actual, expected in zip(*runs, strict=True):
        close(actual, expected)


@case("clip_grad_norm", points=2, concept="norm-of-all")
def test_clip_together(student, reference, rng):
    """clip_grad_norm takes one norm over gradients of different shapes, short or long, and touches no parameter."""
    for scale in (0.05, 30.0):
        gradients = [scale * (1 + rng.uniform(size=shape)) for shape in ((2, 3), (4,), ())]
        agree_on_clipped(student, reference, gradients, 1.5)


@case("clip_grad_norm", points=1, concept="no-gradient")
def test_clip_skips(student, reference, rng):
    """clip_grad_norm passes over a parameter without a gradient."""
    agree_on_clipped(student, reference, [None, 3 + rng.normal(size=3), None, 3 + rng.normal(size=3)], 0.7)


@case("clip_grad_norm", points=1, concept="zero-gradients", needs="test_clip_value")
def test_clip_zeros(student, reference, rng):
    """clip_grad_norm copes with gradients of zero, and with none at all."""
    for gradients in ([np.zeros(3), np.zeros((2, 2))], [np.zeros(3), 2 + rng.uniform(size=2)], [None, None]):
        agree_on_clipped(student, reference, gradients, 1.0)


@case("clip_grad_norm", points=1, concept="composition", needs=("test_clip_value", "test_sgd_momentum"))
def test_clip_then_step(student, reference, rng):
    """clip_grad_norm before each step of SGD with momentum."""
    params, steps = varying(rng, 5, (3,), (2,))
    work = [parameters(params), gradients_of(steps), 0.8, {"lr": 0.1, "momentum": 0.9}]
    runs = (loop(side, "clipped_steps", "clip_grad_norm", "SGD", *work) for side in (student, reference))
    close(*runs, **SINGLE)


@case("clip_grad_norm", points=1, concept="dtype")
def test_clip_single(student, reference, rng):
    """clip_grad_norm of float32 gradients."""
    gradients = [(2 + rng.uniform(size=3)).astype(np.float32), rng.normal(size=2).astype(np.float32)]
    agree_on_clipped(student, reference, gradients, 1.0, dtype=np.float32)


@case("StepLR", points=2, concept="definition")
def test_steplr_options(student, reference, rng):
    """StepLR with other stairs and by its default gamma, two schedules side by side."""
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 11, step_size=3, gamma=rng.uniform(0.4, 0.9))
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 5, step_size=2)


@case("StepLR", points=1, concept="composition", needs=("test_sgd_momentum", "test_steplr_run"))
def test_steplr_with_sgd(student, reference, rng):
    """StepLR and SGD with momentum together: the first step goes at the base rate."""
    agree_together(student, reference, rng, "SGD", "StepLR", {"lr": 0.2, "momentum": 0.9}, step_size=3, gamma=0.3)


@case("ExponentialLR", points=1, concept="definition")
def test_exponential_long(student, reference, rng):
    """ExponentialLR over twenty steps, two schedules side by side."""
    agree_on_rates(student, reference, "ExponentialLR", rng.uniform(0.2, 1), 20, gamma=rng.uniform(0.8, 0.95))


@case("ExponentialLR", points=1, concept="composition", needs=("test_adam_value", "test_exponential_run"))
def test_exponential_with_adam(student, reference, rng):
    """ExponentialLR and Adam together."""
    agree_together(student, reference, rng, "Adam", "ExponentialLR", {"lr": 0.1}, gamma=0.7)


@case("CosineAnnealingLR", points=2, concept="eta-min")
def test_cosine_eta_min(student, reference, rng):
    """CosineAnnealingLR ends at eta_min."""
    eta_min = rng.uniform(0.05, 0.15)
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 7, T_max=7, eta_min=eta_min)


@case("CosineAnnealingLR", points=1, concept="after-the-end")
def test_cosine_after_the_end(student, reference, rng):
    """CosineAnnealingLR follows the cosine beyond T_max, too."""
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 17, T_max=5, eta_min=0.05)


@case("CosineAnnealingLR", points=1, concept="composition", needs=("test_sgd_momentum", "test_cosine_run"))
def test_cosine_with_sgd(student, reference, rng):
    """CosineAnnealingLR and SGD with momentum together."""
    agree_together(student, reference, rng, "SGD", "CosineAnnealingLR", {"lr": 0.2, "momentum": 0.9}, T_max=8)


@case("WarmupLR", points=1, concept="composition", needs=("test_sgd_value", "test_warmup_run"))
def test_warmup_with_sgd(student, reference, rng):
    """WarmupLR and SGD together: the first step is a small one already."""
    agree_together(student, reference, rng, "SGD", "WarmupLR", {"lr": 0.2}, warmup_steps=4)


@case("WarmupLR", points=2, concept="definition")
def test_warmup_long(student, reference, rng):
    """WarmupLR with a long climb and a long way after it, and with a climb of one step."""
    for warmup_steps in (7, 1):
        agree_on_rates(student, reference, "WarmupLR", rng.uniform(0.2, 1), 20, warmup_steps=warmup_steps)
