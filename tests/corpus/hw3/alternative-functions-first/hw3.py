"""Pure functions of tensors do the work; the classes only keep what the functions are called with."""

from __future__ import annotations

import copy
import itertools
import operator
from functools import reduce

import torch

INITS = {"xavier": lambda n_in, n_out: 2 / (n_in + n_out), "kaiming": lambda n_in, n_out: 2 / n_in}


# -- functions ---------------------------------------------------------------------------------------------------------


def affine(x, weight, bias=None):
    return torch.tensordot(x, weight, dims=([1], [1])) + (0 if bias is None else bias)


def softplus(x):
    """log(1 + e^x) without overflow."""
    size = torch.where(x > 0, x, -x)  # the slope of abs() at 0 would be 0
    return torch.where(x > 0, x, 0.0) + torch.log1p(torch.exp(-size))


def logistic(x):
    return torch.exp(-softplus(-x))


def hyperbolic_tangent(x):
    return logistic(2 * x) - logistic(-2 * x)


def leaky(x, slope):
    return torch.where(x > 0, x, x * slope)


def exponential_linear(x, alpha):
    left = torch.minimum(x.detach(), torch.zeros_like(x)) + (x - x.detach()) * (x <= 0)
    return torch.where(x > 0, x, alpha * torch.expm1(left))


def normalized(x, mean, variance, eps):
    return (x - mean) / (variance + eps).sqrt()


def moments(x):
    mean = x.mean(0)
    return mean, (x * x).mean(0) - mean * mean if x.dtype == torch.float64 else ((x - mean) ** 2).mean(0)


def log_probabilities(scores):
    return scores - torch.logsumexp(scores, dim=-1, keepdim=True)


def everything_in(thing, kind):
    """All that is of a kind, at any depth of containers and modules, in order."""
    if isinstance(thing, kind):
        yield thing
    if isinstance(thing, Module):
        thing = vars(thing)
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, (list, tuple)):
        for part in thing:
            yield from everything_in(part, kind)


def once(things):
    result = []
    for thing in things:
        if not any(thing is other for other in result):
            result.append(thing)
    return result


# -- modules -----------------------------------------------------------------------------------------------------------


class Module:
    def __init__(self):
        self.training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError

    def state(self):
        return once(everything_in(self, torch.Tensor))

    def parameters(self):
        return [t for t in self.state() if t.requires_grad]

    def train(self, mode=True):
        for module in everything_in(self, Module):
            module.training = bool(mode)
        return self

    def eval(self):
        return self.train(False)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = list(layers)

    def forward(self, x):
        return reduce(lambda value, layer: layer(value), self.layers, x)


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        try:
            variance = INITS[init](n_in, n_out)
        except KeyError:
            raise ValueError(f"init: {init}") from None
        self.weight = (torch.randn(n_out, n_in) * variance**0.5).requires_grad_()
        self.bias = torch.zeros(n_out).requires_grad_() if bias else None

    def forward(self, x):
        return affine(x, self.weight, self.bias)


class Sigmoid(Module):
    def forward(self, x):
        return logistic(x)


class Tanh(Module):
    def forward(self, x):
        return hyperbolic_tangent(x)


class ReLU(Module):
    def forward(self, x):
        return leaky(x, 0.0)


