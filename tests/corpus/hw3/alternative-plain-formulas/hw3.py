"""Formulas in other forms: masks instead of where, e^-|x| instead of logarithms, logsumexp, detach instead of no_grad."""

import math

import torch


class Module:
    def __init__(self):
        self.training = True

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError

    def children(self):
        """Modules and tensors directly below, in order, whatever holds them."""
        waiting, found = list(vars(self).values()), []
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, dict):
                waiting = list(item.values()) + waiting
            elif isinstance(item, (list, tuple)):
                waiting = list(item) + waiting
            elif isinstance(item, (Module, torch.Tensor)):
                found.append(item)
        return found

    def state(self):
        tensors = []
        for child in self.children():
            for tensor in child.state() if isinstance(child, Module) else [child]:
                if not any(tensor is other for other in tensors):
                    tensors.append(tensor)
        return tensors

    def parameters(self):
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode=True):
        self.training = mode
        for child in self.children():
            if isinstance(child, Module):
                child.train(mode)
        return self

    def eval(self):
        return self.train(mode=False)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        if init == "xavier":
            std = math.sqrt(2 / (n_in + n_out))
        elif init == "kaiming":
            std = math.sqrt(2 / n_in)
        else:
            raise ValueError(init)
        self.weight = torch.normal(0.0, std, size=(n_out, n_in), requires_grad=True)
        self.bias = torch.zeros((n_out,), requires_grad=True) if bias else None

    def forward(self, x):
        y = torch.einsum("ni,oi->no", x, self.weight)
        if self.bias is not None:
            y = y + self.bias
        return y


class Sigmoid(Module):
    def forward(self, x):
        size = torch.where(x >= 0, x, -x)  # |x|, but with a slope of 1 at 0, where that of abs() is 0
        small = torch.exp(-size)
        return torch.where(x >= 0, 1.0, small) / (1 + small)


class Tanh(Module):
    def forward(self, x):
        small = torch.exp(-2 * x.abs())
        return torch.sign(x).detach() * (1 - small) / (1 + small) + (x * (x == 0))


class ReLU(Module):
    def forward(self, x):
        return x * (x > 0)


class LeakyReLU(Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        positive = (x > 0).to(x.dtype)
        return x * (positive + self.slope * (1 - positive))


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        negative = x * (x <= 0)
        return x * (x > 0) + self.alpha * (torch.exp(negative) - 1) * (x <= 0)


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__()
        self.pieces = [Linear(n_in, n_out) for _ in range(pieces)]

    def forward(self, x):
        best = self.pieces[0](x)
        for piece in self.pieces[1:]:
            best = torch.maximum(best, piece(x))
        return best


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p is a probability")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        return torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p) * x


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.ones(n, requires_grad=True)
        self.bias = torch.zeros(n, requires_grad=True)
        self.running_mean = torch.zeros(n)
        self.running_var = torch.ones(n)

    def forward(self, x):
        if self.training:
            count = x.shape[0]
            if count == 1:
                raise ValueError("one row has no variance")
            mean = x.sum(0) / count
            variance = ((x - mean) ** 2).sum(0) / count
            later = variance.detach() * count / (count - 1)
            self.running_mean += self.momentum * (mean.detach() - self.running_mean)
            self.running_var += self.momentum * (later - self.running_var)
        else:
            mean, variance = self.running_mean, self.running_var
        return (x - mean) * (variance + self.eps) ** -0.5 * self.weight + self.bias


class MLP(Module):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        super().__init__()
        self.layers = []
        for i in range(len(sizes) - 1):
            self.layers.append(Linear(sizes[i], sizes[i + 1], init=init))
            if i == len(sizes) - 2:
                break
            if batch_norm:
                self.layers.append(BatchNorm1d(sizes[i + 1]))
            self.layers.append(activation())
            if dropout > 0:
                self.layers.append(Dropout(dropout))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def gate(*layers):
    made = []
    for weight, bias in layers:
        linear = Linear(len(weight[0]), len(weight))
        linear.weight.data = torch.tensor(weight)
        linear.bias.data = torch.tensor(bias)
        made += [linear, Sigmoid()]
    return Sequential(*made)


def and_gate():
    return gate(([[10.0, 10.0]], [-15.0]))


def or_gate():
    return gate(([[10.0, 10.0]], [-5.0]))


def not_gate():
    return gate(([[-12.0]], [6.0]))


def xor_gate():
    return gate(([[12.0, -12.0], [-12.0, 12.0]], [-6.0, -6.0]), ([[12.0, 12.0]], [-6.0]))


def xnor_gate():
    return gate(([[12.0, -12.0], [-12.0, 12.0]], [-6.0, -6.0]), ([[-12.0, -12.0]], [6.0]))


def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    difference = prediction - target
    return (difference * difference).sum() / difference.numel()


def cross_entropy(scores, labels):
    right = scores.gather(1, labels[:, None])[:, 0]
    return (torch.logsumexp(scores, dim=1) - right).mean()


def softmax_classifier(x, weight, bias):
    scores = x.matmul(weight.t()).add(bias)
    return torch.exp(scores - torch.logsumexp(scores, 1, keepdim=True))


def l1_penalty(model, lam):
    total = torch.zeros(())
    for p in model.parameters():
        if p.dim() == 2:
            total = total + torch.abs(p).sum()
    return lam * total


def l2_penalty(model, lam):
    total = torch.zeros(())
    for p in model.parameters():
        if p.dim() == 2:
            total = total + torch.square(p).sum()
    return lam * total / 2


def batches(x, y, size, shuffle=True):
    if size <= 0:
        raise ValueError("size")
    if x.shape[0] != y.shape[0]:
        raise ValueError("x and y")
    rows = torch.randperm(x.shape[0]) if shuffle else torch.arange(x.shape[0])
    for at in range(0, x.shape[0], size):
        yield x[rows[at : at + size]], y[rows[at : at + size]]


def evaluate(model, x, y, loss):
    mode = model.training
    try:
        model.eval()
        return float(loss(model(x), y).detach())
    finally:
        model.train(mode)


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.losses = []
        self.best = float("inf")
        self.best_epoch = -1
        self.snapshot = []

    def step(self, loss, model=None):
        self.losses.append(loss)
        epoch = len(self.losses) - 1
        if loss < self.best - self.min_delta:
            self.best, self.best_epoch = loss, epoch
            if model is not None:
                self.snapshot = [t.detach().clone() for t in model.state()]
        return epoch - self.best_epoch >= self.patience

    def restore(self, model):
        for tensor, value in zip(model.state(), self.snapshot):
            tensor.data.copy_(value)


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if stopping is not None and validation is None:
        raise ValueError("stopping without validation")
    history = {"train": [], "validation": []}
    for epoch in range(epochs):
        model.train()
        losses, counts = [], []
        for bx, by in batches(x, y, batch_size, shuffle):
            value = loss(model(bx), by)
            parameters = model.parameters()
            total = value + l1_penalty(model, l1) + l2_penalty(model, l2)
            gradients = torch.autograd.grad(total, parameters, allow_unused=True)
            for parameter, gradient in zip(parameters, gradients):
                if gradient is not None:
                    parameter.data -= lr * gradient
            losses.append(value.item())
            counts.append(len(bx))
        history["train"].append(sum(a * b for a, b in zip(losses, counts)) / sum(counts))
        if validation is not None:
            history["validation"].append(evaluate(model, validation[0], validation[1], loss))
            if stopping is not None and stopping.step(history["validation"][-1], model):
                break
    if stopping is not None:
        stopping.restore(model)
    return history
