"""hw4: what the hidden cases share: training loops that run in the worker, and the edges of every optimizer.

One wrong line should cost what it touches. So a case takes the answer of the reference, or that of one slip in it which
other cases charge (`SLIPS` in variants.py): whoever forgot the root still shows that each parameter has a state of its
own. `strict` names the slips that a case charges itself; a case that is strict altogether does not ask for slips.
The parameters of cases with very small gradients start from 0: beside a large number a small step would be rounded off.
"""

from pathlib import Path

import numpy as np
from test_public import TOLERANCES

from grader import TensorValue, close, read, unchanged

ALL = "all slips"
VARIANTS = Path(__file__).with_name("variants.py").read_text("utf-8")
RATES = [(2, 0.1), (5, 0.01)]  # from these steps on, the run has these learning rates
# A whole run is one request: step by step it would cross the bridge hundreds of times. The loop runs beside the answer,
# as a training loop does, and the judge compares where it has led to.
LOOP = """
class CaseDescent:
    def __init__(self, held, lr):
        self.held, self.lr, self.rates = held, lr, []

    def step(self):
        self.rates.append(self.lr.clone() if hasattr(self.lr, "clone") else self.lr)
        for p in self.held:
            p.data -= self.lr * p.grad


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
    def generated(make, held, steps, options):
        return CaseLoop.walk(make((p for p in held), **options), held, steps)

    @staticmethod
    def together(schedule, held, steps, lr, options):
        optimizer = CaseDescent(held, lr)
        path = CaseLoop.walk(optimizer, held, steps, schedules=[schedule(optimizer, **options)])
        return [path, optimizer.rates]

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
    def clipped(clip, held, gradients, max_norm, generated):
        CaseLoop.give(held, gradients)
        norm = clip((p for p in held) if generated else held, max_norm)
        return [norm, [[p, p.grad] for p in held]]

    @staticmethod
    def clipped_steps(clip, held, steps, max_norm, lr):
        optimizer = CaseDescent(held, lr)
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
    """Run one of the loops; an argument that is a text names something of the submission."""
    side.define(LOOP)
    given = [getattr(side, argument) if isinstance(argument, str) else argument for argument in names_and_arguments]
    return getattr(side.CaseLoop, what)(*given)


def parameters(values):
    return [TensorValue(np.asarray(value), requires_grad=True) for value in values]


def gradients_of(steps):
    return [[None if g is None else TensorValue(np.asarray(g)) for g in step] for step in steps]


def judged(student, reference, name, run, *, strict=(), **asked):
    """Fail unless `run` leads where it leads with the reference, or with one of its slips that is not `strict`."""
    actual, expected = run(student, name), run(reference, name)
    if strict != ALL and not alike(actual, expected, **asked):
        reference.define(VARIANTS)
        for slip in reference.slips_of(name):
            if slip.removeprefix(f"{name}_") not in strict and alike(actual, run(reference, slip), **asked):
                return
    close(actual, expected, **asked)


def alike(actual, expected, *, rtol=1e-5, atol=1e-6, dtype=False):
    """Whether `close` would find so; of two answers of which neither need be right, nobody wants the difference."""
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(alike(*pair, rtol=rtol, atol=atol, dtype=dtype) for pair in zip(actual, expected, strict=True))
        )
    if expected is None:
        return actual is None
    arrays = [value.array if isinstance(value, TensorValue) else value for value in (actual, expected)]
    if not all(type(array) in (float, np.ndarray) for array in arrays):
        return False
    (have, want) = map(np.asarray, arrays)
    same_kind = have.dtype == want.dtype if dtype else have.dtype.kind == want.dtype.kind
    return same_kind and have.shape == want.shape and bool(np.allclose(have, want, rtol=rtol, atol=atol))


def drive(side, name, params, steps, *, rates=(), every=1, **options):
    """Where all parameters are after every `every` steps; a step has one gradient, or None, for each parameter."""
    return loop(side, "drive", name, parameters(params), gradients_of(steps), options, list(rates), every)


def agree(student, reference, name, params, steps, *, dtype=False, strict=(), **options):
    def run(side, called):
        return drive(side, called, params, steps, **options)

    judged(student, reference, name, run, strict=strict, dtype=dtype, **TOLERANCES.get(name, {}))


def varying(rng, steps, *shapes, dtype=np.float64):
    """Parameters, and gradients that differ from step to step in size and sign."""
    params = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return params, [
        [(rng.uniform(0.2, 3) * rng.normal(size=shape)).astype(dtype) for shape in shapes] for _ in range(steps)
    ]


def agree_on_shapes(student, reference, rng, name, **options):
    """Parameters of three shapes, in double precision and then in single; single must stay single."""
    for dtype in (np.float64, np.float32):
        agree(student, reference, name, *varying(rng, 7, (2, 3), (4,), (), dtype=dtype), dtype=True, **options)


def agree_on_skipped(student, reference, rng, name, **options):
    """Two parameters; the second has no gradient in the first two steps, and in one later step."""
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

    def run(side, called):
        moved, after = loop(side, "same_gradient", called, *parameters([value]), TensorValue(gradient), options)
        unchanged(after, gradient)
        return moved

    judged(student, reference, name, run, **TOLERANCES.get(name, {}))


def agree_apart(student, reference, rng, name, **options):
    """Two optimizers of one kind that take turns."""
    agree_on_run(student, reference, name, "apart", *varying(rng, 5, (3,), (3,)), **options)


def agree_generated(student, reference, rng, name, **options):
    """An optimizer that is given a generator of its parameters."""
    agree_on_run(student, reference, name, "generated", *varying(rng, 5, (3,), (2,)), **options)


def agree_on_run(student, reference, name, what, params, steps, **options):
    work = [parameters(params), gradients_of(steps), options]
    judged(student, reference, name, lambda side, called: loop(side, what, called, *work), **TOLERANCES.get(name, {}))


def agree_on_cleared(student, reference, rng, name, **options):
    """One step, zero_grad, a step without gradients, one more step."""
    value, first, second = rng.normal(size=(3, 3))
    work = [*parameters([value]), TensorValue(first), TensorValue(second), options]
    judged(
        student, reference, name, lambda side, called: loop(side, "cleared", called, *work), **TOLERANCES.get(name, {})
    )


def number(value):
    """A float; a tensor and the whole number 0 count as one too."""
    value = read(value)
    return value.array if isinstance(value, TensorValue) else 0.0 if type(value) is int and not value else value


def agree_on_rates(student, reference, name, base, steps, *, seen=list, strict=(), **options):
    """The `lr` of every step of a run, while another schedule beside it takes half as many steps.

    What is `seen` in the rates of either must be what is seen in the reference's.
    """

    def run(side, called):
        holders = [TensorValue(np.zeros(1)), TensorValue(np.zeros(1))]
        pairs = loop(side, "rates", called, holders, [base, 0.3], steps, options)
        rates = [[number(rate) for rate in pair] for pair in pairs]
        close(rates, [[1.0, 1.0]] * (steps + 1), limit=np.inf)  # as many of them, and all of them numbers
        return [seen(own) for own in zip(*rates, strict=True)]

    judged(student, reference, name, run, strict=strict, atol=1e-6)


def agree_together(student, reference, rng, name, lr, *, strict=(), **options):
    """A training run in the right order: in each step first the optimizer, which is the judge's, then the schedule.

    Where it leads to, and the rates that it went by.
    """
    params, steps = varying(rng, 8, (3,))
    work = [parameters(params), gradients_of(steps), lr, options]

    def run(side, called):
        path, rates = loop(side, "together", called, *work)
        return [path, [number(rate) for rate in rates]]

    judged(student, reference, name, run, strict=strict, atol=1e-6)
