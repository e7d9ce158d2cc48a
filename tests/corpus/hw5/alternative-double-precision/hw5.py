"""float64 wherever it may be; a scheduler on the plateau, gradient clipping, RMSprop."""

import io

import numpy as np
import torch
from torch import nn, optim


def split(x, y, ratios=(0.7, 0.15, 0.15), seed=0):
    assert_ = len(x) == len(y) and all(r >= 0 for r in ratios) and abs(1 - sum(ratios)) < 1e-6
    if not assert_:
        raise ValueError("split: lengths or ratios")
    lengths = [round(len(x) * r) for r in ratios]
    lengths[-1] = len(x) - sum(lengths[:-1])
    subsets = torch.utils.data.random_split(
        torch.utils.data.TensorDataset(x, y), lengths, generator=torch.Generator().manual_seed(seed)
    )
    return [(x[list(s.indices)], y[list(s.indices)]) for s in subsets]


def standardize(training, *others):
    t = training.double()
    m, s = t.mean(0), t.var(0, unbiased=False).sqrt()
    s[s < 1e-6] = 1.0
    return [((a.double() - m) / s).to(a.dtype) for a in (training, *others)]


class Double(nn.Module):
    def forward(self, x):
        return x.double()


def build_model(n_in, n_classes):
    return nn.Sequential(
        Double(), nn.Linear(n_in, 64), nn.LeakyReLU(0.1), nn.Dropout(0.3), nn.Linear(64, 32), nn.ELU(),
        nn.Linear(32, n_classes),
    ).double()


def train(model, training, validation, epochs=25, lr=1e-3, batch_size=64, patience=4):
    opt = optim.RMSprop(model.parameters(), lr=lr)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(opt, patience=2)
    log = []
    saved, best, since = io.BytesIO(), np.inf, 0
    for _ in range(epochs):
        model.train()
        total = torch.zeros((), dtype=torch.float64)
        for idx in torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(range(len(training[0]))), batch_size, False):
            opt.zero_grad(set_to_none=False)
            out = model(training[0][idx])
            loss = nn.functional.nll_loss(torch.log_softmax(out.double(), 1), training[1][idx])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            opt.step()
            total += loss.detach() * len(idx)
        found = evaluate(model, validation)
        plateau.step(found["loss"])
        log.append((total.item() / len(training[0]), found["loss"]))
        since += 1
        if found["loss"] < best:
            best, since = found["loss"], 0
            saved = io.BytesIO()
            torch.save(model.state_dict(), saved)
        if since == patience:
            break
    if saved.tell():
        saved.seek(0)
        model.load_state_dict(torch.load(saved))
    return {"train": [a for a, _ in log], "validation": [b for _, b in log]}


def evaluate(model, data, batch_size=256):
    before = {m: m.training for m in model.modules()}
    model.eval()
    with torch.no_grad():
        outs = [model(b).double() for b in data[0].split(batch_size)]
    for m, mode in before.items():
        m.training = mode
    out, y = torch.cat(outs), data[1]
    onehot_true = nn.functional.one_hot(y, out.shape[1]).double()
    onehot_pred = nn.functional.one_hot(out.argmax(1), out.shape[1]).double()
    tp = (onehot_true * onehot_pred).sum(0)
    pred, true = onehot_pred.sum(0), onehot_true.sum(0)
    zero = torch.zeros_like(tp)
    return {
        "loss": nn.functional.cross_entropy(out, y).item(),
        "accuracy": (tp.sum() / len(y)).item(),
        "precision": torch.where(pred > 0, tp / pred, zero).mean().item(),
        "recall": torch.where(true > 0, tp / true, zero).mean().item(),
    }


torch.manual_seed(2)
with np.load("train.npz") as f, np.load("test.npz") as g:
    x, y = torch.as_tensor(f["images"]).flatten(1).double(), torch.as_tensor(f["labels"])
    z = torch.as_tensor(g["images"]).flatten(1).double()
(a, ay), (b, by), _rest = split(x, y, (0.88, 0.1, 0.02))
a, b, z = standardize(a, b, z)
net = build_model(256, 5)
train(net, (torch.cat((a, -a)), torch.cat((ay, ay))), (b, by), batch_size=100, lr=0.002)
net.eval()
predictions = net(z).argmax(1)
