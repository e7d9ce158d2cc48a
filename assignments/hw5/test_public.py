"""hw5, the cases that members see: the handout's own numbers, then ordinary inputs.

Optimizer, model and regularization are free, so what is compared must not hang on them: with a learning rate of 0
nothing moves and every loss is known; a model of ours gives other scores where it is shown something else, or in
another mode; and what is learnt is read off its weights at the end. What such a model is called and holds is drawn for
each case, and what it says about itself decides nothing. Nothing here depends on how random numbers are drawn.
"""

import numpy as np
import pytest
from common import (
    MEASURES,
    cut,
    history,
    judged,
    labels_of,
    mostly,
    near,
    near_either,
    noted,
    of_batches,
    pair,
    scaled,
    standardized,
    tensor,
)
from common_models import Course, Linear, courses, learnt, mixing

from grader import case, close

SCORES = np.array([[2.0, 1, 0], [3, 0, 1], [0, 2, 1], [1, 0, 0], [0, 1, 3], [1, 2, 0]])
LABELS = np.array([0, 0, 0, 1, 2, 2])


@case("split", points=1, concept="split")
def test_split_sizes(student):
    """The parts of split have 70, 15 and 15 rows of 100, and 80 and 20 where that is asked for."""
    close([len(part) for part in cut(student, 100)[0]], [70, 15, 15])
    close([len(part) for part in cut(student, 100, (0.8, 0.2))[0]], [80, 20])


@case("split", points=2, concept="split")
def test_split_parts_a_whole(student):
    """Every row is in exactly one part of split."""
    for ratios in ((0.7, 0.15, 0.15), (0.5, 0.3, 0.2)):
        close(np.sort(np.concatenate(cut(student, 40, ratios, seed=3)[0])), np.arange(1, 41))


@case("split", points=2, concept="pairs")
def test_split_keeps_pairs(student):
    """Every row of split has its own label."""
    for ratios in ((0.7, 0.15, 0.15), (0.5, 0.3, 0.2)):
        rows, labels = cut(student, 40, ratios, seed=3)
        close(labels, rows)


@case("standardize", points=2, concept="standardize")
def test_standardize_value(student, rng):
    """After standardize the training part has mean 0 and standard deviation 1: the handout's numbers, then others."""
    worked, drawn = np.array([[2.0], [4], [4], [4], [5], [5], [7], [9]]), rng.normal(3, 5, size=(6, 1))
    for x in (worked, drawn):
        near(standardized(student, tensor(x)), scaled(x))


@case("standardize", points=1, concept="axis")
def test_standardize_features(student, rng):
    """Each feature is standardized by its own mean and standard deviation."""
    x = rng.normal([3, -9, 0], [5, 1, 20], size=(6, 3))
    near_either(standardized(student, tensor(x)), x)


@case("standardize", points=2, concept="leakage")
def test_standardize_others(student, rng):
    """Whatever else standardize is given is treated by the training part's numbers: the handout's 11, then others."""
    worked = np.array([[2.0], [4], [4], [4], [5], [5], [7], [9]]), np.array([[11.0]])
    drawn = rng.normal(3, 5, size=(6, 1)), rng.normal(1, 2, size=(4, 1)), rng.normal(size=(2, 1))
    for parts in (worked, drawn):
        near_either(standardized(student, *map(tensor, parts)), *parts)


@case("model", points=3, concept="scores")
def test_model_scores(student, rng):
    """build_model gives one score a class for each row of 256 pixels, and can learn ten rows or so."""
    learnt(student, rng, 256, 5)


@case("evaluate", points=1, concept="precision-and-recall")
@pytest.mark.parametrize("what", MEASURES)
def test_evaluate_value(student, rng, what):
    """The loss, accuracy, precision and recall of evaluate: for the handout's six rows, then for others."""
    drawn, others = rng.normal(size=(101, 4)), rng.integers(0, 4, size=101)
    drawn[np.arange(101), others] += 1  # a good half is right
    for scores, y in ((SCORES, LABELS), (drawn, others)):
        given = Linear(rng, np.eye(scores.shape[1]))
        found = noted(student.evaluate(given.on(student), pair(scores, y)), MEASURES, 0.0)
        near(found[MEASURES.index(what)], given.measures(scores, y)[what])


