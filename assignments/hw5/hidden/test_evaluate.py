"""hw5, hidden cases: evaluate."""

import numpy as np
import pytest
from inputs import passes
from test_public import given, judged, near, pair, tensor

from grader import case, close, read


@case("evaluate", points=3, concept="last-batch")
def test_evaluate_in_batches(student, reference, rng):
    """Every row counts once in evaluate, in batches of any size, the last one partial."""
    weight, x, y = 3 * rng.normal(size=(4, 5)), rng.normal(size=(10, 5)), rng.integers(0, 4, size=10)

    def script(side):
        return [judged(side, given(side)(tensor(weight)), pair(x, y), batch_size=size) for size in (4, 1, 10, 50)]

    near(script(student), script(reference))


@case("evaluate", points=2, concept="precision-and-recall")
@pytest.mark.parametrize("what", ["never-guessed", "never-there"])
def test_evaluate_absent_classes(student, reference, rng, what):
    """A class that is never guessed has precision 0, one that is never there recall 0, and both count."""
    scores, y = rng.normal(size=(12, 4)), np.resize([0, 1, 2, 3], 12)
    scores[:, 3 if what == "never-guessed" else 1] -= 20
    y = y if what == "never-guessed" else np.minimum(y, 2)

    def script(side):
        return judged(side, given(side)(tensor(np.eye(4))), pair(scores, y))

    near(script(student), script(reference))


@case("evaluate", points=1, concept="overflow")
def test_evaluate_far(student, reference, rng):
    """A model that is wrong by a thousand has a large loss, and a finite one; so has a single row."""
    scores, y = rng.normal(size=(5, 3)), np.array([0, 1, 2, 0, 1])
    scores[0, 1] += 1000

    def script(side):
        model = given(side)(tensor(np.eye(3)))
        return [judged(side, model, pair(scores[:n], y[:n])) for n in (5, 1)]

    near(script(student), script(reference))


@case("evaluate", points="3/2", concept="train-and-eval")
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_evaluate_leaves_the_model(student, reference, rng, mode):
    """After evaluate the model is what it was: mode, weights, gradients, and what it has counted."""
    weight, x, y = rng.normal(size=(3, 4)), rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)

    def script(side):
        model = given(side)(tensor(weight), 0.5).train(mode)
        answers = judged(side, model, pair(x, y))
        return [answers, read(model.training), read(model.weight.data), read(model.weight.grad), read(model.rows)]

    near(script(student), script(reference))


@case("evaluate", points=3, concept="no-grad")
def test_evaluate_without_gradients(student, rng):
    """No graph for gradients is built by evaluate, and the model is shown a batch at a time."""
    x, y = rng.normal(size=(10, 4)), rng.integers(0, 3, size=10)
    model = given(student)(tensor(rng.normal(size=(3, 4))))
    judged(student, model, pair(x, y), batch_size=4)
    shown = passes(model)
    close([grad for _training, grad, _rows in shown], [False] * len(shown))
    close([rows for *_, rows in shown], [tensor(x[at : at + 4]) for at in (0, 4, 8)])
