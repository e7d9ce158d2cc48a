"""Modules note what is assigned to them as torch.nn does; weights are uniform, dropout is a Bernoulli draw."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any
import torch
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]


def unpacked(item):
    if isinstance(item, dict):
        item = item.values()
    if isinstance(item, (Tensor, Module)):
        yield item
    elif not isinstance(item, (str, bytes)) and hasattr(item, "__iter__"):
        for part in item:
            yield from unpacked(part)


class Module:
    def __init__(self):
        self.__dict__["own"], self.__dict__["inner"] = ({}, {})
        self.training = True

    def __setattr__(self, name, value):
        self.own.pop(name, None)
        self.inner.pop(name, None)
        if isinstance(value, Tensor):
            self.own[name] = value
        elif isinstance(value, (Module, list, tuple, dict)):
            self.inner[name] = value
        self.__dict__[name] = value

    def __call__(self, *arguments):
        return self.forward(*arguments)

    def forward(self, x):
        raise NotImplementedError

    def walk(self):
        for name in self.__dict__:
            if name in self.own:
                yield self.own[name]
            elif name in self.inner:
                yield from unpacked(self.inner[name])

    def state(self):
        tensors = []
        for item in self.walk():
            for tensor in item.state() if isinstance(item, Module) else [item]:
                if all((tensor is not other for other in tensors)):
                    tensors.append(tensor)
        return tensors

    def parameters(self):
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode=True):
        self.training = bool(mode)
        for item in self.walk():
            if isinstance(item, Module):
                item.train(mode)
        return self

    def eval(self):
        return self.train(False)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Tensor) or hasattr(value, "parameters"):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _parts(item)


class Sequential(Module):
    def __init__(self, *layers: Module) -> None:
        super().__init__()
        self.layers = list(layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        if init == "xavier":
            bound = (6 / (n_in + n_out)) ** 0.5
        elif init == "kaiming":
            bound = (6 / n_in) ** 0.5
        else:
            raise ValueError(f"{init} is no initialisation")
        self.weight = torch.empty((n_out, n_in)).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.zeros(n_out).requires_grad_() if bias else None

    def forward(self, x):
        y = torch.matmul(x, self.weight.transpose(0, 1))
        return y + self.bias if self.bias is not None else y


class Sigmoid(Module):
    def forward(self, x: Tensor) -> Tensor:
        return _sigmoid(x)


class Tanh(Module):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * _sigmoid(2 * x) - 1


def _sigmoid(x: Tensor) -> Tensor:
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


class ReLU(Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x <= 0, 0.0, x)


class LeakyReLU(Module):
    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.slope * x)


class ELU(Module):
    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.alpha * torch.expm1(torch.where(x > 0, 0.0, x)))


class Maxout(Module):
    def __init__(self, n_in: int, n_out: int, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = [Linear(n_in, n_out) for _ in range(pieces)]

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([piece(x) for piece in self.pieces]).amax(dim=0)


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p > 1 or p < 0:
            raise ValueError(p)
        self.p = float(p)

    def forward(self, x):
        if self.training and self.p > 0:
            mask = torch.bernoulli(torch.full_like(x, 1 - self.p))
            return x.mul(mask).div(1 - self.p if self.p < 1 else 1.0)
        return x


class BatchNorm1d(Module):
    def __init__(self, n: int, eps: float = 1e-05, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = (eps, momentum)
        self.weight = torch.ones(n, requires_grad=True)
        self.bias = torch.zeros(n, requires_grad=True)
        self.running_mean = torch.zeros(n)
        self.running_var = torch.ones(n)

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self._batch_statistics(x) if self.training else (self.running_mean, self.running_var)
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if len(x) < 2:
            raise ValueError("a batch of one has no variance")
        mean, var = (x.mean(dim=0), x.var(dim=0, correction=0))
        with torch.no_grad():
            unbiased = x.var(dim=0, correction=1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        return (mean, var)


class MLP(Module):
    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[], Module] = ReLU,
        dropout: float = 0.0,
        batch_norm: bool = False,
        init: str = "kaiming",
    ) -> None:
        super().__init__()
        *hidden, last = pairwise(sizes)
        layers: list[Module] = []
        for n_in, n_out in hidden:
            layers.append(Linear(n_in, n_out, init))
            if batch_norm:
                layers.append(BatchNorm1d(n_out))
            layers.append(activation())
            if dropout > 0:
                layers.append(Dropout(dropout))
        self.layers = Sequential(*layers, Linear(*last, init))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def and_gate() -> Module:
    return _neuron([20.0, 20.0], -30.0)


def or_gate() -> Module:
    return _neuron([20.0, 20.0], -10.0)


def not_gate() -> Module:
    return _neuron([-20.0], 10.0)


def xor_gate() -> Module:
    return Sequential(
        _wired([[20.0, 20.0], [-20.0, -20.0]], [-10.0, 30.0]), Sigmoid(), _wired([[20.0, 20.0]], [-30.0]), Sigmoid()
    )


def xnor_gate() -> Module:
    return Sequential(
        _wired([[20.0, 20.0], [-20.0, -20.0]], [-30.0, 10.0]), Sigmoid(), _wired([[20.0, 20.0]], [-10.0]), Sigmoid()
    )


def _neuron(weights: list[float], bias: float) -> Module:
    return Sequential(_wired([weights], [bias]), Sigmoid())


def _wired(weight: list[list[float]], bias: list[float]) -> Linear:
    layer = Linear(len(weight[0]), len(weight))
    layer.weight = torch.tensor(weight, requires_grad=True)
    layer.bias = torch.tensor(bias, requires_grad=True)
    return layer


def mse_loss(prediction: Tensor, target: Tensor) -> Tensor:
    if prediction.shape != target.shape:
        raise ValueError(f"shapes differ: {tuple(prediction.shape)} and {tuple(target.shape)}")
    return ((prediction - target) ** 2).mean()


def _log_softmax(scores: Tensor) -> Tensor:
    shifted = scores - scores.detach().amax(dim=1, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=1, keepdim=True))


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    return -_log_softmax(scores)[torch.arange(len(labels)), labels].mean()


def softmax_classifier(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.exp(_log_softmax(x @ weight.T + bias))


def l1_penalty(model: Module, lam: float) -> Tensor:
    return lam * sum((weight.abs().sum() for weight in _weights(model)), torch.tensor(0.0))


def l2_penalty(model: Module, lam: float) -> Tensor:
    return lam / 2 * sum(((weight**2).sum() for weight in _weights(model)), torch.tensor(0.0))


def _weights(model: Module) -> list[Tensor]:
    return [parameter for parameter in model.parameters() if parameter.ndim >= 2]


def batches(x, y, size, shuffle=True):
    if size <= 0:
        raise ValueError("size")
    if x.shape[0] != y.shape[0]:
        raise ValueError("lengths")
    order = torch.rand(len(x)).argsort() if shuffle else range(len(x))
    order = [int(row) for row in order]
    while order:
        now, order = (order[:size], order[size:])
        yield [x[now], y[now]]


def evaluate(model: Module, x: Tensor, y: Tensor, loss: Loss) -> float:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        value = loss(model(x), y).item()
    model.train(was_training)
    return value


class EarlyStopping:
    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = (patience, min_delta)
        self.best, self.waited = (math.inf, 0)
        self.kept: list[Tensor] | None = None

    def step(self, loss: float, model: Module | None = None) -> bool:
        if loss < self.best - self.min_delta:
            self.best, self.waited = (loss, 0)
            if model is not None:
                self.kept = [tensor.detach().clone() for tensor in model.state()]
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model: Module) -> None:
        if self.kept is not None:
            with torch.no_grad():
                for tensor, kept in zip(model.state(), self.kept, strict=True):
                    tensor.copy_(kept)


def fit(
    model: Module,
    x: Tensor,
    y: Tensor,
    loss: Loss,
    epochs: int,
    lr: float,
    batch_size: int = 32,
    shuffle: bool = True,
    l1: float = 0.0,
    l2: float = 0.0,
    validation: tuple[Tensor, Tensor] | None = None,
    stopping: EarlyStopping | None = None,
) -> dict[str, list[float]]:
    if stopping is not None and validation is None:
        raise ValueError("stopping early needs validation data")
    history: dict[str, list[float]] = {"train": [], "validation": []}
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in batches(x, y, batch_size, shuffle):
            data_loss = loss(model(inputs), targets)
            _descend(model, data_loss + l1_penalty(model, l1) + l2_penalty(model, l2), lr)
            total += data_loss.item() * len(inputs)
        history["train"].append(total / len(x))
        if validation is not None:
            history["validation"].append(evaluate(model, *validation, loss))
            if stopping is not None and stopping.step(history["validation"][-1], model):
                break
    if stopping is not None:
        stopping.restore(model)
    return history


def _descend(model: Module, objective: Tensor, lr: float) -> None:
    parameters = model.parameters()
    for parameter in parameters:
        parameter.grad = None
    objective.backward()
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(lr * parameter.grad)