@case("evaluate", points=2, concept="train-and-eval")
def test_evaluate_in_evaluation(student, rng):
    """What the model does in training alone, as dropout does, is off while evaluate looks at it."""
    x, y = rng.normal(size=(40, 5)), rng.integers(0, 3, size=40)
    given = Linear(rng, rng.normal(size=(3, 5)), trained=rng.permutation([0.0, 2, 4]))
    mostly(judged(student, given.on(student), pair(x, y)), given.measures(x, y))


@case("train", points=2, concept="history")
def test_train_history(student, rng):
    """history["train"] of train has the mean loss over the training rows, once an epoch (learning rate 0)."""
    given, x, y = mixing(rng, rng.normal(size=3)), rng.normal(size=(5, 4)), rng.integers(0, 3, size=5)
    options = {"epochs": 3, "lr": 0.0, "batch_size": 3, "patience": 9}
    found = student.train(given.on(student), pair(x, y), pair(x[:3], y[:3]), **options)
    losses, _others = noted(found, ("train", "validation"), [])
    close(losses, [0.0] * 3, atol=np.inf)  # plain numbers, and as many as there were epochs
    of_batches(losses, given, x, y, 3)


@case("train", points=2, concept="history")
def test_train_history_of_validation(student, rng):
    """history["validation"] of train has the validation loss, once an epoch."""
    course = Course(rng, rng.normal(size=(4, 2, 3)), rng.normal(size=(7, 3)), rng.integers(0, 2, size=7))
    found = student.train(course.on(student), *course.data, epochs=4, batch_size=2, patience=9)
    near(noted(found, ("train", "validation"), [])[1], course.losses)


@case("train", points=4, concept="gradient-descent")
def test_train_learns(student, rng):
    """What can be learnt is learnt by train: the loss falls, and rows that are new are told apart."""
    signs, y, vy, new = rng.choice([-3.0, 3.0], size=8), *(np.arange(n) % 2 for n in (160, 40, 40))
    x, vx, fresh = (rng.normal(size=(len(labels), 8)) + (2 * labels[:, None] - 1) * signs for labels in (y, vy, new))
    given = Linear(rng, np.zeros((2, 8)))
    model = given.on(student)
    losses, _others = history(student, model, pair(x, y), pair(vx, vy), epochs=5, batch_size=8, patience=5)
    close(len(losses), 5)
    close(bool(losses[0] > 1.5 * losses[-1]), True)
    close((fresh @ given.read("weight", model, 2, 8).T).argmax(axis=1), new)


@case("train", points=2, concept="early-stopping")
def test_train_stops(student, rng):
    """When patience has run out, train stops: the handout's losses, then others."""
    for course, patience, end, best in courses(rng):
        model, losses = course.trained(student, epochs=len(course.table), patience=patience)
        close(len(losses), end)
        course.weight_is(model, end, best)  # which of them, the next case asks


@case("train", points=1, concept="best-weights")
def test_train_goes_back(student, rng):
    """When train has stopped, the model has the weights of its best epoch: the handout's losses, then others."""
    for course, patience, _end, best in courses(rng):
        model, _losses = course.trained(student, epochs=len(course.table), patience=patience)
        course.weight_is(model, best)


@case("predictions", points=1, concept="prediction", needs="test_train_learns")
def test_predictions_form(student):
    """In predictions are 600 whole numbers from 0 to 4, one for each image of test.npz, and not all the same."""
    labels = labels_of(student.predictions)
    close(labels * 0, np.zeros(600, int))
    close(bool(labels.min() >= 0 and labels.max() <= 4), True)
    close(len(np.unique(labels)) > 1, True)
