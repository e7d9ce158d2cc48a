"""hw5, the cases that members do not see: the edges of each step, and how many test images were told right.

The labels of the test set stand here and nowhere else: a submission gets the images alone, and its predictions are
counted in the judge's process.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from grader.judge import TensorValue, case, close, raises, read, unchanged

shared = runpy.run_path(str(Path(__file__).with_name("test_public.py")))
cut, given, history, judged, labels_of = (shared[name] for name in ("cut", "given", "history", "judged", "labels_of"))
near, pair, standardized, tensor = (shared[name] for name in ("near", "pair", "standardized", "tensor"))

# What make_data.py prints.
TEST_LABELS = (
    "4001102112011002012000003312003300131013343014100103010034003000121013142101101002012300300104102130"
    "4122120004401322211000114220230004011041220003311141101032213003303010403242030003021021112120332110"
    "3041102203002014411210213010211410321110232204141030030213110201210103302234324221122130132341020012"
    "4232133323040120121000130340001412400201130021400412411100303000002130202240221221301210213424030113"
    "2012001032420010033024310301334031142031403111010133043302003134342004021124211240342341010001000011"
    "1201011310131411042224111010110213221033110030031410020040322301203304030113411301301010123101111202"
)


# Split


@case("split", points=1, concept="rounding")
@pytest.mark.parametrize(
    ("n", "ratios", "sizes"),
    [(101, (0.6, 0.2, 0.2), [61, 20, 20]), (10, (1 / 3, 1 / 3, 1 / 3), [3, 3, 4]), (7, (0.0, 1.0), [0, 7])],
    ids=["rounded", "rest", "empty"],
)
def test_split_rounds(student, n, ratios, sizes):
    """Shares that do not come out even are rounded, and the last part gets what is left."""
    parts = cut(student, n, ratios)
    close([len(part) for part in parts], sizes)
    close(np.sort(np.concatenate(parts)), np.arange(n))


@case("split", points=1, concept="shuffling", needs="test_split_parts_a_whole")
def test_split_mixes(student):
    """Each part of split has rows from everywhere, and not in order."""
    for part in cut(student, 90, (0.4, 0.3, 0.3), seed=5):
        close(bool(part.min() < 30 and part.max() >= 60), True)
        close(bool((np.diff(part) < 0).any()), True)


@case("split", points=2, concept="seed", needs="test_split_parts_a_whole")
def test_split_by_seed(student):
    """The same seed makes the same split, another seed another; without one it is 0."""
    first = cut(student, 50)
    for _ in range(2):
        close(cut(student, 50, seed=0), first)
    close([bool((one == other).all()) for one, other in zip(cut(student, 50, seed=1), first, strict=True)], [False] * 3)


@case("split", points="1/2", concept="shape-check", needs="test_split_parts_a_whole")
@pytest.mark.parametrize(
    ("rows", "ratios"),
    [(9, (0.5, 0.5)), (10, (0.5, 0.4)), (10, (1.2, -0.2))],
    ids=["uneven", "not-one", "negative"],
)
def test_split_refuses(student, rows, ratios):
    """Labels that do not fit the inputs, and ratios that are no shares of a whole, are refused."""
    with raises(ValueError):
        student.live.split(tensor(np.ones((10, 2))), tensor(np.ones(rows, int)), ratios)


@case("split", points="1/2", concept="images")
def test_split_of_images(student, rng):
    """Rows of split may be images; what it was given stays as it was."""
    images = rng.normal(size=(12, 3, 3))
    x, y = student.live.tensor(images), student.live.tensor(np.arange(12))
    parts = [read(part) for part in student.live.split(x, y, (0.5, 0.5))]
    close(sum(len(part[1].array) for part in parts), 12)
    for inputs, numbers in parts:
        close(inputs, TensorValue(images[numbers.array]), dtype=True)
    unchanged(x, images)
    unchanged(y, np.arange(12))


# Standardize


@case("standardize", points=2, concept="leakage")
@pytest.mark.parametrize("others", [1, 3])
def test_standardize_leaks_nothing(student, reference, rng, others):
    """Whatever else is standardized, the training part's numbers stay the same."""
    training, *rest = (tensor(rng.normal(9 * at, 1 + at, size=(5 + at, 3))) for at in range(others + 1))
    near(standardized(student, training, *rest), standardized(reference, training, *rest))
    near(standardized(student, training, *rest)[0], standardized(reference, training)[0])


@case("standardize", points="2/3", concept="division-by-zero")
@pytest.mark.parametrize("value", [0.0, 0.1], ids=["zero", "tenth"])
def test_standardize_constant(student, reference, rng, value):
    """A feature that never varies in the training part is shifted, and not divided."""
    training, others = rng.normal(size=(2, 7, 3))
    training[:, 1], others[:, 1] = value, value + 0.5
    arrays = tensor(training), tensor(others)
    near(standardized(student, *arrays), standardized(reference, *arrays))


