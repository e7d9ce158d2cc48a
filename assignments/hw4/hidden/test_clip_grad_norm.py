"""hw4, hidden cases: clip_grad_norm."""

import numpy as np
from inputs import ALL, gradients_of, judged, loop, number, parameters, varying
from test_public import SINGLE

from grader import case, close


def clipped(side, called, gradients, max_norm, *, dtype=np.float64, generated=False):
    """The norm that comes back; and each parameter with its gradient."""
    held = parameters([np.ones(np.shape(g), dtype) for g in gradients])
    norm, after = loop(side, "clipped", called, held, *gradients_of([gradients]), max_norm, generated)
    return number(norm), after


def agree_on_gradients(student, reference, gradients, max_norm, *, strict=(), **given):
    """The gradients, whatever comes back; the parameters stay as they were."""

    def run(side, called):
        return clipped(side, called, gradients, max_norm, **given)[1]

    judged(student, reference, "clip_grad_norm", run, strict=strict)


def agree_on_norm(student, reference, gradients, max_norm):
    """The norm that comes back, a number or a tensor; whatever becomes of the gradients."""
    close(*(clipped(side, "clip_grad_norm", gradients, max_norm)[0] for side in (student, reference)))


def of_three_shapes(rng):
    """Gradients of three shapes: short ones, then long ones."""
    return ([scale * (1 + rng.uniform(size=shape)) for shape in ((2, 3), (4,), ())] for scale in (0.05, 30.0))


@case("clip_grad_norm", points=1, concept="norm-of-all")
def test_clip_together(student, reference, rng):
    """clip_grad_norm shortens gradients of different shapes as one, where they are too long; and no parameter."""
    for gradients in of_three_shapes(rng):
        agree_on_gradients(student, reference, gradients, 1.5, strict=ALL)


@case("clip_grad_norm", points=1, concept="return-value")
def test_clip_returns_the_norm_of_all(student, reference, rng):
    """clip_grad_norm gives back one norm over gradients of different shapes, short or long; 0 where there are none."""
    for gradients in (*of_three_shapes(rng), [None, None]):
        agree_on_norm(student, reference, gradients, 1.5)


@case("clip_grad_norm", points=1, concept="no-gradient")
def test_clip_skips(student, reference, rng):
    """clip_grad_norm passes over a parameter without a gradient."""
    agree_on_gradients(student, reference, [None, 3 + rng.normal(size=3), None, 3 + rng.normal(size=3)], 0.7)


@case("clip_grad_norm", points=1, concept="zero-gradients")
def test_clip_zeros(student, reference, rng):
    """clip_grad_norm copes with gradients of zero, and with none at all."""
    zeros, nothing = [np.zeros(3), np.zeros((2, 2))], [None, None]
    for gradients in ([np.zeros(3), 2 + rng.uniform(size=2)], zeros, nothing):
        agree_on_gradients(student, reference, gradients, 1.0)


@case("clip_grad_norm", points="1/2", concept="composition")
def test_clip_then_step(student, reference, rng):
    """clip_grad_norm before each step of an optimizer."""
    params, steps = varying(rng, 5, (3,), (2,))
    work = [parameters(params), gradients_of(steps), 0.8, 0.1]

    def run(side, called):
        return loop(side, "clipped_steps", called, *work)

    judged(student, reference, "clip_grad_norm", run, strict=("values", "separate"), **SINGLE)


@case("clip_grad_norm", points="1/2", concept="generator")
def test_clip_generator(student, reference, rng):
    """clip_grad_norm may be given the parameters by a generator."""
    agree_on_gradients(student, reference, [3 + rng.normal(size=3), 3 + rng.normal(size=2)], 0.7, generated=True)


@case("clip_grad_norm", points=1, concept="dtype")
def test_clip_single(student, reference, rng):
    """clip_grad_norm of float32 gradients."""
    gradients = [(2 + rng.uniform(size=3)).astype(np.float32), rng.normal(size=2).astype(np.float32)]
    agree_on_gradients(student, reference, gradients, 1.0, dtype=np.float32)
