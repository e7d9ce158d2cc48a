"""hw4, hidden cases: clip_grad_norm."""

import numpy as np
from inputs import gradients_of, loop, number, parameters, varying
from test_public import SINGLE

from grader import case, close


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
