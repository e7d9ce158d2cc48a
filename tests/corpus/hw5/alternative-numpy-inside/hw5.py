"""Everything that need not be torch is NumPy; batches are slices of a shuffled array of numbers."""

import copy

import numpy as np
import torch


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    n = len(x)
    if n != len(y) or not np.isclose(np.sum(ratios), 1) or np.min(ratios) < 0:
        raise ValueError("bad split")
    order = np.random.default_rng(seed).permutation(n)
    sizes = np.rint(np.array(ratios[:-1]) * n).astype(int)
    parts = np.split(order, np.cumsum(sizes))
    return [(x[torch.from_numpy(part)], y[torch.from_numpy(part)]) for part in parts]


def standardize(training, *others):
    array = training.numpy()
    mean, std = array.mean(axis=0), array.std(axis=0)
    std = np.where(std < 1e-6, 1, std).astype(array.dtype)
    return [torch.from_numpy((part.numpy() - mean) / std) for part in [training, *others]]


def build_model(n_in, n_classes):
    hidden = 160
    return torch.nn.Sequential(
        torch.nn.Linear(n_in, hidden), torch.nn.Tanh(), torch.nn.Dropout(0.5), torch.nn.Linear(hidden, n_classes)
    )


def train(model, training, validation, epochs=40, lr=0.003, batch_size=100, patience=6):
    x, y = training
    opt = torch.optim.Adam(model.parameters(), lr)
    rng = np.random.default_rng(0)
    history = {"train": [], "validation": []}
    best_model, best_epoch = None, -1
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        losses = np.zeros(len(x))
        model.train()
        for start in range(0, len(x), batch_size):
            rows = torch.from_numpy(order[start : start + batch_size])
            each = torch.nn.functional.cross_entropy(model(x[rows]), y[rows], reduction="none")
            model.zero_grad()
            each.mean().backward()
            opt.step()
            losses[rows] = each.detach().numpy()
        history["train"].append(losses.mean())
        history["validation"].append(evaluate(model, validation)["loss"])
        if best_model is None or history["validation"][-1] < history["validation"][best_epoch]:
            best_epoch, best_model = epoch, copy.deepcopy(model)
        elif epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_model.state_dict())
    return history


def evaluate(model, data, batch_size=256):
    x, y = data
    was = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            parts.append(model(x[start : start + batch_size]).double().numpy())
    model.train(was)
    scores, truth = np.concatenate(parts), y.numpy()
    shifted = scores - scores.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    guess, classes = scores.argmax(axis=1), np.arange(scores.shape[1])
    hits = np.array([np.sum((guess == c) & (truth == c)) for c in classes])
    guessed = np.array([np.sum(guess == c) for c in classes])
    there = np.array([np.sum(truth == c) for c in classes])
    return {
        "loss": float(-logp[np.arange(len(truth)), truth].mean()),
        "accuracy": float(np.mean(guess == truth)),
        "precision": float(np.mean(hits / np.maximum(guessed, 1))),
        "recall": float(np.mean(hits / np.maximum(there, 1))),
    }


torch.manual_seed(3)
files = {name: np.load(name + ".npz") for name in ("train", "test")}
images = torch.from_numpy(files["train"]["images"].reshape(2000, -1).astype(np.float32))
unknown = torch.from_numpy(files["test"]["images"].reshape(600, -1).astype(np.float32))
parts = split(images, torch.from_numpy(files["train"]["labels"]), ratios=[0.9, 0.1], seed=7)
xs = standardize(parts[0][0], parts[1][0], unknown)
doubled = (torch.cat([xs[0], -xs[0]]), parts[0][1].repeat(2))
net = build_model(256, 5)
train(net, doubled, (xs[1], parts[1][1]), epochs=25)
net.eval()
with torch.no_grad():
    predictions = net(xs[2]).numpy().argmax(axis=1)
