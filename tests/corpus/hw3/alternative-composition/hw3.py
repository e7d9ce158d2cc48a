"""One class for every layer that holds nothing: it is given its function. Weights lie in dicts, and networks are lists."""

import math
from collections import OrderedDict

import torch


class Module:
    def __init__(self, **parts):
        self.training = True
        self.__dict__.update(parts)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError

    def _visit(self, visitor):
        def at(value):
            if isinstance(value, Module):
                value._visit(visitor)
            elif isinstance(value, torch.Tensor):
                visitor(value)
            elif isinstance(value, dict):
                for each in value.values():
                    at(each)
            elif isinstance(value, (list, tuple)):
                for each in value:
                    at(each)

        visitor(self)
        at(self.__dict__)

    def state(self):
        found = OrderedDict()
        self._visit(lambda part: found.setdefault(id(part), part) if isinstance(part, torch.Tensor) else None)
        return list(found.values())

    def parameters(self):
        return [each for each in self.state() if each.requires_grad]

    def train(self, mode=True):
        self._visit(lambda part: setattr(part, "training", mode) if isinstance(part, Module) else None)
        return self

    def eval(self):
        return self.train(False)


class Lambda(Module):
    """A layer without weights: a function of its input."""

    def __init__(self, function):
        super().__init__(function=function)

    def forward(self, x):
        return self.function(x)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__(layers=list(layers))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        if init == "xavier":
            variance = 2 / (n_in + n_out)
        elif init == "kaiming":
            variance = 2 / n_in
        else:
            raise ValueError("init must be xavier or kaiming")
        weight = torch.empty(n_out, n_in)
        weight.normal_(std=math.sqrt(variance))
        super().__init__(
            weight=weight.requires_grad_(), bias=torch.zeros(n_out, requires_grad=True) if bias else None
        )

    def forward(self, x):
        return x.mm(self.weight.t()) if self.bias is None else torch.addmm(self.bias, x, self.weight.t())


def _sigmoid(x):
    half = x.clamp(-700, 700) / 2 if x.dtype == torch.float64 else x.clamp(-80, 80) / 2
    up, down = torch.exp(half), torch.exp(-half)
    return up / (up + down)


def _tanh(x):
    x = x.clamp(-40, 40)
    up, down = torch.exp(x), torch.exp(-x)
    return (up - down) / (up + down)


class Sigmoid(Lambda):
    def __init__(self):
        super().__init__(_sigmoid)


class Tanh(Lambda):
    def __init__(self):
        super().__init__(_tanh)


class LeakyReLU(Lambda):
    def __init__(self, slope=0.01):
        super().__init__(lambda x: torch.where(x > 0, 1.0, slope).to(x.dtype) * x)


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(0.0)


class ELU(Lambda):
    def __init__(self, alpha=1.0):
        super().__init__(lambda x: (x > 0) * x + (x <= 0) * alpha * torch.expm1(x.clamp(max=0)))


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__(pieces=[Linear(n_in, n_out) for _ in range(pieces)])

    def forward(self, x):
        return torch.amax(torch.stack([piece(x) for piece in self.pieces], dim=2), dim=2)


class Dropout(Module):
    def __init__(self, p=0.5):
        if not 0 <= p <= 1:
            raise ValueError("0 <= p <= 1")
        super().__init__(p=p, keep=1 - p)

    def forward(self, x):
        if self.training and self.keep < 1:
            mask = torch.rand(x.shape).lt(self.keep).to(x.dtype)
            return x * mask / max(self.keep, 1e-30)
        return x


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        gamma, beta = torch.ones(n, requires_grad=True), torch.zeros(n, requires_grad=True)
        super().__init__(weight=gamma, bias=beta, running_mean=torch.zeros(n), running_var=torch.ones(n))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if self.training:
            if len(x) <= 1:
                raise ValueError("training needs two rows")
            mean, var = x.mean(0, keepdim=True), x.var(0, unbiased=False, keepdim=True)
            for running, seen in ((self.running_mean, mean), (self.running_var, x.var(0, unbiased=True))):
                running.mul_(1 - self.momentum).add_(seen.detach().reshape(-1) * self.momentum)
        else:
            mean, var = self.running_mean[None], self.running_var[None]
        scale = self.weight / torch.sqrt(var + self.eps)
        return x * scale + (self.bias - mean * scale)


class MLP(Sequential):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        super().__init__()
        for at, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:]), start=2):
            self.layers.append(Linear(n_in, n_out, init))
            if at < len(sizes):
                self.layers.extend([BatchNorm1d(n_out)] * batch_norm)
                self.layers.append(activation())
                self.layers.extend([Dropout(dropout)] * (dropout > 0))


