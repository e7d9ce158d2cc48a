"""Activations, dropout and the softmax loss with derivatives by hand: autograd is told them instead of finding them."""

from itertools import chain

import torch
from torch.autograd import Function


class Module:
    """Children are registered when they are assigned or found; the rest is a walk over them."""

    training = True

    def __init__(self):
        self.training = True

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def forward(self, x):
        raise NotImplementedError(type(self).__name__)

    def walk(self):
        """Every module here, this one first, and every tensor, depth first."""

        def of(item):
            if isinstance(item, Module):
                yield from item.walk()
            elif isinstance(item, torch.Tensor):
                yield item
            elif isinstance(item, (list, tuple, set)):
                yield from chain.from_iterable(map(of, item))
            elif isinstance(item, dict):
                yield from chain.from_iterable(map(of, item.values()))

        yield self
        yield from of(self.__dict__)

    def state(self):
        return list({id(item): item for item in self.walk() if isinstance(item, torch.Tensor)}.values())

    def parameters(self):
        return list(filter(lambda tensor: tensor.requires_grad, self.state()))

    def train(self, mode=True):
        for item in self.walk():
            if isinstance(item, Module):
                item.training = mode
        return self

    def eval(self):
        self.train(False)
        return self


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        for number, layer in enumerate(layers):
            setattr(self, f"layer{number}", layer)
        self.count = len(layers)

    def forward(self, x):
        for number in range(self.count):
            x = getattr(self, f"layer{number}")(x)
        return x


class Linear(Module):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__()
        variance = {"xavier": 2 / (n_in + n_out), "kaiming": 2 / n_in}.get(init)
        if variance is None:
            raise ValueError(f"unknown init {init}")
        reach = (3 * variance) ** 0.5  # of a uniform distribution with this variance
        self.weight = torch.empty(n_out, n_in).uniform_(-reach, reach).requires_grad_(True)
        self.bias = torch.zeros(n_out).requires_grad_(True) if bias else None

    def forward(self, x):
        product = torch.mm(x, self.weight.T)
        return product if self.bias is None else product + self.bias.unsqueeze(0)


class SigmoidOp(Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.exp(-torch.log1p(torch.exp(-x.abs()))) * torch.exp(torch.clamp(x, max=0))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * (1 - y)


class TanhOp(Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.expm1(-2 * x.abs())
        y = -torch.sign(x) * e / (e + 2)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y**2)


class BentOp(Function):
    """x where it is positive; elsewhere what `left` says, whose derivative comes with it."""

    @staticmethod
    def forward(ctx, x, left):
        value, slope = left(torch.clamp(x, max=0))
        ctx.save_for_backward(torch.where(x > 0, torch.ones_like(x), slope))
        return torch.where(x > 0, x, value)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], None


class Sigmoid(Module):
    def forward(self, x):
        return SigmoidOp.apply(x)


class Tanh(Module):
    def forward(self, x):
        return TanhOp.apply(x)


class ReLU(Module):
    def forward(self, x):
        return BentOp.apply(x, lambda z: (torch.zeros_like(z), torch.zeros_like(z)))


class LeakyReLU(Module):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return BentOp.apply(x, lambda z: (self.slope * z, torch.full_like(z, self.slope)))


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return BentOp.apply(x, lambda z: (self.alpha * torch.expm1(z), self.alpha * torch.exp(z)))


class Maxout(Module):
    def __init__(self, n_in, n_out, pieces=2):
        super().__init__()
        self.pieces = [Linear(n_in, n_out) for _ in range(pieces)]

    def forward(self, x):
        values = torch.stack([piece(x) for piece in self.pieces], dim=-1)
        return values.max(dim=-1).values


class DropOp(Function):
    @staticmethod
    def forward(ctx, x, p):
        factor = (torch.rand_like(x) > p) / (1 - p) if p < 1 else torch.zeros_like(x)
        ctx.save_for_backward(factor)
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], None


class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not (0.0 <= p <= 1.0):
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return DropOp.apply(x, self.p) if self.training and self.p else x


