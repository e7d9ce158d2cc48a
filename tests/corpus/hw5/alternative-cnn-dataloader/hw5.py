"""A convolutional network as a class, batches by DataLoader, SGD with momentum and a schedule."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    if x.shape[0] != y.shape[0]:
        raise ValueError("x and y differ in length")
    if any(r < 0 for r in ratios) or abs(sum(ratios) - 1) > 1e-6:
        raise ValueError("ratios must sum to 1")
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    perm = torch.randperm(x.shape[0])
    torch.random.set_rng_state(state)
    ends = [0]
    for r in ratios[:-1]:
        ends.append(ends[-1] + int(r * len(x) + 0.5))
    ends.append(len(x))
    return [(x[perm[a:b]], y[perm[a:b]]) for a, b in zip(ends, ends[1:])]


def standardize(training, *others):
    mean = training.mean(0, keepdim=True)
    std = training.std(0, unbiased=False, keepdim=True)
    std[std < 1e-6] = 1
    return tuple((part - mean) / std for part in (training,) + others)


class Net(nn.Module):
    def __init__(self, n_in, n_classes):
        super().__init__()
        self.side = int(n_in**0.5)
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(4),
        )
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(16 * 16, n_classes)

    def forward(self, x):
        x = self.conv(x.view(-1, 1, self.side, self.side))
        return self.out(self.drop(x.flatten(1)))


def build_model(n_in, n_classes):
    return Net(n_in, n_classes).to(DEVICE)


def train(model, training, validation, epochs=20, lr=0.05, batch_size=32, patience=5):
    loader = DataLoader(TensorDataset(*training), batch_size=batch_size, shuffle=True, num_workers=0)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    criterion = nn.CrossEntropyLoss()
    history = {"train": [], "validation": []}
    best, best_state, bad = float("inf"), None, 0
    for epoch in range(epochs):
        model.train()
        running, n = 0.0, 0
        for xb, yb in loader:
            xb, yb = xb.to(DEVICE), yb.to(DEVICE)
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
            running += loss.item() * xb.size(0)
            n += xb.size(0)
        scheduler.step()
        history["train"].append(running / n)
        val = evaluate(model, validation)["loss"]
        history["validation"].append(val)
        if val < best:
            best, bad = val, 0
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
        else:
            bad += 1
        if bad >= patience:
            break
    if best_state is not None:
        model.load_state_dict(best_state)
    return history


def evaluate(model, data, batch_size=256):
    loader = DataLoader(TensorDataset(*data), batch_size=batch_size)
    mode = model.training
    model.eval()
    loss, scores, labels = 0.0, [], []
    with torch.inference_mode():
        for xb, yb in loader:
            out = model(xb.to(DEVICE)).cpu()
            loss += F.cross_entropy(out, yb, reduction="sum").item()
            scores.append(out)
            labels.append(yb)
    model.train(mode)
    scores, labels = torch.cat(scores), torch.cat(labels)
    pred = scores.argmax(1)
    precision, recall = [], []
    for c in range(scores.shape[1]):
        tp = ((pred == c) & (labels == c)).sum().item()
        fp = ((pred == c) & (labels != c)).sum().item()
        fn = ((pred != c) & (labels == c)).sum().item()
        precision.append(tp / (tp + fp) if tp + fp else 0.0)
        recall.append(tp / (tp + fn) if tp + fn else 0.0)
    return {
        "loss": loss / len(labels),
        "accuracy": (pred == labels).float().mean().item(),
        "precision": sum(precision) / len(precision),
        "recall": sum(recall) / len(recall),
        "f1": 0.0,
    }


torch.manual_seed(1)
train_file, test_file = np.load("train.npz"), np.load("test.npz")
X = torch.from_numpy(train_file["images"]).float().reshape(-1, 256)
Y = torch.from_numpy(train_file["labels"])
T = torch.from_numpy(test_file["images"]).float().reshape(-1, 256)
tr, va = split(X, Y, (0.85, 0.15), seed=1)
xtr, xva, T = standardize(tr[0], va[0], T)
xtr, ytr = torch.cat([xtr, -xtr]), torch.cat([tr[1], tr[1]])
model = build_model(256, 5)
train(model, (xtr, ytr), (xva, va[1]), epochs=8)
model.eval()
predictions = model(T).argmax(1).tolist()
