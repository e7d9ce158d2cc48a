"""As short as it goes: the best epoch kept as a state_dict of clones, the loop an iterator of epochs."""

import itertools

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    if len(x) != len(y) or min(ratios) < 0 or round(sum(ratios), 6) != 1:
        raise ValueError("split")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed)).tolist()
    cuts = [0, *itertools.accumulate(round(r * len(x)) for r in ratios[:-1]), len(x)]
    return tuple((x[order[a:b]], y[order[a:b]]) for a, b in itertools.pairwise(cuts))


def standardize(training, *others):
    std = training.std(0, unbiased=False)
    return [(part - training.mean(0)) / (std + (std < 1e-6) * (1 - std)) for part in (training, *others)]


def build_model(n_in, n_classes):
    return nn.Sequential(nn.Dropout(0.2), nn.Linear(n_in, 150), nn.Mish(), nn.Dropout(0.4), nn.Linear(150, n_classes))


def an_epoch(model, optimizer, x, y, batch_size):
    total, order = 0.0, torch.randperm(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start:][:batch_size]
        loss = cross_entropy(model.train()(x[rows]), y[rows])
        optimizer.zero_grad(set_to_none=False), loss.backward(), optimizer.step()
        total = total + loss.detach() * len(rows)
    return float(total / len(x))


def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, amsgrad=True, weight_decay=1e-4)
    seen, measured, states = [], [], []
    for _ in range(epochs):
        seen.append(an_epoch(model, optimizer, *training, batch_size))
        measured.append(evaluate(model, validation)["loss"])
        states.append({name: tensor.clone() for name, tensor in model.state_dict().items()})
        best = measured.index(min(measured))
        if len(measured) - 1 - best >= patience:
            break
    model.load_state_dict(states[best])
    return {"train": seen, "validation": measured}


@torch.inference_mode()
def evaluate(model, data, batch_size=256):
    was, (x, y) = model.training, data
    scores = torch.cat([model.eval()(rows) for rows in x.split(batch_size)])
    model.train(was)
    called, there = (one_hot(labels, scores.shape[1]) for labels in (scores.argmax(1), y))
    right = (called & there).sum(0)
    shares = {"precision": right / called.sum(0).clamp(1), "recall": right / there.sum(0).clamp(1)}
    measures = {"loss": cross_entropy(scores, y), "accuracy": right.sum() / len(y)}
    return {name: value.mean().item() for name, value in (measures | shares).items()}


torch.manual_seed(21)
(X, Y), U = (torch.as_tensor(np.load("train.npz")[key]) for key in ("images", "labels")), np.load("test.npz")["images"]
X, U = X.float().flatten(1), torch.as_tensor(U).float().flatten(1)
(A, AY), (B, BY) = split(X, Y, (0.9, 0.1), seed=2)
A, B, U = standardize(A, B, U)
net = build_model(256, 5)
train(net, (torch.cat((A, -A)), AY.tile(2)), (B, BY), epochs=16, lr=2e-3, batch_size=80)
predictions = net.eval()(U).argmax(1)