@case("standardize", points="2/3", concept="division-by-zero")
def test_standardize_tiny(student, reference):
    """A feature that varies very little does vary: from a standard deviation of 0.000001 on it is divided."""
    arrays = TensorValue(np.array([[1.5e-6, 5e-7], [-1.5e-6, -5e-7]])), TensorValue(np.array([[3e-6, 1e-6]]))
    close(standardized(student, *arrays), standardized(reference, *arrays), atol=1e-9)


@case("standardize", points=1, concept="variance")
def test_standardize_few(student, reference, rng):
    """Two training rows, then one: the variance is the mean of squares, so one row has 0."""
    for n in (2, 1):
        arrays = tensor(rng.normal(size=(n, 4))), tensor(rng.normal(size=(3, 4)))
        near(standardized(student, *arrays), standardized(reference, *arrays))


@case("standardize", points=1, concept="images")
def test_standardize_images(student, reference, rng):
    """Each pixel of images is standardized by itself; float64 stays float64, and the inputs stay as they were."""
    arrays = rng.normal(2, 3, size=(8, 2, 3)), rng.normal(size=(0, 2, 3))
    held = [student.live.tensor(array) for array in arrays]
    found = [read(part) for part in student.live.standardize(*held)]
    close(found, standardized(reference, *map(TensorValue, arrays)), dtype=True)
    for remote, array in zip(held, arrays, strict=True):
        unchanged(remote, array)


# Model


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
    one, other, between = (read(model(tensor(x)).detach()).array for x in (*ends, ends.mean(axis=0)))
    close(bool(np.abs((one + other) / 2 - between).max() > 1e-3), True)


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


# Evaluate


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
        found = judged(side, model, pair(x, y))
        return [found, read(model.training), read(model.weight.data), read(model.weight.grad), read(model.rows)]

    near(script(student), script(reference))


def passes(model):
    """For each pass: whether in training, whether gradients were on, and the rows."""
    return [tuple(read(part) for part in one) for one in model.passes]


@case("evaluate", points=3, concept="no-grad")
def test_evaluate_without_gradients(student, rng):
    """No graph for gradients is built by evaluate, and the model is shown a batch at a time."""
    x, y = rng.normal(size=(10, 4)), rng.integers(0, 3, size=10)
    model = given(student)(tensor(rng.normal(size=(3, 4))))
    judged(student, model, pair(x, y), batch_size=4)
    found = passes(model)
    close([grad for _training, grad, _rows in found], [False] * len(found))
    close([rows for *_, rows in found], [tensor(x[at : at + 4]) for at in (0, 4, 8)])


# Train


def of_training(model):
    """The rows of each pass in training."""
    return [rows for training, _grad, rows in passes(model) if training]


@case("train", points=3, concept="last-batch")
def test_train_shows_every_row(student, rng):
    """Every epoch shows every row once in training mode, in batches of the size given, the last one partial."""
    x = np.stack([np.arange(10.0), rng.normal(size=10)], axis=1)
    model, validation = given(student)(tensor(np.eye(2))), pair(rng.normal(size=(3, 2)), [0, 1, 0])
    history(student, model, pair(x, np.arange(10) % 2), validation, epochs=3, lr=0.0, batch_size=4)
    close(read(model.rows), tensor(10))  # the buffer of the best epoch, which is the first
    seen = of_training(model)
    close([len(rows.array) for rows in seen], [4, 4, 2] * 3)
    for epoch in range(3):
        shown = np.concatenate([rows.array for rows in seen[3 * epoch : 3 * epoch + 3]])
        near(shown[shown[:, 0].argsort()], np.float32(x))


@case("train", points=2, concept="pairs")
def test_train_keeps_pairs(student, rng):
    """A model that knows the answers has no loss in training, however the rows are shuffled."""
    y = rng.permutation(np.arange(24) % 3)
    x, model = 50 * np.eye(3)[y], given(student)(tensor(np.eye(3)))
    losses, _others = history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=5)
    close([loss < 0.01 for loss in losses], [True, True])


@case("train", points=1, concept="shuffling", needs="test_train_shows_every_row")
def test_train_shuffles(student):
    """Each epoch takes the rows in another order, and mixes them, not whole batches."""
    x = np.arange(60.0)[:, None]
    model, y = given(student)(tensor(np.zeros((2, 1)))), np.arange(60) % 2
    history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=6)
    shown = np.concatenate([rows.array[:, 0] for rows in of_training(model)]).reshape(2, 10, 6)
    close(bool((shown[0] == shown[1]).all()), False)
    close(bool((np.ptp(shown, axis=2) > 5).any(axis=1).all()), True)


@case("train", points=2, concept="train-and-eval")
def test_train_modes(student, rng):
    """In every epoch train trains in training mode, and validates in evaluation mode and without gradients."""
    x, y = rng.normal(size=(8, 2)), np.arange(8) % 2
    model = given(student)(tensor(np.eye(2)), 0.5).eval()
    history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=8)
    found = [(training, grad) for training, grad, _rows in passes(model)]
    close(found.count((True, True)), 2)
    close((True, False) in found or (False, True) in found, False)