class LeakyReLU(Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return leaky(x, self.slope)


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return exponential_linear(x, self.alpha)


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__()
        self.pieces = [Linear(n_in, n_out) for _ in range(pieces)]

    def forward(self, x):
        weight = torch.stack([piece.weight for piece in self.pieces])
        bias = torch.stack([piece.bias for piece in self.pieces])
        return (torch.einsum("ni,koi->kno", x, weight) + bias[:, None]).max(0)[0]


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p != min(max(p, 0), 1):
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        gone = torch.rand_like(x) < self.p
        return x.masked_fill(gone, 0.0) if self.p == 1 else (x / (1 - self.p)).masked_fill(gone, 0.0)


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.ones(n).requires_grad_()
        self.bias = torch.zeros(n).requires_grad_()
        self.running_mean = torch.zeros(n)
        self.running_var = torch.ones(n)
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        if not self.training:
            return normalized(x, self.running_mean, self.running_var, self.eps) * self.weight + self.bias
        n = len(x)
        if n == 1:
            raise ValueError("no variance in a batch of one")
        mean, variance = moments(x)
        keep = 1 - self.momentum
        self.running_mean = (keep * self.running_mean + self.momentum * mean).detach()
        self.running_var = (keep * self.running_var + self.momentum * variance * n / (n - 1)).detach()
        return normalized(x, mean, variance, self.eps) * self.weight + self.bias


class MLP(Module):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        super().__init__()
        hidden = [
            [
                Linear(a, b, init=init),
                *([BatchNorm1d(b)] if batch_norm else []),
                activation(),
                *([Dropout(dropout)] if dropout > 0 else []),
            ]
            for a, b in itertools.pairwise(sizes[:-1])
        ]
        self.blocks = hidden + [[Linear(*sizes[-2:], init=init)]]

    def forward(self, x):
        for layer in itertools.chain.from_iterable(self.blocks):
            x = layer(x)
        return x


# -- gates -------------------------------------------------------------------------------------------------------------


def wire(*weights, bias):
    layer = Linear(len(weights[0]), len(weights))
    layer.weight = torch.tensor(weights, dtype=torch.float32, requires_grad=True)
    layer.bias = torch.tensor(bias, dtype=torch.float32, requires_grad=True)
    return layer


def and_gate():
    return Sequential(wire((20, 20), bias=[-30]), Sigmoid())


def or_gate():
    return Sequential(wire((20, 20), bias=[-10]), Sigmoid())


def not_gate():
    return Sequential(wire((-20,), bias=[10]), Sigmoid())


def xor_gate():
    return Sequential(wire((20, 20), (20, 20), bias=[-10, -30]), Sigmoid(), wire((20, -20), bias=[-10]), Sigmoid())


def xnor_gate():
    return Sequential(wire((20, 20), (20, 20), bias=[-10, -30]), Sigmoid(), wire((-20, 20), bias=[10]), Sigmoid())


# -- losses, penalties, training ---------------------------------------------------------------------------------------


def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError(f"{prediction.shape} against {target.shape}")
    return (prediction - target).pow(2).mean()


def cross_entropy(scores, labels):
    one_hot = torch.zeros_like(scores).scatter(1, labels.unsqueeze(1), 1.0)
    return -(one_hot * log_probabilities(scores)).sum() / len(scores)


def softmax_classifier(x, weight, bias):
    return log_probabilities(affine(x, weight, bias)).exp()


def penalty(model, of):
    return reduce(operator.add, (of(p).sum() for p in model.parameters() if p.ndim > 1), torch.zeros(1).sum())


def l1_penalty(model, lam):
    return penalty(model, torch.abs) * lam


def l2_penalty(model, lam):
    return penalty(model, torch.square) * (lam / 2)


def batches(x, y, size, shuffle=True):
    if size < 1 or x.size(0) != y.size(0):
        raise ValueError("size, or rows of x and y")
    keys = torch.rand(x.size(0)) if shuffle else torch.arange(x.size(0))
    order = keys.argsort().tolist()
    return [[x[order[i : i + size]], y[order[i : i + size]]] for i in range(0, len(order), size)]


@torch.no_grad()
def evaluate(model, x, y, loss):
    was = [(module, module.training) for module in everything_in(model, Module)]
    model.eval()
    result = float(loss(model(x), y))
    for module, mode in was:
        module.training = mode
    return result


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.history, self.kept = patience, min_delta, [], None
        self.record = float("inf")

    def step(self, loss, model=None):
        record = loss < self.record - self.min_delta
        self.history.append(record)
        if record:
            self.record = loss
            self.kept = copy.deepcopy([t.detach() for t in model.state()]) if model is not None else None
        return not any(self.history[-self.patience :]) and len(self.history) >= self.patience

    def restore(self, model):
        with torch.no_grad():
            for tensor, kept in zip(model.state(), self.kept or []):
                tensor.copy_(kept)


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if stopping is not None and validation is None:
        raise ValueError("early stopping looks at validation data")
    history = {"train": [], "validation": []}

    def descend(inputs, targets):
        value = loss(model(inputs), targets)
        slopes = torch.autograd.grad(
            value + l1_penalty(model, l1) + l2_penalty(model, l2), parameters := model.parameters(), allow_unused=True
        )
        with torch.no_grad():
            for p, slope in zip(parameters, slopes):
                if slope is not None:
                    p.add_(slope, alpha=-lr)
        return value.item() * len(inputs)

    for _ in range(epochs):
        model.train()
        history["train"].append(sum(descend(*batch) for batch in batches(x, y, batch_size, shuffle)) / len(x))
        if validation is not None:
            history["validation"].append(evaluate(model, *validation, loss))
        if stopping is not None and stopping.step(history["validation"][-1], model):
            break
    if stopping is not None:
        stopping.restore(model)
    return history
