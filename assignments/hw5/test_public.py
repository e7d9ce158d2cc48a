"""hw5, the cases that members see: the handout's own numbers, then ordinary inputs.

Optimizer, model and regularization are free, so what is compared must not hang on them: with a learning rate of 0
nothing moves and every loss is known; a model of ours says what it was shown; and what is learnt is read off at the
end. Nothing here depends on how random numbers are drawn.
"""

import numpy as np

from grader import TensorValue, case, close, read

SCORES = np.array([[2.0, 1, 0], [3, 0, 1], [0, 2, 1], [1, 0, 0], [0, 1, 3], [1, 2, 0]])
LABELS = np.array([0, 0, 0, 1, 2, 2])
LOSSES = [1.0, 0.8, 0.9, 0.7, 0.75, 0.71, 0.6, 0.5]
# Defined beside the submission, for both sides alike; the same random numbers for the same case, always.
GIVEN = '''
import torch as given_torch

given_torch.manual_seed(0)


class GivenModel(given_torch.nn.Module):
    """x W^T, with dropout in training; it counts the rows that it was trained on, and takes note of every pass."""

    def __init__(self, weight, drop=0.0):
        super().__init__()
        self.weight = given_torch.nn.Parameter(weight.clone())
        self.register_buffer("rows", given_torch.tensor(0))
        self.drop, self.passes = drop, []

    def forward(self, x):
        self.rows += len(x) * self.training
        self.passes.append((self.training, given_torch.is_grad_enabled(), x.detach().clone()))
        return given_torch.nn.functional.dropout(x, self.drop, self.training) @ self.weight.T


class GivenCourse(given_torch.nn.Module):
    """Its validation losses are those given, for labels of 0; `epoch` and `count` say which epoch it has come to."""

    def __init__(self, losses):
        super().__init__()
        self.weight = given_torch.nn.Parameter(given_torch.zeros(1))
        self.epoch = given_torch.nn.Parameter(given_torch.tensor(0.0))
        self.register_buffer("count", given_torch.tensor(0.0))
        self.losses, self.reached, self.ended = losses, 0, True

    def forward(self, x):
        if self.training and self.ended:
            self.reached += 1
            self.epoch.data.fill_(self.reached)
            self.count.fill_(self.reached)
        self.ended = not self.training
        loss = given_torch.tensor(self.losses[min(max(self.reached, 1), len(self.losses)) - 1])
        return given_torch.stack([-given_torch.log(given_torch.expm1(loss)), 0 * self.weight[0]]).repeat(len(x), 1)
'''


def tensor(values):
    """Floats as float32, whole numbers as int64: what models and labels hold."""
    values = np.asarray(values)
    return TensorValue(values.astype(np.float32 if values.dtype.kind == "f" else np.int64))


def pair(x, y):
    return tensor(x), tensor(y)


def near(actual, expected):
    """As close as float32 is after some dozen steps in any order."""
    close(actual, expected, rtol=1e-4, atol=1e-5)


def given(side, what="GivenModel"):
    side.define(GIVEN)
    return getattr(side.live, what)


def cut(side, n, *arguments, **options):
    """What split makes of n rows: the numbers of each part's rows, when every row has been found with its own label."""
    rows = np.arange(n)
    x = tensor(np.stack([rows, -2.0 * rows], axis=1))
    parts = [read(part) for part in side.live.split(x, tensor(rows), *arguments, **options)]
    found = []
    for part in parts:
        inputs, labels = part
        close(inputs, tensor(np.zeros((len(labels.array), 2))), atol=1e9)  # the shapes
        close(labels, tensor(np.zeros(len(inputs.array), int) + labels.array))
        close(inputs, tensor(np.stack([labels.array, -2.0 * labels.array], axis=1)))
        found.append(labels.array)
    return found


def standardized(side, *arrays):
    """What standardize makes of these, as a list also where it is a tuple."""
    return list(side.standardize(*arrays))


def history(side, *arguments, **options):
    """What train notes of each epoch."""
    found = side.train(*arguments, **options)
    return [found["train"], found["validation"]]


def judged(side, *arguments, **options):
    """What evaluate says; what it may say beyond that is not judged."""
    found = side.evaluate(*arguments, **options)
    return {key: found[key] for key in ("loss", "accuracy", "precision", "recall")}


@case("split", points=2, concept="split")
def test_split_sizes(student):
    """The parts of split have 70, 15 and 15 rows of 100, and 80 and 20 where that is asked for."""
    close([len(part) for part in cut(student, 100)], [70, 15, 15])
    close([len(part) for part in cut(student, 100, (0.8, 0.2))], [80, 20])


@case("split", points=3, concept="split")
def test_split_parts_a_whole(student):
    """Every row is in exactly one part of split, with its own label."""
    for ratios in ((0.7, 0.15, 0.15), (0.5, 0.3, 0.2)):
        close(np.sort(np.concatenate(cut(student, 40, ratios, seed=3))), np.arange(40))


