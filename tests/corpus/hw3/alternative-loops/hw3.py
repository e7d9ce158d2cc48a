"""Row by row and number by number, as one writes it who thinks in loops."""

import math
import random

import torch


class Module:
    def __init__(self):
        self.training = True

    def __call__(self, x):
        y = self.forward(x)
        return y

    def forward(self, x):
        raise NotImplementedError

    def things(self):
        result = []

        def collect(thing):
            if isinstance(thing, (list, tuple)):
                for one in thing:
                    collect(one)
            if isinstance(thing, dict):
                for key in thing:
                    collect(thing[key])
            if isinstance(thing, (torch.Tensor, Module)):
                result.append(thing)

        for name in self.__dict__:
            collect(self.__dict__[name])
        return result

    def state(self):
        result = []
        seen = set()
        for thing in self.things():
            if isinstance(thing, Module):
                tensors = thing.state()
            else:
                tensors = [thing]
            for tensor in tensors:
                if id(tensor) not in seen:
                    seen.add(id(tensor))
                    result.append(tensor)
        return result

    def parameters(self):
        result = []
        for tensor in self.state():
            if tensor.requires_grad:
                result.append(tensor)
        return result

    def train(self, mode=True):
        self.training = mode
        for thing in self.things():
            if isinstance(thing, Module):
                thing.train(mode)
        return self

    def eval(self):
        return self.train(False)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        self.steps = {}
        for i in range(len(layers)):
            self.steps[i] = layers[i]

    def forward(self, x):
        for i in range(len(self.steps)):
            x = self.steps[i](x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        if init not in ("xavier", "kaiming"):
            raise ValueError("init is xavier or kaiming")
        if init == "xavier":
            sigma = math.sqrt(2.0 / (n_in + n_out))
        else:
            sigma = math.sqrt(2.0 / n_in)
        rows = []
        for _ in range(n_out):
            rows.append([random.gauss(0.0, sigma) for _ in range(n_in)])
        self.weight = torch.tensor(rows, requires_grad=True)
        if bias:
            self.bias = torch.tensor([0.0] * n_out, requires_grad=True)
        else:
            self.bias = None

    def forward(self, x):
        columns = []
        for k in range(self.weight.shape[0]):
            column = (x * self.weight[k]).sum(dim=1)
            if self.bias is not None:
                column = column + self.bias[k]
            columns.append(column)
        return torch.stack(columns, dim=1)


def piecewise(x, right, left):
    """`right` of the numbers above 0, `left` of the others."""
    y = torch.zeros_like(x)
    above = x > 0
    y = y.masked_scatter(above, right(x[above]))
    return y.masked_scatter(~above, left(x[~above]))


class Sigmoid(Module):
    def forward(self, x):
        return piecewise(x, lambda z: 1 / (1 + torch.exp(-z)), lambda z: torch.exp(z) / (torch.exp(z) + 1))


class Tanh(Module):
    def forward(self, x):
        def right(z):
            return (1 - torch.exp(-2 * z)) / (1 + torch.exp(-2 * z))

        def left(z):
            return (torch.exp(2 * z) - 1) / (torch.exp(2 * z) + 1)

        return piecewise(x, right, left)


class ReLU(Module):
    def forward(self, x):
        return piecewise(x, lambda z: z, lambda z: 0 * z)


class LeakyReLU(Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return piecewise(x, lambda z: z, lambda z: z * self.slope)


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return piecewise(x, lambda z: z, lambda z: self.alpha * (torch.exp(z) - 1))


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__()
        self.pieces = []
        for _ in range(pieces):
            self.pieces.append(Linear(n_in, n_out))

    def forward(self, x):
        outputs = [piece(x) for piece in self.pieces]
        best = outputs[0]
        for output in outputs[1:]:
            best = torch.where(output > best, output, best)
        return best


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p > 1 or p < 0:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if self.training is False:
            return x
        if self.p == 1:
            return x - x
        factors = []
        for _ in range(x.numel()):
            factors.append(0.0 if random.random() < self.p else 1 / (1 - self.p))
        return x * torch.tensor(factors, dtype=x.dtype).reshape(x.shape)


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.tensor([1.0] * n, requires_grad=True)
        self.bias = torch.tensor([0.0] * n, requires_grad=True)
        self.running_mean = torch.tensor([0.0] * n)
        self.running_var = torch.tensor([1.0] * n)

    def forward(self, x):
        n = x.shape[0]
        if self.training and n < 2:
            raise ValueError("a batch of one")
        columns = []
        for j in range(x.shape[1]):
            column = x[:, j]
            if self.training:
                mu = sum(column[i] for i in range(n)) / n
                squares = sum((column[i] - mu) ** 2 for i in range(n))
                var = squares / n
                self.running_mean[j] = (1 - self.momentum) * self.running_mean[j] + self.momentum * mu.item()
                noted = squares.item() / (n - 1)
                self.running_var[j] = (1 - self.momentum) * self.running_var[j] + self.momentum * noted
            else:
                mu = self.running_mean[j]
                var = self.running_var[j]
            columns.append(self.weight[j] * (column - mu) / torch.sqrt(var + self.eps) + self.bias[j])
        return torch.stack(columns, dim=1)


class MLP(Module):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        super().__init__()
        layers = []
        last = len(sizes) - 1
        for i in range(1, len(sizes)):
            layers.append(Linear(sizes[i - 1], sizes[i], init))
            if i != last:
                if batch_norm:
                    layers.append(BatchNorm1d(sizes[i]))
                layers.append(activation())
                if dropout > 0:
                    layers.append(Dropout(dropout))
        self.net = Sequential(*layers)

    def forward(self, x):
        return self.net.forward(x)


def set_by_hand(weight, bias):
    layer = Linear(len(weight[0]), len(weight))
    for i in range(len(weight)):
        layer.bias.data[i] = bias[i]
        for j in range(len(weight[0])):
            layer.weight.data[i, j] = weight[i][j]
    return layer


def and_gate():
    return Sequential(set_by_hand([[20, 20]], [-30]), Sigmoid())


def or_gate():
    return Sequential(set_by_hand([[20, 20]], [-10]), Sigmoid())


def not_gate():
    return Sequential(set_by_hand([[-20]], [10]), Sigmoid())


def xor_gate():
    nand_and_or = set_by_hand([[-20, -20], [20, 20]], [30, -10])
    return Sequential(nand_and_or, Sigmoid(), set_by_hand([[20, 20]], [-30]), Sigmoid())


def xnor_gate():
    nand_and_or = set_by_hand([[-20, -20], [20, 20]], [30, -10])
    return Sequential(nand_and_or, Sigmoid(), set_by_hand([[-20, -20]], [30]), Sigmoid())


def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shape")
    total = 0
    for error in (prediction - target).reshape(-1):
        total = total + error * error
    return total / prediction.numel()


def cross_entropy(scores, labels):
    total = 0
    for i in range(len(labels)):
        row = scores[i] - max(scores[i].tolist())
        total = total - (row[labels[i]] - torch.log(torch.exp(row).sum()))
    return total / len(labels)


def softmax_classifier(x, weight, bias):
    rows = []
    for i in range(len(x)):
        scores = weight @ x[i] + bias
        e = torch.exp(scores - max(scores.tolist()))
        rows.append(e / e.sum())
    return torch.stack(rows)


def l1_penalty(model, lam):
    total = torch.tensor(0.0)
    for p in model.parameters():
        if p.ndim == 2:
            for row in p:
                total = total + row.abs().sum()
    return lam * total


def l2_penalty(model, lam):
    total = torch.tensor(0.0)
    for p in model.parameters():
        if p.ndim == 2:
            for row in p:
                total = total + row @ row
    return lam * total / 2


def batches(x, y, size, shuffle=True):
    if size < 1:
        raise ValueError("size")
    if len(x) != len(y):
        raise ValueError("len")
    order = list(range(len(x)))
    if shuffle:
        random.shuffle(order)
    result = []
    while order:
        rows, order = order[:size], order[size:]
        result.append((torch.stack([x[i] for i in rows]), torch.stack([y[i] for i in rows])))
    return iter(result)


def evaluate(model, x, y, loss):
    mode = model.training
    model.eval()
    value = loss(model(x), y).item()
    if mode:
        model.train()
    return value


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.best = math.inf
        self.bad = 0
        self.copy = []

    def step(self, loss, model=None):
        if self.best - loss > self.min_delta:
            self.best = loss
            self.bad = 0
            if model is not None:
                self.copy = []
                for tensor in model.state():
                    self.copy.append(tensor.tolist())
            return False
        self.bad = self.bad + 1
        return self.bad >= self.patience

    def restore(self, model):
        tensors = model.state()
        for i in range(len(self.copy)):
            tensors[i].data.copy_(torch.tensor(self.copy[i]))


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if stopping is not None and validation is None:
        raise ValueError("validation is missing")
    history = {"train": [], "validation": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in batches(x, y, batch_size, shuffle):
            value = loss(model(inputs), targets)
            objective = value
            if l1 > 0:
                objective = objective + l1_penalty(model, l1)
            if l2 > 0:
                objective = objective + l2_penalty(model, l2)
            for p in model.parameters():
                p.grad = None
            objective.backward()
            for p in model.parameters():
                if p.grad is not None:
                    p.data = p.data - lr * p.grad
            total += value.item() * inputs.shape[0]
        history["train"].append(total / x.shape[0])
        if validation is not None:
            history["validation"].append(evaluate(model, validation[0], validation[1], loss))
            if stopping is not None:
                if stopping.step(history["validation"][-1], model):
                    break
    if stopping is not None:
        stopping.restore(model)
    return history
