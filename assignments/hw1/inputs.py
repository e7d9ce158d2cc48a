"""hw1: what the hidden cases share: how answers are compared, what inputs are drawn, and the edges of every loss.

The losses have many edges in common. `Loss` makes the case of each, so the file of a loss lists its edges like a table.
Every edge is two cases: one for the loss, one for its gradient.

Where the right answer is all zeros, NaN or an exception, the same case also asks for an ordinary value, or needs the
cases that do, under every reduction. So an answer that is always a constant, an empty array or an exception earns
nothing. What is asked of a gradient needs the public case in which no difference of two losses is right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np
import pytest
from test_public import agree

from grader import case, close, raises, unchanged

REDUCTIONS = ["none", "mean", "sum"]
each_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)


# How answers are compared


def agree_in_precision(student, reference, name, *arguments, kinds=(np.float64, np.float32), **options):
    """All arrays of floats are of one kind, then of the next, and so must the answer be."""
    for kind in kinds:
        arrays = [a.astype(kind) if a.dtype == np.float64 else a for a in arguments]
        named = {key: v.astype(kind) if isinstance(v, np.ndarray) else v for key, v in options.items()}
        agree(student, reference, name, *arrays, dtype=True, **named)


def agree_and_leave_alone(student, reference, name, *arguments):
    """The answer is right, and the arguments are unchanged after the call."""
    held = [student.array(a) for a in arguments]
    close(getattr(student, name)(*held), getattr(reference, name)(*arguments))
    for after, before in zip(held, arguments, strict=True):
        unchanged(after, before)


# Inputs


def logits(rng, *shape):
    """Logits, and hard targets of both kinds."""
    return 2 * rng.normal(size=shape), np.resize([1.0, 0.0], shape)


def classified(rng, n, c):
    """Scores of n rows, and a class for each; every class occurs if there are enough rows."""
    return 2 * rng.normal(size=(n, c)), rng.permutation(np.arange(n) % c)


# The edges of every loss


def both(check, section, concept, names, needs, *marks, points):
    """Two cases that run `check`: with the first of `names` and what it needs, then with the second and its needs."""

    def of(name, needed):
        @wraps(check)
        def judged(**given):
            check(**given)

        for mark in (pytest.mark.parametrize("name", [name]), *marks):
            judged = mark(judged)
        return case(section, points=points, concept=concept, needs=needed)(judged)

    return tuple(map(of, names, needs))


@dataclass(frozen=True)
class Loss:
    """A loss with the inputs that its edges are judged on; each method makes the two cases of one edge."""

    name: str
    inputs: Callable[..., tuple[np.ndarray, ...]]  # one of the functions above
    shape: tuple[int, ...]  # of a few inputs

    @property
    def public(self):
        """How the names of the public cases begin."""
        return f"test_{self.name.removesuffix('_loss').removesuffix('_embedding')}"

    def edge(self, check, concept, *marks, points="1/4", every_reduction=False):
        """The cases that run `check`, for the loss and for the gradient; its docstring is their title.

        With `every_reduction` they need ordinary values that are right under each, since they ask for none.
        """
        check.__doc__ = check.__doc__.format(self.name)
        names = self.name, f"{self.name}_grad"
        values, derived = (f"{self.public}_value", f"{self.public}_reductions"), (f"{self.public}_grad_derived",)
        needs = (values, (*derived, f"{self.public}_grad_value")) if every_reduction else ((), derived)
        return both(check, self.name, concept, names, needs, *marks, points=points)

    def matrix(self):
        def check(student, reference, rng, name, reduction):
            """{} and its gradient over a matrix, all reductions."""
            agree(student, reference, name, *self.inputs(rng, 4, 3), reduction=reduction, dtype=True)

        return self.edge(check, "mean-over-all", each_reduction)

    def batch_of_one(self):
        def check(student, reference, rng, name):
            """{} and its gradient for a batch of one."""
            arrays = self.inputs(rng, 1, 3)
            for reduction in ("mean", "none"):
                agree(student, reference, name, *arrays, reduction=reduction)

        return self.edge(check, "batch-of-one")

    def single(self, *, weighted=False, **options):
        def check(student, reference, rng, name):
            """{} and its gradient keep float32 and float64 what they are."""
            arrays = self.inputs(rng, *self.shape)
            weight = {"weight": rng.uniform(0.5, 3, size=self.shape[1])} if weighted else {}
            agree_in_precision(student, reference, name, *arrays, **weight, **options)
            for reduction in ("none", "sum"):  # of float64 the cases on all reductions ask it
                agree_in_precision(
                    student, reference, name, *arrays, kinds=(np.float32,), **weight, **options, reduction=reduction
                )

        return self.edge(check, "dtype")

    def column(self):
        """A column beside a flat array is refused; two columns are not."""

        def check(student, reference, rng, name):
            """{} and its gradient refuse shapes that do not fit."""
            first, *others = self.inputs(rng, *self.shape)
            columns = [array[:, None] for array in (first, *others)]
            agree(student, reference, name, *columns, reduction="none")
            with raises(ValueError):
                getattr(student, name)(columns[0], *others)

        return self.edge(check, "shape-check", every_reduction=True)

    def unknown_reduction(self):
        def check(student, rng, name):
            """{} and its gradient refuse an unknown reduction."""
            with raises(ValueError):
                getattr(student, name)(*self.inputs(rng, *self.shape), reduction="average")

        return self.edge(check, "reduction-check", every_reduction=True)

    def untouched(self):
        def check(student, reference, rng, name):
            """{} and its gradient leave their inputs as they were."""
            agree_and_leave_alone(student, reference, name, *self.inputs(rng, *self.shape))

        return self.edge(check, "input-untouched", every_reduction=True)


class ClassLoss(Loss):
    """A loss that picks one class out of many has these edges too."""

    def column(self):
        """Class numbers in a column are refused."""

        def check(student, reference, rng, name):
            """{} and its gradient refuse shapes that do not fit."""
            scores, target = self.inputs(rng, *self.shape)
            agree(student, reference, name, scores, target, reduction="none")
            with raises(ValueError):
                getattr(student, name)(scores, target[:, None])

        return self.edge(check, "shape-check", every_reduction=True)

    def class_weights(self):
        def check(student, reference, rng, name, reduction):
            """{} and its gradient with class weights, all reductions."""
            weight = rng.uniform(0.5, 3, size=3)
            arrays = self.inputs(rng, 6, 3)
            agree(student, reference, name, *arrays, weight=weight, reduction=reduction, dtype=True)

        return self.edge(check, "weighted-mean", each_reduction)

    def single_class(self):
        def check(student, reference, rng, name):
            """{} and its gradient where there is one class alone."""
            agree(student, reference, name, *self.inputs(rng, 4, 3))
            agree(student, reference, name, *self.inputs(rng, 4, 1))

        return self.edge(check, "single-class")

    def absent_class(self, *, points):
        def check(student, reference, rng, name):
            """{} and its gradient where a weighted class has no row."""
            x, target = self.inputs(rng, 6, 3)
            target[target == 1] = 2
            weight = np.array([0.5, 40.0, 3.0]) * rng.uniform(1, 2)
            agree(student, reference, name, x, target, weight=weight)

        return self.edge(check, "weighted-mean", points=points)

    def row_ignored(self):
        def check(student, reference, rng, name):
            """{} and its gradient where a row is ignored."""
            x, target = self.inputs(rng, 6, 3)
            target[int(rng.integers(6))] = -100
            weight = rng.uniform(0.5, 3, size=3)
            agree(student, reference, name, x, target)
            agree(student, reference, name, x, target, weight=weight)

        return self.edge(check, "ignore-index", points="1/2")

    def all_ignored(self):
        def check(student, reference, rng, name):
            """{} is NaN, and its gradient 0, where every row is ignored."""
            x, target = self.inputs(rng, 4, 3)
            agree(student, reference, name, x, target)
            agree(student, reference, name, x, np.full(4, -100))

        return self.edge(check, "ignore-index")

    def positive_ignored(self, *, points):
        def check(student, reference, rng, name):
            """{} and its gradient where the ignored number is positive."""
            x, target = self.inputs(rng, 6, 3)
            agree(student, reference, name, x, target, ignore_index=1)
            target[target == 1] = 255
            agree(student, reference, name, x, target, ignore_index=255, reduction="none")

        return self.edge(check, "ignore-index", points=points)
