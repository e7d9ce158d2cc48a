"""hw5, hidden cases: train."""

import numpy as np
import pytest
from common import history, near, of_batches, pair, tensor
from common_models import Course, Given, Linear, course_of, mixing

from grader import case, close

# Turns the gradient round where one is left from the batch before, so what is not forgotten leads astray.
UNFORGIVING = '''
import torch as {torch}

{torch}.manual_seed({seed})


class {model}({torch}.nn.Module):
    """x W^T."""

    def __init__(self, weight):
        super().__init__()
        self.{weight} = {torch}.nn.Parameter(weight.clone())

    def turned(self, gradient):
        left = self.{weight}.grad
        return gradient if left is None or not left.any() else -3 * gradient

    def forward(self, x):
        weight = self.{weight} + 0
        if weight.requires_grad:
            weight.register_hook(self.turned)
        return x @ weight.T
'''


def losses_in_training(student, given, x, y, epochs, size):
    """What is noted of training where nothing moves."""
    options = {"epochs": epochs, "lr": 0.0, "batch_size": size, "patience": 9}
    losses, _others = history(student, given.on(student).eval(), pair(x, y), pair(x[:5], y[:5]), **options)
    close(len(losses), epochs)
    return losses


def of_one_class(rng, size):
    """Rows that are all of the same class, so that it shows how they are shown and not whether they keep labels."""
    return rng.normal(size=(size, 4)), np.full(size, rng.integers(3))


@case("train", points=2, concept="last-batch")
def test_train_shows_every_row(student, rng):
    """Every epoch shows every row once, in batches of the size given, the last one partial."""
    given, rows = mixing(rng), of_one_class(rng, 5)
    of_batches(losses_in_training(student, given, *rows, 3, 3), given, *rows, 3)


@case("train", points=2, concept="shuffling")
def test_train_shuffles(student, rng):
    """Each epoch takes the rows in another order, and mixes them, not whole batches."""
    given, rows = mixing(rng), of_one_class(rng, 6)
    losses = losses_in_training(student, given, *rows, 7, 2)
    of_batches(losses, given, *rows, 2)
    close(bool(np.ptp(losses) > 1e-3), True)


@case("train", points=2, concept="pairs")
def test_train_keeps_pairs(student, rng):
    """Rows keep their labels in training, however they are shuffled."""
    given, x, y = mixing(rng), rng.normal(size=(6, 4)), rng.permutation(np.arange(6) % 3)
    of_batches(losses_in_training(student, given, x, y, 2, 3), given, x, y, 3)


@case("train", points=2, concept="train-and-eval")
def test_train_trains_in_training(student, rng):
    """In every epoch train trains in training mode, also after a validation."""
    given, rows = mixing(rng, rng.normal(size=3)), of_one_class(rng, 6)
    of_batches(losses_in_training(student, given, *rows, 3, 3), given, *rows, 3)


@case("train", points=1, concept="train-and-eval")
@pytest.mark.parametrize("watchful", [False, True], ids=["mode", "graph"])
def test_train_validates_in_evaluation(student, rng, watchful):
    """Train validates in evaluation mode and without a graph for gradients."""
    x, y = rng.normal(size=(12, 3)), rng.integers(0, 2, size=12)
    course = Course(rng, rng.normal(size=(3, 2, 3)), x, y, watchful=watchful)
    near(course.trained(student, epochs=3)[1], course.losses)


@case("train", points=1, concept="last-batch")
def test_train_validates_every_row(student, rng):
    """The validation loss is the mean over its rows, also where they are more than a batch."""
    course = Course(rng, 3 * rng.normal(size=(2, 2, 4)), rng.normal(size=(300, 4)), rng.integers(0, 2, size=300))
    near(course.trained(student, epochs=2)[1], course.losses)


def told_right(student, given, model, rng, x, **options):
    """After training on rows of one class alone, new ones of it are told."""
    y = np.ones(len(x), int)
    history(student, model, pair(x, y), pair(x, y), **options)
    fresh = x + rng.normal(size=x.shape)
    close((fresh @ given.read("weight", model, 2, x.shape[1]).T).argmax(axis=1), y)


@case("train", points=2, concept="zero-grad")
def test_train_forgets_gradients(student, rng):
    """The gradient of a step is that of its own batch: nothing is left of the batches before."""
    given, x = Given(rng, UNFORGIVING), rng.normal(size=(16, 6)) + rng.choice([-6.0, 6.0], size=6)
    model = given.of(student)(tensor(np.zeros((2, 6))))
    told_right(student, given, model, rng, x, epochs=3, batch_size=4)


@case("train", points=1, concept="step")
def test_train_steps_at_once(student, rng):
    """One epoch of one batch already moves the weights: the gradient is taken before the step."""
    given, x = Linear(rng, np.zeros((2, 3))), rng.normal(size=(8, 3)) + rng.choice([-6.0, 6.0], size=3)
    told_right(student, given, given.on(student), rng, x, epochs=1, batch_size=8)


@case("train", points="1/2", concept="early-stopping")
@pytest.mark.parametrize("patience", [1, 3], ids=["one", "three"])
def test_train_is_patient(student, rng, patience):
    """Patience counts epochs in a row without a better validation loss, and an equal loss is none."""
    falling = 3 - np.cumsum(rng.uniform(0.1, 0.3, size=5))
    losses = [*falling[:3], falling[2], *falling[3:], falling[4] + 0.5, falling[3], falling[4] + 0.2, 0.1]
    ends, best = (4, 3) if patience == 1 else (9, 6)
    course = course_of(rng, losses)
    model, noted = course.trained(student, epochs=10, patience=patience)
    close(len(noted), ends)
    course.weight_is(model, ends, best)  # which of them, another case asks


@case("train", points=1, concept="best-weights")
def test_train_ends_with_the_best(student, rng):
    """The best epoch's weights are a copy and come back with the buffers, also when no patience has run out."""
    course = course_of(rng, [2.0, 0.5, 0.75, 1.0, 0.625])
    model, losses = course.trained(student, epochs=5)
    close(len(losses), 5)
    course.weight_is(model, 2)
    near(course.read("buffer", model, 3), course.marks[1])


@case("train", points=1, concept="memorisation")
def test_train_memorises(student, rng):
    """Labels that mean nothing are learnt by heart, and those of the validation set are not."""
    x, vx = rng.normal(size=(2, 40, 200))
    y, vy = rng.permutation(np.arange(80) % 2).reshape(2, 40)
    for others, known in (((x, y), True), ((vx, vy), False)):
        given = Linear(rng, np.zeros((2, 200)))
        model = given.on(student)
        losses, _others = history(student, model, pair(x, y), pair(*others), epochs=8, batch_size=4, patience=8)
        close(len(losses), 8)
        scores = others[0] @ given.read("weight", model, 2, 200).T
        close(bool((scores.argmax(axis=1) == others[1]).mean() > 0.9), known)