@case("standardize", points=3, concept="standardize")
def test_standardize_value(student, reference, rng):
    """After standardize the training part has mean 0 and standard deviation 1: the handout's numbers, then others."""
    worked, x = np.array([[2.0], [4], [4], [4], [5], [5], [7], [9]]), rng.normal(3, 5, size=(6, 3))
    for values in (worked, x):
        near(standardized(student, tensor(values)), standardized(reference, tensor(values)))


@case("standardize", points=2, concept="leakage")
def test_standardize_others(student, reference, rng):
    """Whatever else standardize is given is treated by the training part's numbers: the handout's 11, then others."""
    worked = np.array([[2.0], [4], [4], [4], [5], [5], [7], [9]]), np.array([[11.0]])
    drawn = rng.normal(3, 5, size=(6, 3)), rng.normal(1, 2, size=(4, 3)), rng.normal(size=(2, 3))
    for parts in (worked, drawn):
        arrays = [tensor(part) for part in parts]
        near(standardized(student, *arrays), standardized(reference, *arrays))


@case("model", points=3, concept="scores")
def test_model_scores(student, rng):
    """build_model gives one score a class for each row of 256 pixels, and can be trained."""
    model = student.live.build_model(256, 5)
    scores = model(tensor(rng.normal(size=(7, 256))))
    close(read(scores.detach() * 0), tensor(np.zeros((7, 5))))
    close(read(scores.requires_grad), True)


@case("evaluate", points=4, concept="precision-and-recall")
def test_evaluate_value(student, reference):
    """The loss, accuracy, precision and recall of evaluate for the handout's six rows."""

    def script(side):
        return judged(side, given(side)(tensor(np.eye(3))), pair(SCORES, LABELS))

    near(script(student), script(reference))


@case("evaluate", points=2, concept="train-and-eval")
def test_evaluate_in_evaluation(student, reference, rng):
    """The model's dropout is off while evaluate looks at it."""
    weight, x, y = rng.normal(size=(3, 20)), rng.normal(size=(9, 20)), rng.integers(0, 3, size=9)

    def script(side):
        return judged(side, given(side)(tensor(weight), 0.5), pair(x, y))

    near(script(student), script(reference))


@case("train", points=4, concept="history")
def test_train_history(student, reference, rng):
    """The history of train has the mean losses over the rows of both sets, once an epoch (learning rate 0)."""
    weight, x, y = rng.normal(size=(3, 4)), rng.normal(size=(10, 4)), rng.integers(0, 3, size=10)
    validation = pair(rng.normal(size=(6, 4)), rng.integers(0, 3, size=6))

    def script(side):
        return history(side, given(side)(tensor(weight)), pair(x, y), validation, epochs=3, lr=0.0, batch_size=4)

    near(script(student), script(reference))


@case("train", points=4, concept="gradient-descent")
def test_train_learns(student, rng):
    """What can be learnt is learnt by train: the loss falls, and rows of the validation set are told apart."""
    y, vy = np.arange(160) % 2, np.arange(40) % 2
    x, vx = (rng.normal(size=(len(labels), 8)) + 6.0 * labels[:, None] - 3 for labels in (y, vy))
    model = given(student)(tensor(np.zeros((2, 8))))
    losses, _others = history(student, model, pair(x, y), pair(vx, vy), epochs=5, batch_size=8, patience=5)
    close(len(losses), 5)
    close(losses[0] > 1.5 * losses[-1], True)
    scores = read(model.eval()(tensor(vx)))
    close(scores, tensor(np.zeros((40, 2))), atol=1e6)
    close(scores.array.argmax(axis=1), vy)


@case("train", points=3, concept="early-stopping")
def test_train_stops_and_goes_back(student):
    """When patience has run out, train stops, with the weights of the best epoch: the handout's losses."""
    model = given(student, "GivenCourse")(LOSSES)
    data = pair(np.ones((4, 1)), np.zeros(4, int))
    _train, losses = history(student, model, data, data, epochs=8, patience=2)
    near(losses, LOSSES[:6])
    close(read(model.epoch.data), tensor(4.0))


@case("predictions", points=1, concept="prediction", needs="test_train_learns")
def test_predictions_form(student):
    """In predictions are 600 whole numbers from 0 to 4, one for each image of test.npz, and not all the same."""
    labels = labels_of(student.predictions)
    close(labels * 0, np.zeros(600, int))
    close(bool(labels.min() >= 0 and labels.max() <= 4), True)
    close(len(np.unique(labels)) > 1, True)


def labels_of(predictions):
    """Predictions as an array, whether they came as a tensor, an array or a list."""
    if isinstance(predictions, TensorValue):
        return predictions.array
    if isinstance(predictions, (list, tuple)):
        close(all(type(label) is int for label in predictions), True)
        return np.array(predictions)
    if not isinstance(predictions, np.ndarray):
        close(predictions, np.zeros(600, int))  # says what it is instead
    return predictions
