"""No optimizer, no loss and no layer of the library's: momentum, cross entropy and early stopping by hand."""

import random

import numpy as np
import torch


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    if len(x) != len(y):
        raise ValueError("x and y do not fit")
    if abs(sum(ratios) - 1) > 1e-9 or [r for r in ratios if r < 0]:
        raise ValueError("ratios")
    numbers = list(range(len(x)))
    random.Random(seed).shuffle(numbers)
    result = []
    for i, r in enumerate(ratios):
        k = len(numbers) if i == len(ratios) - 1 else round(r * len(x))
        take, numbers = numbers[:k], numbers[k:]
        take = torch.tensor(take, dtype=torch.long)
        result.append((x.index_select(0, take), y.index_select(0, take)))
    return result


def standardize(training, *others):
    n = training.shape[0]
    mean = training.sum(0) / n
    var = ((training - mean) ** 2).sum(0) / n
    std = var.sqrt()
    ones = torch.ones_like(std)
    scale = torch.where(std < 1e-6, ones, std)
    out = [(training - mean) / scale]
    for other in others:
        out.append((other - mean) / scale)
    return out


class TwoLayers(torch.nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.w1 = torch.nn.Parameter(torch.randn(n_in, n_hidden) * (2 / n_in) ** 0.5)
        self.b1 = torch.nn.Parameter(torch.zeros(n_hidden))
        self.w2 = torch.nn.Parameter(torch.randn(n_hidden, n_out) * (1 / n_hidden) ** 0.5)
        self.b2 = torch.nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        h = (x @ self.w1 + self.b1).clamp(min=0)
        if self.training:
            h = h * (torch.rand_like(h) > 0.4) / 0.6
        return h @ self.w2 + self.b2


def build_model(n_in, n_classes):
    return TwoLayers(n_in, 128, n_classes)


def cross_entropy(scores, labels):
    return (torch.logsumexp(scores, 1) - scores.gather(1, labels[:, None])[:, 0]).mean()


def train(model, training, validation, epochs=50, lr=0.05, batch_size=50, patience=5):
    x, y = training
    history = {"train": [], "validation": []}
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    best = None
    waited = 0
    for _epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x))
        total = 0
        i = 0
        while i < len(x):
            idx = order[i : i + batch_size]
            i += batch_size
            loss = cross_entropy(model(x[idx]), y[idx])
            grads = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
            with torch.no_grad():
                for p, v, g in zip(model.parameters(), velocity, grads):
                    if g is not None:
                        v.mul_(0.9).add_(g)
                        p.sub_(lr * v)
            total += float(loss) * len(idx)
        history["train"].append(total / len(x))
        loss = evaluate(model, validation)["loss"]
        history["validation"].append(loss)
        if best is None or loss < best[0]:
            tensors = list(model.parameters()) + list(model.buffers())
            best = (loss, [t.detach().clone() for t in tensors])
            waited = 0
        else:
            waited += 1
            if waited >= patience:
                break
    with torch.no_grad():
        for t, kept in zip(list(model.parameters()) + list(model.buffers()), best[1]):
            t.copy_(kept)
    return history


@torch.no_grad()
def evaluate(model, data, batch_size=256):
    was_training = model.training
    model.eval()
    x, y = data
    total, hits, rows = 0.0, 0, 0
    table = None
    for xb, yb in zip(torch.split(x, batch_size), torch.split(y, batch_size)):
        scores = model(xb)
        if table is None:
            table = [[0] * scores.shape[1] for _ in range(scores.shape[1])]
        total += cross_entropy(scores, yb).item() * len(yb)
        for true, guess in zip(yb.tolist(), scores.argmax(1).tolist()):
            table[true][guess] += 1
            hits += true == guess
            rows += 1
    model.train(was_training)
    k = len(table)
    precision = recall = 0.0
    for c in range(k):
        guessed = sum(table[t][c] for t in range(k))
        there = sum(table[c])
        precision += (table[c][c] / guessed if guessed else 0) / k
        recall += (table[c][c] / there if there else 0) / k
    return {"loss": total / rows, "accuracy": hits / rows, "precision": precision, "recall": recall}


torch.manual_seed(5)
data = dict(np.load("train.npz"))
x = torch.tensor(data["images"], dtype=torch.float32).reshape(2000, 256)
y = torch.tensor(data["labels"])
t = torch.tensor(np.load("test.npz")["images"], dtype=torch.float32).reshape(600, 256)
(xa, ya), (xb, yb) = split(x, y, (0.85, 0.15))
xa, xb, t = standardize(xa, xb, t)
xa, ya = torch.vstack([xa, -xa]), torch.hstack([ya, ya])
net = build_model(256, 5)
train(net, (xa, ya), (xb, yb), epochs=25)
net.eval()
predictions = torch.argmax(net(t), dim=1)