class BatchNorm1d(Module):
    def __init__(self, n, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = torch.ones(n, requires_grad=True), torch.zeros(n, requires_grad=True)
        self.running_mean, self.running_var = torch.zeros(n), torch.ones(n)

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            if x.size(0) < 2:
                raise ValueError("a batch needs two rows")
            var, mean = torch.var_mean(x, dim=0, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(torch.var(x, dim=0), self.momentum)
        return self.weight * ((x - mean) * torch.rsqrt(var + self.eps)) + self.bias


class MLP(Sequential):
    def __init__(self, sizes, activation=ReLU, dropout=0.0, batch_norm=False, init="kaiming"):
        layers = []
        for n_in, n_out in zip(sizes, sizes[1:]):
            layers += [Linear(n_in, n_out, init)]
            layers += [BatchNorm1d(n_out)] if batch_norm else []
            layers += [activation()]
            layers += [Dropout(dropout)] if dropout > 0 else []
        while not isinstance(layers[-1], Linear):
            layers.pop()
        super().__init__(*layers)


def neuron(weights, bias):
    layer = Linear(len(weights[0]), len(weights))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights))
        layer.bias.copy_(torch.tensor(bias))
    return layer


AND, OR, NOT = ([[30.0, 30.0]], [-45.0]), ([[30.0, 30.0]], [-15.0]), ([[-30.0]], [15.0])
NEITHER = ([[-30.0, -30.0]], [15.0])


def and_gate():
    return Sequential(neuron(*AND), Sigmoid())


def or_gate():
    return Sequential(neuron(*OR), Sigmoid())


def not_gate():
    return Sequential(neuron(*NOT), Sigmoid())


def xor_gate():
    hidden = neuron(AND[0] + NEITHER[0], AND[1] + NEITHER[1])
    return Sequential(hidden, Sigmoid(), neuron(*NEITHER), Sigmoid())


def xnor_gate():
    hidden = neuron(AND[0] + NEITHER[0], AND[1] + NEITHER[1])
    return Sequential(hidden, Sigmoid(), neuron(*OR), Sigmoid())


def mse_loss(prediction, target):
    if tuple(prediction.shape) != tuple(target.shape):
        raise ValueError("the shapes must be the same")
    return torch.mean(torch.square(prediction - target))


class CrossEntropyOp(Function):
    @staticmethod
    def forward(ctx, scores, labels):
        shifted = scores - scores.max(dim=1, keepdim=True).values
        exps = shifted.exp()
        sums = exps.sum(dim=1, keepdim=True)
        rows = torch.arange(len(labels))
        gradient = exps / sums
        gradient[rows, labels] -= 1
        ctx.save_for_backward(gradient / len(labels))
        return (sums.log()[:, 0] - shifted[rows, labels]).mean()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], None


def cross_entropy(scores, labels):
    return CrossEntropyOp.apply(scores, labels)


def softmax_classifier(x, weight, bias):
    scores = x @ weight.T + bias
    exps = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    return exps / exps.sum(dim=1, keepdim=True)


def weights_of(model):
    return torch.cat([torch.zeros(0), *(p.reshape(-1) for p in model.parameters() if len(p.shape) > 1)])


def l1_penalty(model, lam):
    return lam * weights_of(model).abs().sum()


def l2_penalty(model, lam):
    w = weights_of(model)
    return 0.5 * lam * torch.dot(w, w)


def batches(x, y, size, shuffle=True):
    if len(x) != len(y) or size < 1:
        raise ValueError("batches")
    if shuffle:
        order = torch.randperm(len(x))
        x, y = x[order], y[order]
    return list(zip(torch.split(x, size), torch.split(y, size)))


def evaluate(model, x, y, loss):
    before = model.training
    model.eval()
    with torch.inference_mode():
        result = loss(model(x), y).item()
    model.train(before)
    return result


class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.left = self.patience = patience
        self.min_delta = min_delta
        self.best = None
        self.copies = None

    def step(self, loss, model=None):
        better = loss == loss and (self.best is None or loss < self.best - self.min_delta)
        if better:
            self.best, self.left = loss, self.patience
            self.copies = None if model is None else [tensor.clone().detach() for tensor in model.state()]
        else:
            self.left -= 1
        return self.left <= 0

    def restore(self, model):
        if self.copies:
            for tensor, copy in zip(model.state(), self.copies):
                tensor.data = copy.clone()


def fit(
    model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None
):
    if stopping and not validation:
        raise ValueError("stopping needs validation")
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        model.train(True)
        seen = total = 0
        for inputs, targets in batches(x, y, batch_size, shuffle):
            for p in model.parameters():
                p.grad = None
            data = loss(model(inputs), targets)
            (data + l1_penalty(model, l1) + l2_penalty(model, l2)).backward()
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p -= lr * p.grad
            seen, total = seen + len(inputs), total + data.item() * len(inputs)
        train_losses.append(total / seen)
        if validation:
            validation_losses.append(evaluate(model, *validation, loss))
            if stopping and stopping.step(validation_losses[-1], model):
                break
    if stopping:
        stopping.restore(model)
    return {"train": train_losses, "validation": validation_losses}
