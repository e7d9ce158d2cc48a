"""hw3: a multilayer perceptron on torch tensors, without torch.nn and torch.optim.

Autograd gives the gradients; what a layer computes, what it holds and how it is trained is written out here.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]


class Module:
    """What layers and networks have in common: they are called, they hold tensors, they train or they do not."""

    def __init__(self) -> None:
        self.training = True

    def __call__(self, x: Tensor) -> Tensor:
        """The same as `forward`."""
        return self.forward(x)

    def forward(self, x: Tensor) -> Tensor:
        """What a module makes of its input; each kind of module says it for itself."""
        raise NotImplementedError

    def state(self) -> list[Tensor]:
        """Every tensor held here or in a module held here, each once: parameters and running statistics."""
        found: dict[int, Tensor] = {}
        for part in _parts(self.__dict__):
            for tensor in [part] if isinstance(part, Tensor) else part.state():
                found[id(tensor)] = tensor
        return list(found.values())

    def parameters(self) -> list[Tensor]:
        """The tensors that training changes: those that ask for a gradient."""
        return [tensor for tensor in self.state() if tensor.requires_grad]

    def train(self, mode: bool = True) -> "Module":
        """Switch this module, and every module held in it, to training (or to evaluation)."""
        self.training = mode
        for part in _parts(self.__dict__):
            if not isinstance(part, Tensor):
                part.train(mode)
        return self

    def eval(self) -> "Module":
        """Switch to evaluation."""
        return self.train(False)


def _parts(value: Any) -> Iterator[Any]:
    """The tensors and modules in `value`, however deep in lists, tuples and dicts they lie."""
    if isinstance(value, Tensor) or hasattr(value, "parameters"):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _parts(item)


class Sequential(Module):
    """Layers one after another."""

    def __init__(self, *layers: Module) -> None:
        super().__init__()
        self.layers = list(layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class Linear(Module):
    """x W^T + b, with W of the shape (n_out, n_in)."""

    def __init__(self, n_in: int, n_out: int, init: str = "xavier", bias: bool = True) -> None:
        super().__init__()
        # Xavier keeps the variance of signals and of gradients at once, hence the mean of both fans; Kaiming keeps
        # that of the signals alone and doubles it, since ReLU sets half of them to 0.
        variances = {"xavier": 2 / (n_in + n_out), "kaiming": 2 / n_in}
        if init not in variances:
            raise ValueError(f"init must be one of {', '.join(variances)}, not {init!r}")
        self.weight = (math.sqrt(variances[init]) * torch.randn(n_out, n_in)).requires_grad_()
        self.bias = torch.zeros(n_out, requires_grad=True) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


class Sigmoid(Module):
    """1 / (1 + e^-x)."""

    def forward(self, x: Tensor) -> Tensor:
        return _sigmoid(x)


class Tanh(Module):
    """(1 - e^-2x) / (1 + e^-2x)."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * _sigmoid(2 * x) - 1  # stretched from (0, 1) to (-1, 1)


def _sigmoid(x: Tensor) -> Tensor:
    # 1 / (e^0 + e^-x), the sum kept as a logarithm. At x = -1000 the plain formula still gives 1 / inf = 0, but its
    # gradient is -1 / inf^2 * inf = NaN.
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


class ReLU(Module):
    """max(x, 0), whose gradient at 0 is 0."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x <= 0, 0.0, x)


class LeakyReLU(Module):
    """x where it is positive, else slope * x."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.slope * x)


class ELU(Module):
    """x where it is positive, else alpha * (e^x - 1)."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        # Where x is positive the exponential is not used, but its gradient would be multiplied by 0 all the same.
        return torch.where(x > 0, x, self.alpha * torch.expm1(torch.where(x > 0, 0.0, x)))


class Maxout(Module):
    """The largest of several linear layers, output by output."""

    def __init__(self, n_in: int, n_out: int, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = [Linear(n_in, n_out) for _ in range(pieces)]

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([piece(x) for piece in self.pieces]).amax(dim=0)


class Dropout(Module):
    """Drops each value with probability p while training, and lets all pass in evaluation."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.p == 1:
            return 0 * x  # nothing is kept, so there is nothing to scale by 1 / 0
        kept = torch.rand(x.shape) >= self.p
        return x * kept / (1 - self.p)


