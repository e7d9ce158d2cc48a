"""hw5, hidden cases: evaluate."""

import numpy as np
import pytest
from common import judged, mostly, near, numbers, pair, tensor
from common_models import Linear

from grader import case, read


@case("evaluate", points="3/2", concept="last-batch")
@pytest.mark.parametrize("what", ["loss", "shares"])
def test_evaluate_in_batches(student, rng, what):
    """Every row counts once in evaluate, in batches of any size, the last one partial."""
    given = Linear(rng, 3 * rng.normal(size=(4, 5)))
    x, y = rng.normal(size=(10, 5)), rng.integers(0, 4, size=10)
    expected = given.measures(x, y)
    for size in (4, 1, 10, 50):
        found = judged(student, given.on(student), pair(x, y), batch_size=size)
        if what == "loss":
            near(found["loss"], expected["loss"])
        else:
            mostly(found, {key: expected[key] for key in ("accuracy", "precision", "recall")})


@case("evaluate", points=2, concept="precision-and-recall")
@pytest.mark.parametrize(("what", "measure"), [("never-guessed", "precision"), ("never-there", "recall")])
def test_evaluate_absent_classes(student, rng, what, measure):
    """A class that is never guessed has precision 0, one that is never there recall 0, and both count."""
    scores = rng.normal(size=(12, 4))
    y = np.resize([0, 1, 2, 3], 12) if what == "never-guessed" else np.repeat([0, 2, 3], [1, 5, 6])
    scores[np.arange(12), y] += 2  # some are right
    scores[0, 0] += 20  # that class is there once, if not more often
    scores[:, 3] -= 20
    given = Linear(rng, np.eye(4))
    near(judged(student, given.on(student), pair(scores, y))[measure], given.measures(scores, y)[measure])


@case("evaluate", points=1, concept="overflow")
def test_evaluate_far(student, rng):
    """A model that is wrong by a thousand has a large loss, and a finite one; so has a single row."""
    scores, y = rng.normal(size=(5, 3)), np.array([0, 1, 2, 0, 1])
    scores[0, 1] += 1000
    given = Linear(rng, np.eye(3))
    for n in (5, 1):
        found = judged(student, given.on(student), pair(scores[:n], y[:n]))
        near(found["loss"], given.measures(scores[:n], y[:n])["loss"])


@case("evaluate", points="3/2", concept="train-and-eval")
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_evaluate_leaves_the_model(student, rng, training):
    """After evaluate the model is what it was: mode, weights, gradients, and what it has counted."""
    weight, gradient = tensor(rng.normal(size=(3, 4))), tensor(rng.normal(size=(3, 4)))
    x, y = rng.normal(size=(40, 4)), rng.integers(0, 3, size=40)
    added = {name: rng.permutation([0.0, 2, 4]) for name in ("trained", "drift")}
    given = Linear(rng, weight.array, **added)
    model = given.on(student).train(training)
    getattr(model, given.names["weight"]).grad = gradient
    mostly(judged(student, model, pair(x, y)), given.measures(x, y))
    near(numbers(model(tensor(x)), 40, 3), np.float32(given.scores(x, training=training)))
    near(given.read("weight", model, 3, 4), weight.array)
    near(read(getattr(model, given.names["weight"]).grad), gradient)


@case("evaluate", points=2, concept="no-grad")
def test_evaluate_without_gradients(student, rng):
    """No graph for gradients is built by evaluate."""
    x, y = rng.normal(size=(40, 4)), rng.integers(0, 3, size=40)
    given = Linear(rng, rng.normal(size=(3, 4)), watched=rng.permutation([0.0, 2, 4]))
    mostly(judged(student, given.on(student), pair(x, y)), given.measures(x, y))


@case("evaluate", points=1, concept="batch-size")
def test_evaluate_shows_a_batch_at_a_time(student, rng):
    """The model is shown a batch at a time by evaluate."""
    x, y = rng.normal(size=(40, 4)), rng.integers(0, 3, size=40)
    given = Linear(rng, rng.normal(size=(3, 4)), crowded=rng.permutation([0.0, 2, 4]), most=20)
    mostly(judged(student, given.on(student), pair(x, y), batch_size=20), given.measures(x, y))
