"""Chance is NumPy's: a generator draws the weights, the masks and the order of rows."""

import numpy as np

chance = np.random.default_rng()
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any
import torch
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]


def drawn(values, like):
    return torch.as_tensor(values, dtype=like.dtype)


class Module:
    def __init__(self) -> None:
        self.training = True

    def __call__(self, x: Tensor) -> Tensor:
        return self.forward(x)

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def state(self) -> list[Tensor]:
        found: dict[int, Tensor] = {}
        for part in _parts(self.__dict__):
            for tensor in [part] if isinstance(part, Tensor) else part.state():
                found[id(tensor)] = tensor
        return list(found.values())

    def parameters(self) -> list[Tensor]:
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode: bool = True) -> "Module":
        self.training = mode
        for part in _parts(self.__dict__):
            if not isinstance(part, Tensor):
                part.train(mode)
        return self

    def eval(self) -> "Module":
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
        if init not in ("xavier", "kaiming"):
            raise ValueError(f"what is {init}?")
        variance = 2 / n_in if init == "kaiming" else 2 / (n_in + n_out)
        half = math.sqrt(3 * variance)
        self.weight = torch.from_numpy(chance.uniform(-half, half, (n_out, n_in)).astype(np.float32)).requires_grad_()
        self.bias = torch.from_numpy(np.zeros(n_out, np.float32)).requires_grad_() if bias else None

    def forward(self, x):
        y = (self.weight @ x.T).T
        return y if self.bias is None else self.bias + y


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
        if p < 0 or 1 < p:
            raise ValueError(f"{p} is no probability")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x.clone()
        kept = chance.binomial(1, 1 - self.p, size=tuple(x.shape))
        return x * drawn(kept / max(1 - self.p, 1e-30), x)


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-05, momentum=0.1):
        super().__init__()
        self.running_var, self.running_mean = (torch.ones(n), torch.zeros(n))
        self.weight, self.bias = (fill(n, requires_grad=True) for fill in (torch.ones, torch.zeros))
        self.eps, self.momentum = (eps, momentum)

    def forward(self, x):
        n = x.shape[0]
        if self.training:
            if n == 1:
                raise ValueError("one row")
            mean = x.sum(0) / n
            var = ((x - mean) ** 2).sum(0) / n
            with torch.no_grad():
                self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
                self.running_var.mul_(1 - self.momentum).add_(self.momentum * var * n / (n - 1))
        else:
            mean, var = (self.running_mean.clone(), self.running_var.clone())
        return (x - mean) * (self.weight * (var + self.eps) ** (-0.5)) + self.bias


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
    if size < 1 or len(x) != len(y):
        raise ValueError("no batches")
    order = np.arange(len(x))
    if shuffle:
        chance.shuffle(order)
    return iter([(x[rows.tolist()], y[rows.tolist()]) for rows in np.split(order, range(size, len(order), size))])


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