class BatchNorm1d(Module):
    """Normalizes each feature of (N, n) over the batch, then scales and shifts it."""

    def __init__(self, n: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
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
        mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
        # The batch is normalized by its own (biased) variance; what is kept for later estimates that of all data.
        with torch.no_grad():
            unbiased = x.var(dim=0, correction=1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        return mean, var


class MLP(Module):
    """Linear layers of the given sizes, with an activation after each but the last."""

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
    """x1 and x2."""
    return _neuron([20.0, 20.0], -30.0)


def or_gate() -> Module:
    """x1 or x2."""
    return _neuron([20.0, 20.0], -10.0)


def not_gate() -> Module:
    """Not x."""
    return _neuron([-20.0], 10.0)


def xor_gate() -> Module:
    """One of x1 and x2, but not both: (x1 or x2) and not (x1 and x2)."""
    return Sequential(
        _wired([[20.0, 20.0], [-20.0, -20.0]], [-10.0, 30.0]), Sigmoid(), _wired([[20.0, 20.0]], [-30.0]), Sigmoid()
    )


def xnor_gate() -> Module:
    """Both of x1 and x2, or none: (x1 and x2) or not (x1 or x2)."""
    return Sequential(
        _wired([[20.0, 20.0], [-20.0, -20.0]], [-30.0, 10.0]), Sigmoid(), _wired([[20.0, 20.0]], [-10.0]), Sigmoid()
    )


def _neuron(weights: list[float], bias: float) -> Module:
    return Sequential(_wired([weights], [bias]), Sigmoid())


def _wired(weight: list[list[float]], bias: list[float]) -> Linear:
    """A linear layer with the weights given."""
    layer = Linear(len(weight[0]), len(weight))
    layer.weight = torch.tensor(weight, requires_grad=True)
    layer.bias = torch.tensor(bias, requires_grad=True)
    return layer


def mse_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean of the squared errors over all elements."""
    if prediction.shape != target.shape:
        raise ValueError(f"shapes differ: {tuple(prediction.shape)} and {tuple(target.shape)}")
    return ((prediction - target) ** 2).mean()


def _log_softmax(scores: Tensor) -> Tensor:
    shifted = scores - scores.detach().amax(dim=1, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(dim=1, keepdim=True))


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """The mean of -log softmax(scores) at the labels."""
    return -_log_softmax(scores)[torch.arange(len(labels)), labels].mean()


def softmax_classifier(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The probability of each class for each row: softmax(x W^T + b)."""
    return torch.exp(_log_softmax(x @ weight.T + bias))


def l1_penalty(model: Module, lam: float) -> Tensor:
    """Lam times the sum of |W| over the weights."""
    return lam * sum((weight.abs().sum() for weight in _weights(model)), torch.tensor(0.0))


def l2_penalty(model: Module, lam: float) -> Tensor:
    """Lam / 2 times the sum of W^2 over the weights, so that the gradient is lam * W."""
    return lam / 2 * sum(((weight**2).sum() for weight in _weights(model)), torch.tensor(0.0))


def _weights(model: Module) -> list[Tensor]:
    """The parameters that multiply inputs: matrices. Biases, and what batch norm learns, are vectors."""
    return [parameter for parameter in model.parameters() if parameter.ndim >= 2]


def batches(x: Tensor, y: Tensor, size: int, shuffle: bool = True) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of at most `size` rows of x and y; every row once, the last batch may be smaller."""
    if size < 1 or len(x) != len(y):
        raise ValueError(f"no batches of {size} can be made of {len(x)} inputs and {len(y)} targets")
    order = torch.randperm(len(x)) if shuffle else torch.arange(len(x))
    return ((x[rows], y[rows]) for rows in order.split(size))


def evaluate(model: Module, x: Tensor, y: Tensor, loss: Loss) -> float:
    """The loss in evaluation; afterwards the model is in the mode in which it was."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        value = loss(model(x), y).item()
    model.train(was_training)
    return value


class EarlyStopping:
    """Says when to stop: after `patience` epochs in a row without a loss below the best by more than `min_delta`."""

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = patience, min_delta
        self.best, self.waited = math.inf, 0
        self.kept: list[Tensor] | None = None

    def step(self, loss: float, model: Module | None = None) -> bool:
        """Take note of an epoch's validation loss, and of the model if it is the best; True: stop now."""
        if loss < self.best - self.min_delta:  # never true of NaN
            self.best, self.waited = loss, 0
            if model is not None:
                self.kept = [tensor.detach().clone() for tensor in model.state()]
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model: Module) -> None:
        """Put the tensors of the best epoch back into the model."""
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
    """Gradient descent on mini-batches; the mean training loss and the validation loss of every epoch."""
    if stopping is not None and validation is None:
        raise ValueError("stopping early needs validation data")
    history: dict[str, list[float]] = {"train": [], "validation": []}
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in batches(x, y, batch_size, shuffle):
            data_loss = loss(model(inputs), targets)
            _descend(model, data_loss + l1_penalty(model, l1) + l2_penalty(model, l2), lr)
            total += data_loss.item() * len(inputs)  # the last batch may be smaller and must not count for more
        history["train"].append(total / len(x))
        if validation is not None:
            history["validation"].append(evaluate(model, *validation, loss))
            if stopping is not None and stopping.step(history["validation"][-1], model):
                break
    if stopping is not None:
        stopping.restore(model)
    return history


def _descend(model: Module, objective: Tensor, lr: float) -> None:
    """One step of gradient descent."""
    parameters = model.parameters()
    for parameter in parameters:
        parameter.grad = None  # backward() adds to what is there
    objective.backward()
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(lr * parameter.grad)