class Gate(Sequential):
    """Rounds of (weights, biases), each followed by a sigmoid."""

    def __init__(self, *rounds):
        super().__init__()
        for weight, bias in rounds:
            layer = Linear(len(weight[0]), len(bias))
            layer.weight = torch.tensor(weight, dtype=torch.float).requires_grad_()
            layer.bias = torch.tensor(bias, dtype=torch.float).requires_grad_()
            self.layers += [layer, Sigmoid()]


def and_gate():
    return Gate(([[8, 8]], [-12]))


def or_gate():
    return Gate(([[8, 8]], [-4]))


def not_gate():
    return Gate(([[-8]], [4]))


def xor_gate():
    return Gate(([[16, 16], [16, 16]], [-8, -24]), ([[16, -16]], [-8]))


def xnor_gate():
    return Gate(([[16, 16], [16, 16]], [-8, -24]), ([[-16, 16]], [8]))


def mse_loss(prediction, target):
    if list(prediction.shape) != list(target.shape):
        raise ValueError("prediction and target differ in shape")
    return torch.square(prediction - target).sum() / math.prod(prediction.shape)


def cross_entropy(scores, labels):
    margins = scores - scores[torch.arange(len(scores)), labels][:, None]  # of every class over the right one
    return torch.logsumexp(margins, dim=1).mean()


def softmax_classifier(x, weight, bias):
    scores = torch.addmm(bias, x, weight.T)
    ratios = torch.exp(scores[:, None, :] - scores[:, :, None])  # e^(s_k - s_j) for all pairs of classes
    return 1 / ratios.sum(dim=2)


def l1_penalty(model, lam):
    return lam * sum([w.norm(1) for w in model.parameters() if w.dim() > 1], torch.tensor(0.0))


def l2_penalty(model, lam):
    return lam * sum([(w * w).sum() / 2 for w in model.parameters() if w.dim() > 1], torch.tensor(0.0))


class batches:
    """Can be walked over: pairs of at most `size` rows."""

    def __init__(self, x, y, size, shuffle=True):
        if size < 1 or len(x) != len(y):
            raise ValueError("these are no batches")
        self.pairs = [(x, y)]
        self.x, self.y, self.size, self.shuffle = x, y, size, shuffle

    def __iter__(self):
        order = torch.randperm(len(self.x)) if self.shuffle else torch.arange(len(self.x))
        for rows in torch.split(order, self.size):
            yield self.x.index_select(0, rows), self.y.index_select(0, rows)


class evaluation:
    """A model in evaluation, for as long as the block lasts."""

    def __init__(self, model):
        self.model, self.mode = model, model.training

    def __enter__(self):
        return self.model.eval()

    def __exit__(self, *_):
        self.model.train(self.mode)


def evaluate(model, x, y, loss):
    with torch.no_grad(), evaluation(model) as quiet:
        return loss(quiet(x), y).item()


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best = math.nan
        self.since = 0
        self.memory = None

    def step(self, loss, model=None):
        if math.isnan(loss):
            better = False
        else:
            better = math.isnan(self.best) or loss < self.best - self.min_delta
        self.since = 0 if better else self.since + 1
        if better:
            self.best = loss
            if model is not None:
                self.memory = [t.detach().numpy().copy() for t in model.state()]
        return self.since >= self.patience

    def restore(self, model):
        if self.memory is not None:
            for tensor, array in zip(model.state(), self.memory):
                tensor.data.copy_(torch.from_numpy(array))


class Trainer:
    def __init__(self, model, loss, lr, l1, l2):
        self.model, self.loss, self.lr, self.l1, self.l2 = model, loss, lr, l1, l2

    def epoch(self, pairs):
        losses = torch.zeros(0, dtype=torch.float64)
        rows = torch.zeros(0, dtype=torch.float64)
        self.model.train()
        for x, y in pairs:
            losses = torch.cat([losses, torch.tensor([self.step(x, y)])])
            rows = torch.cat([rows, torch.tensor([float(len(x))])])
        return (losses @ rows / rows.sum()).item()

    def step(self, x, y):
        for p in self.model.parameters():
            if p.grad is not None:
                p.grad.zero_()
        value = self.loss(self.model(x), y)
        (value + l1_penalty(self.model, self.l1) + l2_penalty(self.model, self.l2)).backward()
        for p in self.model.parameters():
            if p.grad is not None:
                p.data.sub_(p.grad, alpha=self.lr)
        return value.item()


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if validation is None and stopping is not None:
        raise ValueError("nothing to look at")
    trainer = Trainer(model, loss, lr, l1, l2)
    history = {"train": [], "validation": []}
    stop, epoch = False, 0
    while epoch < epochs and not stop:
        history["train"].append(trainer.epoch(batches(x, y, batch_size, shuffle)))
        if validation is not None:
            history["validation"].append(evaluate(model, *validation, loss))
            stop = stopping is not None and stopping.step(history["validation"][-1], model)
        epoch += 1
    if stopping is not None:
        stopping.restore(model)
    return history
