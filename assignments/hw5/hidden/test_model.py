"""hw5, hidden cases: build_model."""

import numpy as np
from test_public import given, near, tensor

from grader import case, close, read


@case("model", points=2, concept="scores")
def test_model_of_other_sizes(student, rng):
    """build_model follows its arguments: 64 pixels and 3 classes, one row too."""
    model = student.live.build_model(64, 3)
    for n in (4, 1):
        close(read(model.eval()(tensor(rng.normal(size=(n, 64)))).detach() * 0), tensor(np.zeros((n, 3))))


@case("model", points=1, concept="non-linearity", needs="test_model_of_other_sizes")
def test_model_is_not_linear(student, rng):
    """build_model can bend: scores between two inputs are not their mean."""
    given(student)  # the same random numbers, always
    model, ends = student.live.build_model(64, 3).eval(), rng.normal(0, 3, size=(2, 20, 64))
    left, right, between = (read(model(tensor(x)).detach()).array for x in (*ends, ends.mean(axis=0)))
    close(bool(np.abs((left + right) / 2 - between).max() > 1e-3), True)


@case("model", points=1, concept="scores", needs="test_model_of_other_sizes")
def test_model_gives_scores(student, rng):
    """What build_model gives are scores: the loss takes the softmax itself."""
    model = student.live.build_model(64, 3).eval()
    close(bool(read((model(tensor(rng.normal(0, 3, size=(20, 64)))).sum(1) - 1).abs().max()).array > 1e-3), True)


@case("model", points=1, concept="train-and-eval")
def test_model_in_evaluation(student, rng):
    """In evaluation the model's scores of a row are the same again, and whatever rows are beside it."""
    model, x = student.live.build_model(64, 3).eval(), rng.normal(size=(6, 64))
    first, again, alone = (read(model(tensor(rows)).detach()).array for rows in (x, x, x[:1]))
    near(again, first)
    near(alone, first[:1])
