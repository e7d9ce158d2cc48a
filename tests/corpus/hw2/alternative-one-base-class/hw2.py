"""One engine: a Value is a Tensor without axes that shows its number as a float. Few rules, the rest is composed."""

import numpy as np


class Engine:
    """A node with a row of (operand, vector-Jacobian product)."""

    def __init__(self, array, needs=False):
        self.array = array
        self.needs = needs
        self.row = []

    def make(self, array, *row):
        node = type(self).from_array(array)
        node.row = [(operand, vjp) for operand, vjp in row if operand.needs]
        node.needs = len(node.row) > 0
        return node

    @classmethod
    def lift(cls, x):
        return x if isinstance(x, Engine) else cls.from_array(np.array(x, dtype=float))

    # The rules: everything below is made of these

    def __add__(self, other):
        other = self.lift(other)
        return self.make(self.array + other.array, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = self.lift(other)
        return self.make(
            self.array * other.array, (self, lambda g: g * other.array), (other, lambda g: g * self.array)
        )

    def function(self, value, slope):
        return self.make(value, (self, lambda g: g * slope))

    def exp(self):
        e = np.exp(self.array)
        return self.function(e, e)

    def log(self):
        return self.function(np.log(self.array), self.array**-1.0)

    def __pow__(self, n):
        return self.function(self.array**n, n * self.array ** (n - 1.0))

    def select(self, where, other):
        """This one where `where` is 1, the other where it is 0, and between them in between."""
        return self * where + other * (1 - where)

    # Composed

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -self.lift(other)

    def __truediv__(self, other):
        return self * self.lift(other) ** -1.0

    def __radd__(self, other):
        return self.lift(other) + self

    def __rmul__(self, other):
        return self.lift(other) * self

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def relu(self):
        return self * (self.array > 0)

    def size(self):
        """The absolute value; its sign is a constant."""
        return self * np.where(self.array < 0, -1.0, 1.0)

    def sigmoid(self):
        e = (-self.size()).exp()
        small = e / (e + 1.0)  # the sigmoid of -|x|
        return (1.0 - small).select(1.0 * (self.array >= 0), small)

    def tanh(self):
        return (self * 2.0).sigmoid() * 2.0 - 1.0

    # The walk: nodes are numbered by depth first search, and a gradient waits under its node's number

    def pull(self, seed):
        order, position, stack = [], {}, [(self, iter(self.row))]
        position[self] = None
        while stack:
            node, operands = stack[-1]
            for operand, _ in operands:
                if operand not in position:
                    position[operand] = None
                    stack.append((operand, iter(operand.row)))
                    break
            else:
                stack.pop()
                position[node] = len(order)
                order.append(node)
        waiting = [None] * len(order)
        waiting[-1] = seed
        for at in range(len(order) - 1, -1, -1):
            if not order[at].row and order[at].needs:
                order[at].receive(waiting[at])
            for operand, vjp in order[at].row:
                part = operand.fitted(vjp(waiting[at]))
                there = position[operand]
                waiting[there] = part if waiting[there] is None else waiting[there] + part
            waiting[at] = None

    def fitted(self, g):
        axes = [axis - g.ndim for axis in range(g.ndim)]  # from the back, as NumPy aligns them
        new = tuple(axis for axis in axes if -axis > self.array.ndim)
        stretched = tuple(axis for axis in axes if -axis <= self.array.ndim and self.array.shape[axis] == 1)
        return np.sum(g, axis=new + stretched, keepdims=True).reshape(self.array.shape)


class Value(Engine):
    def __init__(self, data):
        super().__init__(np.array(data, dtype=float), needs=True)
        self.grad = 0.0

    @classmethod
    def from_array(cls, array):
        return cls(array)

    @property
    def data(self):
        return float(self.array)

    def receive(self, g):
        self.grad += float(g)

    def backward(self):
        self.pull(np.ones(()))


class Tensor(Engine):
    __hash__ = Engine.__hash__

    def __init__(self, data, requires_grad=False):
        super().__init__(np.array(data, dtype=float), needs=requires_grad)
        self.grad = None

    @classmethod
    def from_array(cls, array):
        return cls(array)

    @property
    def data(self):
        return self.array

    @property
    def requires_grad(self):
        return self.needs

    def receive(self, g):
        self.grad = g + 0.0 if self.grad is None else self.grad + g

    def backward(self, grad=None):
        if grad is None and self.array.size != 1:
            raise RuntimeError("shape " + str(self.array.shape))
        self.pull(np.ones(self.array.shape) if grad is None else np.array(grad, dtype=float))

    def zero_grad(self):
        self.grad = None

    def __matmul__(self, other):
        other = self.lift(other)
        return self.make(
            self.array @ other.array,
            (self, lambda g: g @ np.swapaxes(other.array, -1, -2)),
            (other, lambda g: np.swapaxes(self.array, -1, -2) @ g),
        )

    def sum(self, axis=None, keepdims=False):
        kept = np.sum(self.array, axis=axis, keepdims=True).shape
        ones = np.ones(self.array.shape)
        return self.make(
            np.sum(self.array, axis=axis, keepdims=keepdims), (self, lambda g: g.reshape(kept) * ones)
        )

    def reshape(self, *shape):
        return self.make(self.array.reshape(shape), (self, lambda g: g.reshape(self.array.shape)))

    def transpose(self, *axes):
        axes = list(axes) or list(range(self.array.ndim))[::-1]
        back = [axes.index(i) for i in range(len(axes))]
        return self.make(self.array.transpose(axes), (self, lambda g: g.transpose(back)))

    # Composed

    def mean(self, axis=None, keepdims=False):
        count = np.prod([self.array.shape[i] for i in (range(self.array.ndim) if axis is None else [axis])])
        return self.sum(axis, keepdims) / float(count)

    def max(self, axis=None, keepdims=False):
        """A mean over those that are the largest."""
        top = np.equal(self.array, self.array.max(axis=axis, keepdims=True)).astype(float)
        return (self * (top / top.sum(axis=axis, keepdims=True))).sum(axis, keepdims)

    def maxout(self, other):
        other = self.lift(other)
        return self.select((self.array > other.array) + 0.5 * (self.array == other.array), other)

    def log_softmax(self, axis=-1):
        shifted = self - self.array.max(axis=axis, keepdims=True)
        return shifted - shifted.exp().sum(axis, True).log()

    def leaky_relu(self, slope=0.01):
        return self * np.where(self.array > 0, 1.0, slope)

    def elu(self, alpha=1.0):
        positive = self.array > 0
        low = ((self * ~positive).exp() - 1.0) * alpha
        return self.select(positive, low)


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    for t in inputs:
        t.zero_grad()
    f(*inputs).backward()
    said = [t.grad if t.grad is not None else t.array * 0.0 for t in inputs]
    wrong = 0
    for t, g in zip(inputs, said):
        if not t.requires_grad:
            continue
        for at, x in np.ndenumerate(t.array.copy()):
            sides = []
            for step in (eps, -eps):
                t.array[at] = x + step
                sides.append(float(f(*inputs).data))
            t.array[at] = x
            slope = (sides[0] - sides[1]) / (2 * eps)
            wrong += not abs(g[at] - slope) <= atol + rtol * abs(slope)
    return wrong == 0


def linear_regression(x, y, lr=0.1, steps=1000):
    w, b = Tensor(np.zeros(x.shape[1]), True), Tensor(0, True)
    for _ in range(steps):
        error = (w * x).sum(-1) + b - y
        (error * error).mean().backward()
        w, b = Tensor(w.data - lr * w.grad, True), Tensor(b.data - lr * b.grad, True)
    return w.data, b.data.item()


def logistic_regression(x, y, lr=0.1, steps=1000):
    w, b = Tensor(np.zeros(x.shape[1]), True), Tensor(0, True)
    for _ in range(steps):
        z = (w * x).sum(-1) + b
        scores = z.reshape(-1, 1) * [0.0, 1.0]
        losses = -scores.log_softmax() * np.eye(2)[np.asarray(y, dtype=int)]
        losses.sum(1).mean().backward()
        w, b = Tensor(w.data - lr * w.grad, True), Tensor(b.data - lr * b.grad, True)
    return w.data, b.data.item()
