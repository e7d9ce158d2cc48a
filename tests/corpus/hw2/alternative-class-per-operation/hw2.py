"""A class for each operation, as PyTorch has it: `forward` computes and remembers, `backward` answers a gradient."""

import heapq
import itertools

import numpy as np

_born = itertools.count()


class Operation:
    """One use of an operation; what it saves for backward are its own attributes."""

    def __init__(self, *operands, **settings):
        self.operands = operands
        self.__dict__.update(settings)
        self.result = self.forward(*(operand.data for operand in operands))

    def forward(self, *data):
        raise NotImplementedError

    def backward(self, g):
        raise NotImplementedError


class Add(Operation):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Subtract(Operation):
    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return g, -g


class Multiply(Operation):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, g):
        return g * self.b, g * self.a


class Divide(Operation):
    def forward(self, a, b):
        self.b, self.out = b, a / b
        return self.out

    def backward(self, g):
        return g / self.b, -g * self.out / self.b


class Negate(Operation):
    def forward(self, a):
        return -a

    def backward(self, g):
        return (-g,)


class Power(Operation):
    def forward(self, a):
        self.slope = self.n * a ** (self.n - 1)
        return a**self.n

    def backward(self, g):
        return (g * self.slope,)


class Exp(Operation):
    def forward(self, a):
        self.out = np.exp(a)
        return self.out

    def backward(self, g):
        return (g * self.out,)


class Log(Operation):
    def forward(self, a):
        self.a = a
        return np.log(a)

    def backward(self, g):
        return (g / self.a,)


class Tanh(Operation):
    def forward(self, a):
        self.out = np.tanh(a)
        return self.out

    def backward(self, g):
        return (g - g * self.out * self.out,)


class Sigmoid(Operation):
    def forward(self, a):
        self.out = np.exp(-np.logaddexp(0, -a))
        return self.out

    def backward(self, g):
        return (g * self.out - g * self.out * self.out,)


class Leaky(Operation):
    """relu and leaky_relu."""

    def forward(self, a):
        self.factor = np.where(a > 0, 1.0, self.slope)
        return a * self.factor

    def backward(self, g):
        return (g * self.factor,)


class Elu(Operation):
    def forward(self, a):
        self.on = a > 0
        self.low = self.alpha * np.exp(np.where(self.on, 0.0, a))
        return np.where(self.on, a, self.low - self.alpha)

    def backward(self, g):
        return (np.where(self.on, g, g * self.low),)


class MatMul(Operation):
    def forward(self, a, b):
        self.a, self.b = a, b
        return np.einsum("...ij,...jk->...ik", a, b)

    def backward(self, g):
        return np.einsum("...ik,...jk->...ij", g, self.b), np.einsum("...ij,...ik->...jk", self.a, g)


class Maxout(Operation):
    def forward(self, a, b):
        self.first, self.tied = a > b, a == b
        return np.maximum(a, b)

    def backward(self, g):
        half = np.where(self.tied, g / 2, 0.0)
        return np.where(self.first, g, half), np.where(self.first, 0.0, g) - half


class Sum(Operation):
    def forward(self, a):
        self.shape = a.shape
        self.kept = a.sum(axis=self.axis, keepdims=True).shape
        return a.sum(axis=self.axis, keepdims=self.keepdims)

    def backward(self, g):
        return (np.full(self.shape, g.reshape(self.kept)),)


class Max(Operation):
    def forward(self, a):
        top = a.max(axis=self.axis, keepdims=True)
        self.share = (a == top) / np.count_nonzero(a == top, axis=self.axis, keepdims=True)
        self.kept = top.shape
        return a.max(axis=self.axis, keepdims=self.keepdims)

    def backward(self, g):
        return (self.share * g.reshape(self.kept),)


class LogSoftmax(Operation):
    def forward(self, a):
        top = np.max(a, axis=self.axis, keepdims=True)
        self.out = a - top - np.log(np.sum(np.exp(a - top), axis=self.axis, keepdims=True))
        return self.out

    def backward(self, g):
        return (g - np.exp(self.out) * np.sum(g, axis=self.axis, keepdims=True),)


class Reshape(Operation):
    def forward(self, a):
        self.before = a.shape
        return np.reshape(a, self.shape)

    def backward(self, g):
        return (np.reshape(g, self.before),)


class Transpose(Operation):
    def forward(self, a):
        self.axes = self.axes or tuple(reversed(range(a.ndim)))
        return np.transpose(a, self.axes)

    def backward(self, g):
        return (np.moveaxis(g, range(g.ndim), self.axes),)


class Node:
    """What numbers and arrays have in common: operators, and the walk from the youngest node to the oldest."""

    made_by = None

    def operand(self, x):
        raise NotImplementedError

    def wrap(self, operation):
        raise NotImplementedError

    def collect(self, g):
        raise NotImplementedError

    def fit(self, g):
        return g

    def binary(self, kind, other, swapped=False):
        other = self.operand(other)
        return self.wrap(kind(other, self) if swapped else kind(self, other))

    def __add__(self, other):
        return self.binary(Add, other)

    def __radd__(self, other):
        return self.binary(Add, other, swapped=True)

    def __sub__(self, other):
        return self.binary(Subtract, other)

    def __rsub__(self, other):
        return self.binary(Subtract, other, swapped=True)

    def __mul__(self, other):
        return self.binary(Multiply, other)

    def __rmul__(self, other):
        return self.binary(Multiply, other, swapped=True)

    def __truediv__(self, other):
        return self.binary(Divide, other)

    def __rtruediv__(self, other):
        return self.binary(Divide, other, swapped=True)

    def __neg__(self):
        return self.wrap(Negate(self))

    def __pow__(self, n):
        return self.wrap(Power(self, n=n))

    def exp(self):
        return self.wrap(Exp(self))

    def log(self):
        return self.wrap(Log(self))

    def tanh(self):
        return self.wrap(Tanh(self))

    def sigmoid(self):
        return self.wrap(Sigmoid(self))

    def relu(self):
        return self.wrap(Leaky(self, slope=0.0))

    def walk(self, start):
        """An operand is always older than what was made of it, so going by age is a topological order."""
        gradients, queue = {self.number: start}, [(-self.number, self)]
        while queue:
            _, node = heapq.heappop(queue)
            g = gradients.pop(node.number)
            if node.made_by is None:
                node.collect(g)
                continue
            for operand, part in zip(node.made_by.operands, node.made_by.backward(g)):
                part = operand.fit(part)
                if operand.number in gradients:
                    gradients[operand.number] = gradients[operand.number] + part
                else:
                    gradients[operand.number] = part
                    heapq.heappush(queue, (-operand.number, operand))


