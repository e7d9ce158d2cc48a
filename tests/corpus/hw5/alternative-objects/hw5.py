"""Classes for everything: named parts, a running mean, an early stopping, a trainer; and shifted copies of the images."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn


class Part(NamedTuple):
    x: Tensor
    y: Tensor


@dataclass
class Mean:
    total: float = 0.0
    count: int = 0

    def add(self, value: float, count: int) -> None:
        self.total += value * count
        self.count += count

    @property
    def value(self) -> float:
        return self.total / self.count


@dataclass
class Standardizer:
    mean: Tensor
    scale: Tensor

    @classmethod
    def of(cls, x: Tensor) -> Standardizer:
        mean = x.mean(dim=0)
        scale = (x - mean).square().mean(dim=0).sqrt()
        return cls(mean, scale.masked_fill(scale < 1e-6, 1.0))

    def __call__(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.scale


@dataclass
class Keeper:
    patience: int
    best: float = math.inf
    waited: int = 0
    kept: dict = field(default_factory=dict)

    def done(self, loss: float, model: nn.Module) -> bool:
        if loss < self.best:
            self.best, self.waited, self.kept = loss, 0, copy.deepcopy(model.state_dict())
            return False
        self.waited += 1
        return self.waited >= self.patience


class Trainer:
    def __init__(self, model: nn.Module, lr: float, batch_size: int) -> None:
        self.model, self.batch_size = model, batch_size
        self.optimizer = torch.optim.NAdam(model.parameters(), lr=lr)
        self.loss = nn.CrossEntropyLoss()

    def epoch(self, part: Part) -> float:
        self.model.train()
        mean = Mean()
        numbers = torch.randperm(len(part.x))
        for chunk in numbers.split(self.batch_size):
            self.optimizer.zero_grad()
            loss = self.loss(self.model(part.x[chunk]), part.y[chunk])
            loss.backward()
            self.optimizer.step()
            mean.add(loss.item(), len(chunk))
        return mean.value


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    if len(x) != len(y):
        raise ValueError("rows")
    if not math.isclose(math.fsum(ratios), 1.0) or any(ratio < 0 for ratio in ratios):
        raise ValueError("ratios")
    generator = torch.Generator()
    generator.manual_seed(seed)
    left = torch.rand(len(x), generator=generator).argsort()
    parts = []
    for ratio in ratios[:-1]:
        n = round(len(x) * ratio)
        parts.append(Part(x[left[:n]], y[left[:n]]))
        left = left[n:]
    return (*parts, Part(x[left], y[left]))


def standardize(training, *others):
    standardizer = Standardizer.of(training)
    return [standardizer(part) for part in (training, *others)]


def build_model(n_in, n_classes):
    return nn.Sequential(nn.Linear(n_in, 128), nn.GELU(), nn.Dropout(0.5), nn.Linear(128, n_classes))


def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    trainer, keeper = Trainer(model, lr, batch_size), Keeper(patience)
    history = {"train": [], "validation": []}
    for _ in range(epochs):
        history["train"].append(trainer.epoch(Part(*training)))
        history["validation"].append(evaluate(model, validation)["loss"])
        if keeper.done(history["validation"][-1], model):
            break
    if keeper.kept:
        model.load_state_dict(keeper.kept)
    return history


def evaluate(model, data, batch_size=256):
    part = Part(*data)
    was_training = model.training
    model.eval()
    loss, guesses, classes = Mean(), [], 0
    with torch.no_grad():
        for start in range(0, len(part.x), batch_size):
            rows = slice(start, start + batch_size)
            scores = model(part.x[rows])
            classes = scores.shape[1]
            loss.add(nn.functional.cross_entropy(scores, part.y[rows]).item(), len(scores))
            guesses.append(scores.argmax(dim=1))
    model.train(was_training)
    guess = torch.cat(guesses)

    def share(of: Tensor, c: int) -> float:
        chosen = of == c
        return ((guess == part.y) & chosen).sum().item() / max(chosen.sum().item(), 1)

    return {
        "loss": loss.value,
        "accuracy": (guess == part.y).double().mean().item(),
        "precision": float(np.mean([share(guess, c) for c in range(classes)])),
        "recall": float(np.mean([share(part.y, c) for c in range(classes)])),
    }


def shifted(images: Tensor) -> Tensor:
    """The images moved by one pixel to each side, and their negatives."""
    moved = [torch.roll(images, shift, dims) for shift, dims in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2))]
    moved = torch.cat(moved)
    return torch.cat([moved, 255 - moved])


torch.manual_seed(4)
train_file, test_file = np.load("train.npz"), np.load("test.npz")
images, labels = torch.tensor(train_file["images"]).float(), torch.tensor(train_file["labels"])
ours, check = split(images, labels, (0.85, 0.15), seed=11)
many = Part(shifted(ours.x), ours.y.repeat(10))
x, vx, tx = standardize(many.x.flatten(1), check.x.flatten(1), torch.tensor(test_file["images"]).float().flatten(1))
network = build_model(256, 5)
train(network, (x, many.y), (vx, check.y), epochs=6, lr=2e-3, batch_size=128)
network.eval()
with torch.no_grad():
    predictions = network(tx).argmax(dim=1).to(torch.int32)
