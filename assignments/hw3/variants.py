"""hw3: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone. It replaces one name of the reference, and the other modules of the reference
stay. So `Part` here can hold tensors and other modules, as `Module` does there.
"""

import math

import torch

from grader import Misconception


def misconceptions(*rows):
    """The misconceptions of a table with six columns."""
    return tuple(
        Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=variant)
        for id_, of, variant, seen, en, ko in rows
    )


def parts(value, deep=True):
    if isinstance(value, torch.Tensor) or hasattr(value, "parameters"):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts(item, deep) if deep or not isinstance(item, (dict, list, tuple)) else ()


class Part:
    """The reference's Module once more."""

    training = True
    deep = True

    def __call__(self, x):
        return self.forward(x)

    def inside(self):
        return [part for value in vars(self).values() for part in parts(value, self.deep)]

    def state(self):
        lists = [[part] if isinstance(part, torch.Tensor) else part.state() for part in self.inside()]
        return list({id(tensor): tensor for tensors in lists for tensor in tensors}.values())

    def parameters(self):
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode=True):
        self.training = mode
        for part in self.inside():
            if not isinstance(part, torch.Tensor):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)


class ShallowSequential(Part):
    """Switches its layers, but not what lies in them."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def train(self, mode=True):
        for layer in [self, *self.layers]:
            layer.training = mode
        return self


def linear(xavier=lambda n_in, n_out: 2 / (n_in + n_out), kaiming=lambda n_in, _n_out: 2 / n_in, transposed=False):
    """A Linear whose weights begin with these variances, or lie the other way round."""

    class Linear(Part):
        def __init__(self, n_in, n_out, init="xavier", bias=True):
            std = math.sqrt({"xavier": xavier, "kaiming": kaiming}[check(init)](n_in, n_out))
            shape = (n_in, n_out) if transposed else (n_out, n_in)
            self.weight = (std * torch.randn(shape)).requires_grad_()
            self.bias = torch.zeros(n_out, requires_grad=True) if bias else None

        def forward(self, x):
            y = x @ (self.weight if transposed else self.weight.T)
            return y if self.bias is None else y + self.bias

    return Linear


def check(init):
    if init not in ("xavier", "kaiming"):
        raise ValueError(init)
    return init


def activation(formula, argument=None):
    """A layer of one formula, with an argument where there is a default for it."""

    class Activation(Part):
        def __init__(self, value=argument):
            self.value = value

        def forward(self, x):
            return formula(x) if argument is None else formula(x, self.value)

    return Activation


def kept(x, p):
    return (torch.rand(x.shape) >= p).to(x.dtype)


def scaled(x, p):
    return x * kept(x, p) / (1 - p) if p < 1 else 0 * x


def dropping(training, evaluation=lambda x, _p: x):
    class Dropout(Part):
        def __init__(self, p=0.5):
            if not 0 <= p <= 1:
                raise ValueError(p)
            self.p = p

        def forward(self, x):
            return (training if self.training else evaluation)(x, self.p)

    return Dropout


def norming(own=0, noted=1, reverse=False, always=False, outside=False):
    """Batch norm with these corrections of the variance, and with what else may be mixed up."""

    class BatchNorm1d(Part):
        def __init__(self, n, eps=1e-5, momentum=0.1):
            self.eps, self.momentum = eps, 1 - momentum if reverse else momentum
            self.weight, self.bias = torch.ones(n, requires_grad=True), torch.zeros(n, requires_grad=True)
            self.running_mean, self.running_var = torch.zeros(n), torch.ones(n)

        def forward(self, x):
            if self.training and len(x) < 2:
                raise ValueError("one row")
            mean, var = self.running_mean, self.running_var
            if self.training or (always and len(x) > 1):
                mean, var = x.mean(0), x.var(0, correction=own)
            if self.training:
                self.running_mean = torch.lerp(self.running_mean, mean.detach(), self.momentum)
                self.running_var = torch.lerp(self.running_var, x.detach().var(0, correction=noted), self.momentum)
            root = torch.sqrt(var) + self.eps if outside else torch.sqrt(var + self.eps)
            return self.weight * (x - mean) / root + self.bias

    return BatchNorm1d


class Chain(ShallowSequential):
    """A Sequential that is right."""

    train = Part.train


def penalty(of_one, smallest=2):
    def penalize(model, lam):
        return lam * sum(of_one(weight) for weight in model.parameters() if weight.ndim >= smallest)

    return penalize


def batching(inputs=True, labels=True, whole=False, last=True):
    """Batches whose inputs and labels are shuffled each by itself, or as whole batches; or without the last."""

    def batches(x, y, size, shuffle=True):
        if size < 1 or len(x) != len(y):
            raise ValueError(size)
        order = torch.randperm(len(x)) if shuffle and inputs else torch.arange(len(x))
        other = order if labels else torch.randperm(len(x)) if shuffle else order
        cut = [(x[rows], y[labeled]) for rows, labeled in zip(order.split(size), other.split(size), strict=True)]
        cut = cut if last or len(x) % size == 0 else cut[:-1]
        return iter([cut[at] for at in torch.randperm(len(cut))] if whole and shuffle else cut)

    return batches


def stopping(late=0, forgiving=True, previous=False, copies=True):
    """Early stopping that waits longer, never forgives, compares with the epoch before, or copies nothing."""

    class EarlyStopping:
        def __init__(self, patience=5, min_delta=0.0):
            self.patience, self.min_delta = patience + late, min_delta
            self.best, self.waited, self.kept = math.inf, 0, None

        def step(self, loss, model=None):
            better = loss < self.best - self.min_delta
            self.waited = self.waited + (not better) if not (better and forgiving) else 0
            if better and model is not None:
                self.kept = [tensor.detach().clone() if copies else tensor.detach() for tensor in model.state()]
            self.best = loss if better or previous else self.best
            return self.waited >= self.patience

        def restore(self, model):
            for tensor, old in zip(model.state(), self.kept or (), strict=self.kept is not None):
                tensor.data.copy_(old)

    return EarlyStopping


TEXTBOOK, FORUM, LECTURE = "textbooks' exercises", "course forums", "the lectures' slides"
