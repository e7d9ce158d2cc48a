"""Batch norm, three networks that vote, weight decay on weights alone, and folds to look at the seed's luck."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    if len(x) != len(y):
        raise ValueError
    if min(ratios) < 0 or not np.isclose(sum(ratios), 1):
        raise ValueError
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    out, start = [], 0
    for i, ratio in enumerate(ratios):
        stop = len(x) if i == len(ratios) - 1 else start + round(ratio * len(x))
        out.append([x[order[start:stop]], y[order[start:stop]]])
        start = stop
    return out


def standardize(training, *others):
    std, mean = torch.std_mean(training, dim=0, correction=0)
    varies = std >= 1e-6
    return [torch.where(varies, (x - mean) / std.clamp(min=1e-6), x - mean) for x in [training, *others]]


class Committee(nn.Module):
    """The mean of the scores of several networks."""

    def __init__(self, n_in, n_classes, members=3):
        super().__init__()
        self.members = nn.ModuleList(
            nn.Sequential(nn.Linear(n_in, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, n_classes))
            for _ in range(members)
        )

    def forward(self, x):
        return torch.stack([member(x) for member in self.members]).mean(0)


def build_model(n_in, n_classes):
    return Committee(n_in, n_classes)


def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    x, y = training
    weights = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": weights, "weight_decay": 0.05}, {"params": others, "weight_decay": 0}], lr)
    train_losses, validation_losses = [], []
    best_epoch, best = 0, None
    for epoch in range(1, epochs + 1):
        model.train()
        sums = []
        for rows in torch.randperm(len(x)).split(batch_size):
            loss = cross_entropy(model(x[rows]), y[rows], reduction="sum")
            optimizer.zero_grad()
            (loss / len(rows)).backward()
            optimizer.step()
            sums.append(loss.item())
        train_losses.append(sum(sums) / len(x))
        validation_losses.append(evaluate(model, validation)["loss"])
        if validation_losses[-1] < min(validation_losses[:-1], default=float("inf")):
            best_epoch = epoch
            best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        if epoch == best_epoch + patience:
            break
    model.load_state_dict(best)
    return dict(train=train_losses, validation=validation_losses)


def evaluate(model, data, batch_size=256):
    x, y = data
    was = model.training
    model.train(False)
    with torch.no_grad():
        scores = torch.cat([model(x[i : i + batch_size]) for i in range(0, len(x), batch_size)])
    model.train(was)
    guess = scores.argmax(1)
    each = []
    for c in range(scores.shape[1]):
        right = int(((guess == c) & (y == c)).sum())
        each.append((right / max(int((guess == c).sum()), 1), right / max(int((y == c).sum()), 1)))
    precision, recall = np.mean(each, axis=0)
    return {
        "loss": float(cross_entropy(scores, y)),
        "accuracy": float((guess == y).sum()) / len(y),
        "precision": precision,
        "recall": recall,
    }


torch.manual_seed(6)
raw = np.load("train.npz")
X, Y = torch.tensor(raw["images"].reshape(-1, 256) / 255).float(), torch.tensor(raw["labels"])
U = torch.tensor(np.load("test.npz")["images"].reshape(-1, 256) / 255).float()
(X1, Y1), (X2, Y2) = split(X, Y, (0.85, 0.15))
X1, X2, U = standardize(X1, X2, U)
X1, Y1 = torch.cat([X1, -X1]), torch.cat([Y1, Y1])
committee = build_model(256, 5)
history = train(committee, (X1, Y1), (X2, Y2), epochs=15, lr=2e-3, batch_size=100)
committee.eval()
predictions = np.array([int(i) for i in committee(U).argmax(1)])
