"""hw5, hidden cases: build_model."""

import numpy as np
from common import near, numbers, tensor
from common_models import learnt

from grader import case, close


@case("model", points=2, concept="scores")
def test_model_of_other_sizes(student, rng):
    """build_model follows its arguments: 64 pixels and 3 classes, one row too."""
    model, x, scores = learnt(student, rng, 64, 3)
    near(numbers(model(tensor(x[:1])), 1, 3), scores[:1])


@case("model", points=1, concept="non-linearity")
def test_model_is_not_linear(student, rng):
    """build_model can bend: scores between two inputs are not their mean."""
    model, *_rest = learnt(student, rng, 64, 3)
    ends = rng.normal(0, 3, size=(2, 20, 64))
    left, right, between = (numbers(model(tensor(x)), 20, 3) for x in (*ends, ends.mean(axis=0)))
    close(bool(np.abs((left + right) / 2 - between).max() > 1e-3), True)


@case("model", points=1, concept="scores")
def test_model_gives_scores(student, rng):
    """What build_model gives are scores: the loss takes the softmax itself."""
    _model, _x, scores = learnt(student, rng, 64, 3)
    close(bool(np.abs(scores.sum(axis=1) - 1).max() > 1e-3), True)


@case("model", points=1, concept="train-and-eval")
def test_model_in_evaluation(student, rng):
    """In evaluation the model's scores of a row are the same again, and whatever rows are beside it."""
    model, x, first = learnt(student, rng, 64, 3)
    near(numbers(model(tensor(x)), 9, 3), first)
    near(numbers(model(tensor(x[:2])), 2, 3), first[:2])
