"""What a layer holds is single; what it computes, it computes in double precision and rounds once at the end."""

import copy
import math
import random

import torch


def tensors_below(thing, seen=None):
    """Every tensor that a module holds, in whatever containers, none of them twice."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return []
    if isinstance(thing, torch.Tensor):
        seen.add(id(thing))
        return [thing]
    if isinstance(thing, Module):
        seen.add(id(thing))
        thing = thing.__dict__
    if isinstance(thing, dict):
        thing = list(thing.values())
    return [t for item in thing for t in tensors_below(item, seen)] if isinstance(thing, (list, tuple)) else []


def modules_below(thing):
    if isinstance(thing, Module):
        return [thing] + modules_below(thing.__dict__)
    if isinstance(thing, dict):
        thing = list(thing.values())
    return [m for item in thing for m in modules_below(item)] if isinstance(thing, (list, tuple)) else []


class Module:
    training = True

    def __init__(self):
        self.training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        if not hasattr(self, "formula"):
            raise NotImplementedError
        return self.formula(x.double()).to(x.dtype)

    def state(self):
        return tensors_below(self)

    def parameters(self):
        return list(filter(lambda t: t.requires_grad, self.state()))

    def train(self, mode=True):
        for module in modules_below(self):
            module.training = mode
        return self

    def eval(self):
        return self.train(mode=False)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        self.chain = layers

    def forward(self, x):
        for layer in self.chain:
            x = layer(x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        if init == "xavier":
            std = (2.0 / (n_in + n_out)) ** 0.5
        elif init == "kaiming":
            std = (2.0 / n_in) ** 0.5
        else:
            raise ValueError(init)
        self.weight = torch.empty(n_out, n_in).normal_(0.0, std)
        self.weight.requires_grad = True
        self.bias = None
        if bias:
            self.bias = torch.zeros(n_out).requires_grad_(True)

    def formula(self, x):
        y = torch.einsum("ni,oi->no", x, self.weight.double())
        return y if self.bias is None else y + self.bias.double()


def logistic(x):
    """e^(x/2) / (e^(x/2) + e^(-x/2)): in double precision both are finite as far as anybody looks."""
    up, down = torch.exp(x.clamp(-1400, 1400) / 2), torch.exp(-x.clamp(-1400, 1400) / 2)
    return up / (up + down)


class Sigmoid(Module):
    def formula(self, x):
        return logistic(x)


class Tanh(Module):
    def formula(self, x):
        return 2 * logistic(2 * x) - 1


class ReLU(Module):
    def formula(self, x):
        return x * (x > 0)


class LeakyReLU(Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def formula(self, x):
        return x * torch.where(x > 0, 1.0, float(self.slope)).double()


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def formula(self, x):
        below = self.alpha * torch.expm1(x * (x <= 0))
        return torch.where(x > 0, x, below)


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__()
        self.lines = tuple(Linear(n_in, n_out) for _ in range(pieces))

    def formula(self, x):
        best, *others = [line.formula(x) for line in self.lines]
        for other in others:
            best = torch.maximum(best, other)
        return best


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(p)
        self.p = p

    def formula(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x) * x
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p)


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.ones(n, requires_grad=True)
        self.bias = torch.zeros(n, requires_grad=True)
        self.running_mean = torch.zeros(n)
        self.running_var = torch.ones(n)
        self.eps, self.momentum = eps, momentum

    def formula(self, x):
        n = x.shape[0]
        mean, var = self.running_mean.double(), self.running_var.double()
        if self.training:
            if n == 1:
                raise ValueError("one row alone")
            mean = x.sum(0) / n
            var = ((x - mean) ** 2).sum(0) / n
            m = self.momentum
            for kept, new in ((self.running_mean, mean), (self.running_var, var * n / (n - 1))):
                kept.copy_((kept.double() * (1 - m) + new.detach() * m).to(kept.dtype))
        return (x - mean) * (var + self.eps).rsqrt() * self.weight.double() + self.bias.double()


class MLP(Module):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        super().__init__()
        self.parts = []
        last = len(sizes) - 2
        for i in range(last + 1):
            self.parts.append(Linear(sizes[i], sizes[i + 1], init))
            if i < last:
                self.parts += [BatchNorm1d(sizes[i + 1])] if batch_norm else []
                self.parts += [activation()]
                self.parts += [Dropout(dropout)] if dropout else []

    def forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


def neuron(*rows):
    layer = Linear(len(rows[0]) - 1, len(rows))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([row[:-1] for row in rows]))
        layer.bias.copy_(torch.tensor([row[-1] for row in rows]))
    return layer


def and_gate():
    return Sequential(neuron((12.0, 12.0, -18.0)), Sigmoid())


def or_gate():
    return Sequential(neuron((12.0, 12.0, -6.0)), Sigmoid())


def not_gate():
    return Sequential(neuron((-12.0, 6.0)), Sigmoid())


def xor_gate():
    return Sequential(neuron((16.0, 16.0, -8.0), (16.0, 16.0, -24.0)), Sigmoid(), neuron((16.0, -16.0, -8.0)), Sigmoid())


def xnor_gate():
    return Sequential(neuron((16.0, 16.0, -8.0), (16.0, 16.0, -24.0)), Sigmoid(), neuron((-16.0, 16.0, 8.0)), Sigmoid())


def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("not of one shape")
    return (prediction.double() - target.double()).square().mean().to(prediction.dtype)


def cross_entropy(scores, labels):
    scores64 = scores.double()
    losses = torch.logsumexp(scores64, 1) - scores64.gather(1, labels[:, None])[:, 0]
    return losses.mean().to(scores.dtype)


def softmax_classifier(x, weight, bias):
    scores = x.double() @ weight.double().T + bias.double()
    return torch.exp(scores - torch.logsumexp(scores, 1, keepdim=True)).to(x.dtype)


def penalty(model, of_weight):
    parts = [of_weight(p.double()).sum() for p in model.parameters() if p.ndim > 1]
    return sum(parts, torch.zeros((), dtype=torch.float64)).to(model.parameters()[0].dtype)


def l1_penalty(model, lam):
    return penalty(model, lambda w: lam * w.abs())


def l2_penalty(model, lam):
    return penalty(model, lambda w: lam * w.square() / 2)


def batches(x, y, size, shuffle=True):
    n = x.shape[0]
    if size <= 0 or y.shape[0] != n:
        raise ValueError("these can't be cut into batches")
    order = list(range(n))
    if shuffle:
        random.shuffle(order)
    return iter([(x[order[at : at + size]], y[order[at : at + size]]) for at in range(0, n, size)])


def evaluate(model, x, y, loss):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            return float(loss(model(x), y))
    finally:
        model.train(mode)


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.bad, self.copies = math.inf, 0, None

    def step(self, loss, model=None):
        better = not math.isnan(loss) and loss < self.best - self.min_delta
        self.bad = 0 if better else self.bad + 1
        if better:
            self.best = loss
            if model is not None:
                self.copies = copy.deepcopy([t.detach() for t in model.state()])
        return self.bad >= self.patience

    def restore(self, model):
        for now, then in zip(model.state(), self.copies or []):
            now.data.copy_(then)


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if stopping and not validation:
        raise ValueError("what should stopping go by?")
    train, valid = [], []
    for _ in range(epochs):
        model.train()
        losses = []
        for bx, by in batches(x, y, batch_size, shuffle):
            value = loss(model(bx), by)
            losses.append((len(bx), value.item()))
            parameters = model.parameters()
            whole = value + l1_penalty(model, l1) + l2_penalty(model, l2)
            gradients = torch.autograd.grad(whole, parameters, allow_unused=True)
            for p, g in zip(parameters, gradients):
                if g is not None:
                    p.data = (p.data.double() - lr * g.double()).to(p.dtype)
        train.append(sum(n * value for n, value in losses) / len(x))
        if validation:
            valid.append(evaluate(model, *validation, loss))
            if stopping and stopping.step(valid[-1], model):
                break
    if stopping:
        stopping.restore(model)
    return {"train": train, "validation": valid}