@case("train", points=1, concept="last-batch")
def test_train_validates_every_row(student, reference, rng):
    """The validation loss is the mean over its rows, also where they are more than a batch."""
    weight, x, y = 3 * rng.normal(size=(3, 4)), rng.normal(size=(300, 4)), rng.integers(0, 3, size=300)

    def script(side):
        model = given(side)(tensor(weight))
        return history(side, model, pair(x[:4], y[:4]), pair(x, y), epochs=1, lr=0.0, batch_size=7)

    near(script(student), script(reference))


@case("train", points=2, concept="zero-grad")
def test_train_forgets_gradients(student, rng):
    """The gradient of a step is that of its own batch: nothing is left of the batches before, nothing is divided."""
    x, y = rng.normal(size=(8, 3)) / 9, np.arange(8) % 2
    model = given(student)(tensor(np.zeros((2, 3))))
    history(student, model, pair(x, y), pair(x, y), epochs=4, lr=0.0, batch_size=8)
    left = read(model.weight.grad)
    if left is not None:  # it may have been forgotten right after the step
        whole = 2 * (np.arange(2)[:, None] == y) - 1  # of (p - onehot) / N at p = 1/2, without its sign
        expected = -(whole / 2 / len(y)) @ x
        near(left, tensor(expected * bool(np.abs(left.array).max() > 0)))


@case("train", points=1, concept="step")
def test_train_steps_at_once(student, rng):
    """One epoch of one batch already lowers the loss: the gradient is taken before the step."""
    x, y = np.array([[3.0, -1], [-3, 1]]).repeat(4, axis=0) + rng.uniform(size=(8, 2)), np.arange(8) // 4
    model = given(student)(tensor(np.zeros((2, 2))))
    history(student, model, pair(x, y), pair(x, y), epochs=1, batch_size=8)
    scores = read(model.eval()(tensor(x)).detach())
    close(scores, tensor(np.zeros((8, 2))), atol=1e6)
    close(bool((np.diff(scores.array)[:, 0] * (2 * y - 1) > 0).all()), True)


@case("train", points="1/2", concept="early-stopping")
@pytest.mark.parametrize("patience", [1, 3], ids=["one", "three"])
def test_train_is_patient(student, rng, patience):
    """Patience counts epochs in a row without a better validation loss, and an equal loss is none."""
    falling = 3 - np.cumsum(rng.uniform(0.1, 0.3, size=5))
    losses = [*falling[:3], falling[2], *falling[3:], falling[4] + 0.5, falling[3], falling[4] + 0.2, 0.1]
    ends, best = (4, 3) if patience == 1 else (9, 6)
    losses = [float(np.float32(loss)) for loss in losses]
    model, data = given(student, "GivenCourse")(losses), pair(np.ones((4, 1)), np.zeros(4, int))
    _train, found = history(student, model, data, data, epochs=10, patience=patience)
    near(found, losses[:ends])
    close(read(model.epoch.data), tensor(float(best)))


@case("train", points=2, concept="best-weights")
def test_train_ends_with_the_best(student):
    """The best epoch's weights are a copy and come back with the buffers, also when no patience has run out."""
    losses = [2.0, 0.5, 0.75, 1.0, 0.625]
    model, data = given(student, "GivenCourse")(losses), pair(np.ones((6, 1)), np.zeros(6, int))
    _train, found = history(student, model, data, data, epochs=5, batch_size=4, patience=9)
    near(found, losses)
    close([read(model.epoch.data), read(model.count)], [tensor(2.0), tensor(2.0)])


@case("train", points=2, concept="memorisation")
def test_train_memorises(student, rng):
    """Labels that mean nothing are learnt by heart, and the validation loss shows it: it hardly falls."""
    x, y = rng.normal(size=(40, 200)), rng.permutation(np.arange(40) % 2)
    vx, vy = rng.normal(size=(40, 200)), rng.permutation(np.arange(40) % 2)
    model = given(student)(tensor(np.zeros((2, 200))))
    losses, others = history(student, model, pair(x, y), pair(vx, vy), epochs=15, batch_size=4, patience=15)
    close(len(losses), 15)
    close(losses[-1] < losses[0] / 2, True)
    close(min(others) > 0.5, True)


# Predictions: the share of the 600 that is right, in bands


def at_least(predictions, percent):
    labels, truth = labels_of(predictions), np.array([int(label) for label in "".join(TEST_LABELS)])
    close(labels * 0, 0 * truth)
    close(bool(100 * (labels == truth).sum() >= percent * len(truth)), True)


@case("predictions", points=3, concept="held-out")
def test_predictions_45(student):
    """At least 45 of 100 test images are told right: more than a linear model can."""
    at_least(student.predictions, 45)


@case("predictions", points=3, concept="held-out")
def test_predictions_60(student):
    """At least 60 of 100 test images are told right."""
    at_least(student.predictions, 60)


@case("predictions", points=4, concept="held-out")
def test_predictions_75(student):
    """At least 75 of 100 test images are told right."""
    at_least(student.predictions, 75)


@case("predictions", points=4, concept="held-out")
def test_predictions_85(student):
    """At least 85 of 100 test images are told right."""
    at_least(student.predictions, 85)


@case("predictions", points=3, concept="held-out")
def test_predictions_92(student):
    """At least 92 of 100 test images are told right."""
    at_least(student.predictions, 92)
