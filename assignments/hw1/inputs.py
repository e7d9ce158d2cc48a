"""hw1: what the hidden cases share: how answers are compared, what inputs are drawn, and the edges of every loss.

The losses have many edges in common. `Loss` makes the case of each, so the file of a loss lists its edges like a table.
Every edge is judged twice: for the loss and for its gradient.

Where the right answer is all zeros, NaN or an exception, the same case also asks for an ordinary value. So an answer
that is always a constant, an empty array or an exception earns nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from test_public import agree

from grader import case, close, raises, unchanged

REDUCTIONS = ["none", "mean", "sum"]
each_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)


# How answers are compared


def agree_in_single(student, reference, name, *arguments, **options):
    """All arrays of floats are float32, and the answer must be float32 too."""
    single = [a.astype(np.float32) if a.dtype == np.float64 else a for a in arguments]
    options = {key: v.astype(np.float32) if isinstance(v, np.ndarray) else v for key, v in options.items()}
    expected = getattr(reference, name)(*single, **options)
    close(getattr(student, name)(*single, **options), expected, dtype=True)


def agree_and_leave_alone(student, reference, name, *arguments):
    """The answer is right, and the arguments are unchanged after the call."""
    held = [student.array(a) for a in arguments]
    close(getattr(student, name)(*held), getattr(reference, name)(*arguments))
    for after, before in zip(held, arguments, strict=True):
        unchanged(after, before)


def agree_and_refuse(student, reference, name, good, bad, **bad_options):
    """The good call gives the right value, and the bad one raises ValueError."""
    agree(student, reference, name, *good, reduction="sum")  # a mistake in the mean has cases of its own
    with raises(ValueError):
        getattr(student, name)(*bad, **bad_options)


# Inputs


def logits(rng, *shape):
    """Logits, and hard targets of both kinds."""
    return 2 * rng.normal(size=shape), np.resize([1.0, 0.0], shape)


def classified(rng, n, c):
    """Scores of n rows, and a class for each; every class occurs if there are enough rows."""
    return 2 * rng.normal(size=(n, c)), rng.permutation(np.arange(n) % c)


# The edges of every loss


def both(loss):
    """Judges a case twice: `name` is the loss, then its gradient."""
    return pytest.mark.parametrize("name", [loss, f"{loss}_grad"])


@dataclass(frozen=True)
class Loss:
    """A loss with the inputs that its edges are judged on; each method makes the case of one edge."""

    name: str
    inputs: Callable[..., tuple[np.ndarray, ...]]  # one of the functions above
    shape: tuple[int, ...]  # of a few inputs

    def edge(self, check, concept, title, *marks, points="1/4"):
        """The case that runs `check`; its title names the loss."""
        check.__doc__ = title.format(self.name)
        for mark in (both(self.name), *marks):
            check = mark(check)
        return case(self.name, points=points, concept=concept)(check)

    def matrix(self):
        def check(student, reference, rng, name, reduction):
            agree(student, reference, name, *self.inputs(rng, 4, 3), reduction=reduction)

        return self.edge(check, "mean-over-all", "{} and its gradient over a matrix, all reductions.", each_reduction)

    def batch_of_one(self):
        def check(student, reference, rng, name):
            agree(student, reference, name, *self.inputs(rng, 1, 3))

        return self.edge(check, "batch-of-one", "{} and its gradient for a batch of one.")

    def single(self, *, weighted=False, **options):
        def check(student, reference, rng, name):
            arrays = self.inputs(rng, *self.shape)
            weight = {"weight": rng.uniform(0.5, 3, size=self.shape[1])} if weighted else {}
            agree_in_single(student, reference, name, *arrays, **weight, **options)

        return self.edge(check, "dtype", "{} and its gradient in float32 stay float32.")

    def column(self, at=0):
        """The argument number `at` gets one axis too many."""

        def check(student, reference, rng, name):
            good = self.inputs(rng, *self.shape)
            bad = [array[:, None] if place == at else array for place, array in enumerate(good)]
            agree_and_refuse(student, reference, name, good, bad)

        return self.edge(check, "shape-check", "{} and its gradient refuse shapes that do not fit.")

    def unknown_reduction(self):
        def check(student, reference, rng, name):
            good = self.inputs(rng, *self.shape)
            agree_and_refuse(student, reference, name, good, good, reduction="average")

        return self.edge(check, "reduction-check", "{} and its gradient refuse an unknown reduction.")

    def untouched(self):
        def check(student, reference, rng, name):
            agree_and_leave_alone(student, reference, name, *self.inputs(rng, *self.shape))

        return self.edge(check, "input-untouched", "{} and its gradient leave their inputs as they were.")


class ClassLoss(Loss):
    """A loss that picks one class out of many has these edges too."""

    def class_weights(self):
        def check(student, reference, rng, name, reduction):
            weight = rng.uniform(0.5, 3, size=3)
            agree(student, reference, name, *self.inputs(rng, 6, 3), weight=weight, reduction=reduction)

        return self.edge(
            check, "weighted-mean", "{} and its gradient with class weights, all reductions.", each_reduction
        )

    def single_class(self):
        def check(student, reference, rng, name):
            agree(student, reference, name, *self.inputs(rng, 4, 3))
            agree(student, reference, name, *self.inputs(rng, 4, 1))

        return self.edge(check, "single-class", "{} and its gradient where there is one class alone.")

    def absent_class(self, *, points):
        def check(student, reference, rng, name):
            x, target = self.inputs(rng, 6, 3)
            target[target == 1] = 2
            weight = np.array([0.5, 40.0, 3.0]) * rng.uniform(1, 2)
            agree(student, reference, name, x, target, weight=weight)

        title = "{} and its gradient where a weighted class has no row."
        return self.edge(check, "weighted-mean", title, points=points)

    def row_ignored(self):
        def check(student, reference, rng, name):
            x, target = self.inputs(rng, 6, 3)
            target[int(rng.integers(6))] = -100
            weight = rng.uniform(0.5, 3, size=3)
            agree(student, reference, name, x, target)
            agree(student, reference, name, x, target, weight=weight)

        return self.edge(check, "ignore-index", "{} and its gradient where a row is ignored.", points="1/2")

    def all_ignored(self):
        def check(student, reference, rng, name):
            x, target = self.inputs(rng, 4, 3)
            agree(student, reference, name, x, target)
            agree(student, reference, name, x, np.full(4, -100))

        return self.edge(check, "ignore-index", "{} is NaN, and its gradient 0, where every row is ignored.")

    def positive_ignored(self, *, points):
        def check(student, reference, rng, name):
            x, target = self.inputs(rng, 6, 3)
            agree(student, reference, name, x, target, ignore_index=1)
            target[target == 1] = 255
            agree(student, reference, name, x, target, ignore_index=255, reduction="none")

        title = "{} and its gradient where the ignored number is positive."
        return self.edge(check, "ignore-index", title, points=points)
