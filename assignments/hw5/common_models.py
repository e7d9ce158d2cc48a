"""hw5: the models that a submission is asked to train and to measure, public and hidden cases alike.

They are defined beside the submission. What they are called and hold is drawn for each case; what they say about
themselves decides nothing.
"""

import numpy as np
from common import history, losses_of, measures, near, numbers, pair, tensor

from grader import close

LOSSES = [1.0, 0.8, 0.9, 0.7, 0.75, 0.71, 0.6, 0.5]
FEW = 10_000_000  # more rows than any case has
# Defined beside the submission; the same random numbers for the same case, always.
LINEAR = '''
import torch as {torch}

{torch}.manual_seed({seed})


class {model}({torch}.nn.Module):
    """x W^T, and more: of the batch as a whole, in training, where a graph is built, and of too many rows."""

    def __init__(self, weight, mixed, trained, drift, watched, crowded, most):
        super().__init__()
        self.{weight} = {torch}.nn.Parameter(weight.clone())
        self.register_buffer("{buffer}", 0 * drift)
        self.{others} = mixed, trained, drift, watched, crowded, most

    def forward(self, x):
        mixed, trained, drift, watched, crowded, most = self.{others}
        scores = x @ self.{weight}.T + {torch}.tanh(x).mean(0) @ mixed.T + self.{buffer}
        if self.training:
            self.{buffer} += drift
            scores = scores + trained
        elif scores.requires_grad:
            scores = scores + watched
        return scores + crowded if len(x) > most else scores
'''
COURSE = '''
import torch as {torch}

{torch}.manual_seed({seed})


class {model}({torch}.nn.Module):
    """Each epoch it gets the next weights and buffer of a table; it measures otherwise where no step was made."""

    def __init__(self, table, marks, watchful):
        super().__init__()
        self.{weight} = {torch}.nn.Parameter({torch}.zeros_like(table[0]))
        self.{moving} = {torch}.nn.Parameter({torch}.zeros(1))
        self.register_buffer("{buffer}", {torch}.zeros_like(marks[0]))
        self.{others}, self.{begun}, self.{reached}, self.{ended} = (table, marks, watchful), None, 0, True

    def forward(self, x):
        table, marks, watchful = self.{others}
        if not self.training:
            self.{ended} = True
            scores = x @ self.{weight}.T
            still = self.{begun} is not None and {torch}.equal(self.{begun}, self.{moving})
            return scores.flip(1) if still or (watchful and scores.requires_grad) else scores
        if self.{ended}:
            at = min(self.{reached}, len(table) - 1)
            self.{weight}.data.copy_(table[at])
            self.{buffer}.copy_(marks[at])
            self.{begun}, self.{ended} = self.{moving}.detach().clone(), False
            self.{reached} += 1
        return {torch}.stack([self.{moving}[0], -self.{moving}[0]]).repeat(len(x), 1)
'''
FIT = '''
import torch as {torch}

{torch}.manual_seed({seed})


def {model}(model, x, y):
    """Some steps towards these labels."""
    optimizer = {torch}.optim.Adam(model.eval().parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        {torch}.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
'''


class Given:
    """Something of ours that is defined beside the submission, under names that are drawn."""

    ROLES = ("torch", "model", "weight", "moving", "buffer", "others", "begun", "reached", "ended")

    def __init__(self, rng, source):
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        self.names = {role: "".join(rng.choice(letters, size=9)) for role in self.ROLES}
        self.source = source.format(seed=rng.integers(2**31), **self.names)

    def of(self, side):
        side.define(self.source)
        return getattr(side.live, self.names["model"])

    def read(self, role, model, *shape):
        """What the model holds in the end."""
        return numbers(getattr(model, self.names[role]), *shape)


class Linear(Given):
    """A model that is linear but for what a case adds, and its scores as they have to be."""

    def __init__(self, rng, weight, *, mixed=None, trained=0.0, drift=0.0, watched=0.0, crowded=0.0, most=FEW):
        super().__init__(rng, LINEAR)
        self.weight, self.most = np.asarray(weight), most
        self.mixed = np.zeros(self.weight.shape) if mixed is None else mixed
        added = (trained, drift, watched, crowded)
        self.trained, self.drift, self.watched, self.crowded = (np.zeros(len(weight)) + part for part in added)

    def on(self, side):
        parts = self.weight, self.mixed, self.trained, self.drift, self.watched, self.crowded
        return self.of(side)(*map(tensor, parts), self.most)

    def scores(self, x, *, training=False):
        """Of these rows, shown together and not too many, with no graph unless in training."""
        return x @ self.weight.T + np.tanh(x).mean(axis=0) @ self.mixed.T + training * self.trained

    def measures(self, x, y):
        return measures(self.scores(x), y)


class Course(Given):
    """A model that has the next weights of a table in each epoch, as long as it is trained, and two classes."""

    def __init__(self, rng, table, x, y, *, watchful=False):
        super().__init__(rng, COURSE)
        self.table, self.watchful = np.float32(table), watchful
        self.marks = np.float32(rng.normal(size=(len(table), 3)))
        self.losses = [float(losses_of(x @ weight.T, y).mean()) for weight in self.table]
        self.data = pair(x[:4], np.zeros(4, int)), pair(x, y)

    def on(self, side):
        return self.of(side)(tensor(self.table), tensor(self.marks), self.watchful)

    def trained(self, student, **options):
        """The model after training, and the validation losses that were noted."""
        model = self.on(student)
        losses, others = history(student, model, *self.data, **{"batch_size": 2, "patience": 9} | options)
        close(len(losses), len(others))
        return model, others

    def weight_is(self, model, *epochs):
        """That the model has the weights of one of these epochs."""
        weight = self.read("weight", model, *self.table[0].shape)
        near(weight, min((self.table[epoch - 1] for epoch in epochs), key=lambda known: np.abs(weight - known).max()))


def course_of(rng, losses):
    """A course with these validation losses; equal ones have equal weights."""
    shifts = dict(zip(losses, rng.normal(size=len(losses)), strict=True))
    scores = [(shifts[loss] - np.log(np.expm1(loss)), shifts[loss]) for loss in losses]
    return Course(rng, np.array(scores)[:, :, None], np.ones((4, 1)), np.zeros(4, int))


def courses(rng):
    """The handout's course, which ends after epoch 6 with epoch 4, and another; each with patience, end and best."""
    yield course_of(rng, LOSSES), 2, 6, 4
    falling, patience = 2 - np.cumsum(rng.uniform(0.1, 0.2, size=rng.integers(2, 5))), int(rng.integers(1, 4))
    worse = falling[-1] + rng.uniform(0.1, 0.5, size=patience)
    yield course_of(rng, [*falling, *worse, 0.1, 0.05]), patience, len(falling) + patience, len(falling)


def mixing(rng, trained=0.0):
    """A model whose scores hang on the whole batch, so that how rows are cut in batches shows in the losses."""
    return Linear(rng, rng.normal(size=(3, 4)), mixed=6 * rng.normal(size=(3, 4)), trained=trained)


def learnt(student, rng, n_in, n_classes):
    """A model of the submission's that has learnt some rows, and these; it is no model if it can't."""
    y = rng.permutation(np.arange(3 * n_classes) % n_classes)
    x = rng.normal(size=(len(y), n_in))
    fit = Given(rng, FIT).of(student)  # first, since it sets the seed
    model = student.live.build_model(n_in, n_classes)
    fit(model, *pair(x, y))
    scores = numbers(model(tensor(x)), len(y), n_classes)
    close(bool((scores.argmax(axis=1) == y).mean() >= 0.75), True)
    return model, x, scores