class Value(Node):
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.number = next(_born)

    def operand(self, x):
        return x if isinstance(x, Value) else Value(x)

    def wrap(self, operation):
        value = Value(float(operation.result))
        value.made_by = operation
        return value

    def collect(self, g):
        self.grad += float(g)

    def backward(self):
        self.walk(1.0)


class Tensor(Node):
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype="float64")
        self.requires_grad = requires_grad
        self.grad = None
        self.number = next(_born)

    def operand(self, x):
        return x if isinstance(x, Tensor) else Tensor(x)

    def wrap(self, operation):
        tensor = Tensor(operation.result)
        if any(operand.requires_grad for operand in operation.operands):
            tensor.made_by, tensor.requires_grad = operation, True
        return tensor

    def collect(self, g):
        if self.requires_grad:
            self.grad = np.array(g) if self.grad is None else self.grad + g

    def fit(self, g):
        """The gradient without the axes that broadcasting added or stretched."""
        shape = (1,) * (g.ndim - self.data.ndim) + self.data.shape
        axes = tuple(i for i in range(g.ndim) if shape[i] != g.shape[i])
        return g.sum(axis=axes, keepdims=True).reshape(self.data.shape)

    def __matmul__(self, other):
        return self.binary(MatMul, other)

    def maxout(self, other):
        return self.binary(Maxout, other)

    def sum(self, axis=None, keepdims=False):
        return self.wrap(Sum(self, axis=axis, keepdims=keepdims))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.data.size // total.data.size)

    def max(self, axis=None, keepdims=False):
        return self.wrap(Max(self, axis=axis, keepdims=keepdims))

    def log_softmax(self, axis=-1):
        return self.wrap(LogSoftmax(self, axis=axis))

    def reshape(self, *shape):
        return self.wrap(Reshape(self, shape=shape))

    def transpose(self, *axes):
        return self.wrap(Transpose(self, axes=axes))

    def leaky_relu(self, slope=0.01):
        return self.wrap(Leaky(self, slope=slope))

    def elu(self, alpha=1.0):
        return self.wrap(Elu(self, alpha=alpha))

    def backward(self, grad=None):
        if grad is None and self.data.size != 1:
            raise RuntimeError("not a single number")
        self.walk(np.ones_like(self.data) if grad is None else np.array(grad, dtype="float64"))

    def zero_grad(self):
        self.grad = None


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    for tensor in inputs:
        tensor.zero_grad()
    f(*inputs).backward()
    verdicts = []
    for tensor in filter(lambda each: each.requires_grad, inputs):
        kept, slopes = tensor.data, np.zeros(tensor.data.size)
        for i, step in enumerate(np.eye(kept.size).reshape(-1, *kept.shape) * eps):
            tensor.data = kept + step
            slopes[i] = f(*inputs).data.sum()
            tensor.data = kept - step
            slopes[i] -= f(*inputs).data.sum()
        tensor.data = kept
        slopes = slopes.reshape(kept.shape) / (2 * eps)
        g = 0.0 if tensor.grad is None else tensor.grad
        verdicts.append(np.all(np.abs(g - slopes) <= atol + rtol * np.abs(slopes)))
    return bool(np.all(verdicts))


class Model:
    """A linear model and how it learns; what a model's loss is, its kind says."""

    def __init__(self, columns):
        self.weights = Tensor(np.zeros(columns), requires_grad=True)
        self.bias = Tensor(0.0, requires_grad=True)

    def scores(self, x):
        return (self.weights * x).sum(axis=-1) + self.bias

    def loss(self, x, y):
        raise NotImplementedError

    def fit(self, x, y, lr, steps):
        for _ in range(steps):
            self.loss(x, y).backward()
            for parameter in (self.weights, self.bias):
                parameter.data = parameter.data - lr * parameter.grad
                parameter.zero_grad()
        return self.weights.data, self.bias.data.item()


class LinearModel(Model):
    def loss(self, x, y):
        return ((self.scores(x) - y) ** 2).mean()


class LogisticModel(Model):
    def loss(self, x, y):
        margins = self.scores(x) * (1 - 2 * y)  # the loss of a row is log(1 + e^margin)
        both = margins.reshape(-1, 1) * np.array([0.0, 1.0])
        return -(both.log_softmax() * np.array([1.0, 0.0])).sum(axis=1).mean()


def linear_regression(x, y, lr=0.1, steps=1000):
    return LinearModel(x.shape[1]).fit(x, y, lr, steps)


def logistic_regression(x, y, lr=0.1, steps=1000):
    return LogisticModel(x.shape[1]).fit(x, y, lr, steps)
