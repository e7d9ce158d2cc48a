"""hw5: a whole project on images of signs: split, standardize, build, train, evaluate, predict."""

import copy
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

Pair = tuple[Tensor, Tensor]  # inputs and their labels, row by row


def split(x: Tensor, y: Tensor, ratios: Sequence[float] = (0.7, 0.15, 0.15), seed: int = 0) -> list[Pair]:
    """The rows of x and y, shuffled by the seed, in parts of these shares; the last part gets what is left."""
    if len(x) != len(y):
        raise ValueError(f"{len(x)} inputs and {len(y)} labels are no pairs")
    if min(ratios) < 0 or not math.isclose(sum(ratios), 1):
        raise ValueError(f"{ratios} are no shares of a whole")
    # One order cut in pieces: no row can be in two of them, and none can be lost.
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    sizes = [round(ratio * len(x)) for ratio in ratios[:-1]]
    return [(x[rows], y[rows]) for rows in order.split([*sizes, len(x) - sum(sizes)])]


def standardize(training: Tensor, *others: Tensor) -> list[Tensor]:
    """(x - mean) / std for each feature, of the training part and of others, by the training part's mean and std."""
    mean, std = training.mean(dim=0), training.std(dim=0, correction=0)
    std = torch.where(std < 1e-6, 1.0, std)  # a feature that never varies can't be scaled
    return [(x - mean) / std for x in (training, *others)]


def build_model(n_in: int, n_classes: int) -> nn.Module:
    """An untrained network from n_in features to one score a class."""
    # Scores, not probabilities: cross_entropy takes the softmax itself.
    return nn.Sequential(nn.Linear(n_in, 96), nn.ReLU(), nn.Dropout(0.4), nn.Linear(96, n_classes))


def train(
    model: nn.Module,
    training: Pair,
    validation: Pair,
    epochs: int = 30,
    lr: float = 1e-3,
    batch_size: int = 64,
    patience: int = 5,
) -> dict[str, list[float]]:
    """Mini-batches, early stopping, and back to the best epoch; the mean losses of every epoch."""
    x, y = training
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    history: dict[str, list[float]] = {"train": [], "validation": []}
    best, waited, kept = math.inf, 0, None
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)  # the last batch may be smaller and must not count for more
        history["train"].append(total / len(x))
        history["validation"].append(evaluate(model, validation)["loss"])
        if history["validation"][-1] < best:  # never true of NaN
            # A copy: state_dict() holds the very tensors that training goes on changing.
            best, waited, kept = history["validation"][-1], 0, copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    if kept is not None:
        model.load_state_dict(kept)
    return history


def evaluate(model: nn.Module, data: Pair, batch_size: int = 256) -> dict[str, float]:
    """Mean loss, accuracy, and macro precision and recall; the model is left as it was."""
    x, y = data
    was_training = model.training
    model.eval()
    with torch.no_grad():
        scores = torch.cat([model(rows) for rows in x.split(batch_size)])
    model.train(was_training)
    n_classes = scores.shape[1]
    # confusion[i, j] counts the rows of class i that were taken for class j.
    cells = y * n_classes + scores.argmax(dim=1)
    confusion = torch.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)
    right = confusion.diagonal()
    return {
        "loss": functional.cross_entropy(scores, y).item(),
        "accuracy": right.sum().item() / len(y),
        # A class that is never guessed, or never there, has 0 right of 0: it counts as 0.
        "precision": (right / confusion.sum(dim=0).clamp(min=1)).mean().item(),
        "recall": (right / confusion.sum(dim=1).clamp(min=1)).mean().item(),
    }


torch.manual_seed(0)
with np.load("train.npz") as train_file, np.load("test.npz") as test_file:
    images, labels = torch.tensor(train_file["images"]).float().flatten(1), torch.tensor(train_file["labels"])
    unknown = torch.tensor(test_file["images"]).float().flatten(1)

training, validation, held_out = split(images, labels, (0.8, 0.1, 0.1))
x, vx, hx, unknown = standardize(training[0], validation[0], held_out[0], unknown)
# Augmentation: by night a sign looks like its negative by day, so every image tells twice. Training part only.
both = torch.cat([x, -x]), torch.cat([training[1], training[1]])

model = build_model(n_in=256, n_classes=5)
history = train(model, both, (vx, validation[1]), epochs=40, lr=3e-3, batch_size=128)
print("epochs:", len(history["train"]))
print("held out, looked at once:", evaluate(model, (hx, held_out[1])))

model.eval()
with torch.no_grad():
    predictions = model(unknown).argmax(dim=1)
