"""hw5: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone. It replaces one function of the reference.
"""

import copy
import math

import torch
from torch.nn import functional

from grader import Misconception


def misconceptions(*rows):
    """The misconceptions of a table with six columns."""
    return tuple(
        Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=variant)
        for id_, of, variant, seen, en, ko in rows
    )


def macro(part, whole):
    return (part / whole.clamp(min=1)).mean().item()


def evaluating(
    switch=True,
    restore=True,
    graph=False,
    twice=False,
    percent=1,
    whole=True,
    table=macro,
    swap=False,
    of_batches=False,
):
    """An evaluate that forgets one thing, or counts one otherwise."""

    def evaluate(model, data, batch_size=256):
        x, y = data
        if not whole and len(x) > batch_size:
            x, y = (part[: len(x) // batch_size * batch_size] for part in data)
        was_training = model.training
        if switch:
            model.eval()
        with torch.set_grad_enabled(graph):
            scores = torch.cat([model(rows) for rows in x.split(batch_size)])
        if restore:
            model.train(was_training)
        classes = scores.shape[1]
        guess = scores.argmax(dim=1)
        confusion = torch.bincount(y * classes + guess, minlength=classes**2).reshape(classes, classes)
        right, shares = confusion.diagonal(), (confusion.sum(dim=0), confusion.sum(dim=1))
        precision, recall = (table(right, share) for share in (shares[::-1] if swap else shares))
        loss = functional.cross_entropy(scores, y).item() / (len(y) if twice else 1)
        accuracy = percent * right.sum().item() / len(y)
        if of_batches:
            parts = list(zip(scores.split(batch_size), y.split(batch_size), strict=True))
            loss = sum(functional.cross_entropy(*part).item() for part in parts) / len(parts)
            accuracy = sum((s.argmax(1) == t).double().mean().item() for s, t in parts) / len(parts)
        return {"loss": loss, "accuracy": accuracy, "precision": precision, "recall": recall}

    return evaluate


right_evaluate = evaluating()


def training(
    zero=True,
    again=True,
    validate=right_evaluate,
    twice=False,
    whole=True,
    apart=False,
    order=torch.randperm,
    step_first=False,
    plain=float,
    weigh=True,
    late=0,
    forgives=True,
    equal=False,
    state=lambda model: model.state_dict(),
    restore=True,
    also=lambda training, _validation: training,
):
    """A train that is wrong in one thing."""

    def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
        x, y = also(training, validation)
        optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
        history = {"train": [], "validation": []}
        best, waited, kept = math.inf, 0, None
        model.train()
        for _ in range(epochs):
            if again:
                model.train()
            seen = []
            for rows in order(len(x)).split(batch_size):
                if not whole and len(rows) < batch_size:
                    continue
                targets = y[torch.randperm(len(x))[: len(rows)]] if apart else y[rows]
                loss = functional.cross_entropy(model(x[rows]), targets) / (len(rows) if twice else 1)
                if zero:
                    optimizer.zero_grad()
                if step_first:
                    optimizer.step()
                loss.backward()
                if not step_first:
                    optimizer.step()
                seen.append((plain(loss.detach()), len(rows) if weigh else 1))
            history["train"].append(sum(value * n for value, n in seen) / max(sum(n for _, n in seen), 1))
            loss = validate(model, validation)["loss"]
            history["validation"].append(loss)
            if loss < best or (equal and loss == best):
                best, kept = loss, copy.deepcopy(state(model))
                waited = 0 if forgives else waited
            else:
                waited += 1
                if waited == patience + late:
                    break
        if restore and kept is not None:
            model.load_state_dict(kept, strict=False)
        return history

    return train


FORUM, LECTURE, COURSE = "course forums", "the lectures' slides", "members' projects"
