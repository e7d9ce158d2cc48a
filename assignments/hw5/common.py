"""hw5: what public and hidden cases share: what is read of an answer, and what it has to be."""

from itertools import combinations

import numpy as np

from grader import TensorValue, close, read

MEASURES = ("loss", "accuracy", "precision", "recall")


def tensor(values):
    """Floats as float32, whole numbers as int64: what models and labels hold."""
    values = np.asarray(values)
    return TensorValue(values.astype(np.float32 if values.dtype.kind == "f" else np.int64))


def pair(x, y):
    return tensor(x), tensor(y)


def near(actual, expected, **asked):
    """As close as float32 is after some dozen steps in any order."""
    close(actual, expected, rtol=1e-4, atol=1e-5, **asked)


def numbers(remote, *shape):
    """The finite floats that a tensor of the worker holds, which must have this shape."""
    value = read(remote)
    close(value, tensor(np.zeros(shape)), atol=1e6)
    return value.array


def partitions(rows, size):
    """Every way to cut rows into batches of this size, the last one partial, as sets of batches."""
    if len(rows) % size:
        for last in combinations(rows, len(rows) % size):
            rest = [row for row in rows if row not in last]
            yield from ([last, *batches] for batches in partitions(rest, size))
    elif rows:
        first, *others = rows
        for mates in combinations(others, size - 1):
            rest = [row for row in others if row not in mates]
            yield from ([(first, *mates), *batches] for batches in partitions(rest, size))
    else:
        yield []


def of_batches(found, given, x, y, size):
    """The losses are means over all rows, as they come about in batches: the model gives others to other batches."""
    sums = {}
    for batches in partitions(list(range(len(x))), size):
        for batch in batches:
            if batch not in sums:
                at = list(batch)
                sums[batch] = losses_of(given.scores(x[at], training=True), y[at]).sum()
    possible = np.array([sum(map(sums.get, batches)) / len(x) for batches in partitions(list(range(len(x))), size)])
    close(found, [float(possible[np.abs(possible - loss).argmin()]) for loss in found], rtol=1e-5, atol=2e-6)


def losses_of(scores, y):
    """The cross entropy of each row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]


def measures(scores, y):
    """What evaluate has to say of these scores."""
    classes = np.arange(scores.shape[1])
    called, there = scores.argmax(axis=1)[:, None] == classes, np.asarray(y)[:, None] == classes
    right = (called & there).sum(axis=0)
    return {
        "loss": float(losses_of(scores, y).mean()),
        "accuracy": float(right.sum() / len(y)),
        "precision": float((right / np.maximum(called.sum(axis=0), 1)).mean()),
        "recall": float((right / np.maximum(there.sum(axis=0), 1)).mean()),
    }


def cut(side, n, *arguments, **options):
    """What split makes of n rows: the numbers of each part's rows, and its labels."""
    counted = np.arange(1, n + 1)  # a row of zeros is none
    x = tensor(np.stack([counted, -2.0 * counted], axis=1))
    rows, labels = [], []
    for part in side.live.split(x, tensor(counted), *arguments, **options):
        inputs, own = read(part)
        close(own, tensor(np.zeros(len(own.array), int) + own.array))
        found = numbers(inputs, len(own.array), 2)
        near(found, np.stack([found[:, 0], -2.0 * found[:, 0]], axis=1))
        close(len(np.intersect1d(found[:, 0], counted)), len(found))  # rows that were there, none of them twice
        rows.append(found[:, 0].astype(int))
        labels.append(own.array)
    return rows, labels


def standardized(side, *arrays):
    """What standardize makes of these, as a list also where it is a tuple."""
    return list(side.standardize(*arrays))


def scaled(training, *others, less=0):
    """What standardize has to make of these; with `less=1` the variance is divided by N - 1."""
    std = training.std(axis=0, ddof=less)
    return [tensor((part - training.mean(axis=0)) / np.where(std < 1e-6, 1, std)) for part in (training, *others)]


def near_either(found, *arrays):
    """Scaled by the standard deviation of the handout or by that with N - 1: which of them, another case asks."""
    exact, other = scaled(*arrays), scaled(*arrays, less=1)
    near(found, other if distance(found, other) < distance(found, exact) else exact)


def distance(found, expected):
    """How far the first array is from what is expected; infinite where it is none of that shape."""
    value = found[0].array if found and isinstance(found[0], TensorValue) else np.zeros(0)
    return np.abs(value - expected[0].array).max() if value.shape == expected[0].array.shape else np.inf


def number(value):
    """A float, also where it is a tensor of one: whether it is a plain one, a case of its own asks."""
    value = value.array if isinstance(value, TensorValue) and value.array.shape == () else value
    close(value, 0.0, atol=np.inf)
    return float(value)


def history(side, *arguments, **options):
    """What train notes of each epoch."""
    found = noted(side.train(*arguments, **options), ("train", "validation"), [])
    for losses in found:
        if not isinstance(losses, (list, tuple)):
            close(losses, [])
    return [list(map(number, losses)) for losses in found]


def judged(side, *arguments, **options):
    """What evaluate says; what it may say beyond that is not judged."""
    found = noted(side.evaluate(*arguments, **options), MEASURES, 0.0)
    return dict(zip(MEASURES, map(number, found), strict=True))


def noted(found, keys, like):
    """The values of these keys."""
    if not isinstance(found, dict) or not set(keys) <= set(found):
        close(found, dict.fromkeys(keys, like))  # says what it is instead
    return [found[key] for key in keys]


def mostly(found, expected):
    """At least two of the measures are right, so each of these rows was looked at as it should be."""
    if sum(bool(np.isclose(found[key], expected[key], rtol=1e-4, atol=1e-5)) for key in expected) < 2:
        near(found, expected)


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
