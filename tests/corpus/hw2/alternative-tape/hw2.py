"""Everything that is computed is written on one tape, and backward reads the tape from its end."""

import math

import numpy as np

TAPE = []  # (result, ((operand, how its gradient follows), ...)), in the order in which things were computed


def play_back(end, start):
    """The gradients of all that `end` was made of, by id; it stops as soon as nothing waits for its turn."""
    waiting, leaves = {id(end): start}, []
    if end.leaf:
        return [(end, start)]
    arrived = {id(end): end}
    for result, operands in reversed(TAPE):
        if id(result) not in waiting:
            continue
        g = waiting.pop(id(result))
        del arrived[id(result)]
        for operand, rule in operands:
            part = rule(g)
            waiting[id(operand)] = waiting[id(operand)] + part if id(operand) in waiting else part
            arrived[id(operand)] = operand
        if all(node.leaf for node in arrived.values()):
            break
    for key, node in arrived.items():
        leaves.append((node, waiting[key]))
    return leaves


class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.leaf = True

    def _record(self, data, *operands):
        result = Value(data)
        result.leaf = False
        TAPE.append((result, operands))
        return result

    def __add__(self, other):
        if not isinstance(other, Value):
            return self._record(self.data + other, (self, lambda g: g))
        return self._record(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    __radd__ = __add__

    def __neg__(self):
        return self._record(-self.data, (self, lambda g: -g))

    def __sub__(self, other):
        if not isinstance(other, Value):
            return self._record(self.data - other, (self, lambda g: g))
        return self._record(self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __rsub__(self, other):
        return self._record(other - self.data, (self, lambda g: -g))

    def __mul__(self, other):
        a = self.data
        if not isinstance(other, Value):
            return self._record(a * other, (self, lambda g: g * other))
        b = other.data
        return self._record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    __rmul__ = __mul__

    def __truediv__(self, other):
        a = self.data
        if not isinstance(other, Value):
            return self._record(a / other, (self, lambda g: g / other))
        b = other.data
        return self._record(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / (b * b)))

    def __rtruediv__(self, other):
        b = self.data
        return self._record(other / b, (self, lambda g: -g * other / (b * b)))

    def __pow__(self, n):
        a = self.data
        return self._record(a**n, (self, lambda g: g * n * a ** (n - 1)))

    def exp(self):
        e = math.exp(self.data)
        return self._record(e, (self, lambda g: g * e))

    def log(self):
        a = self.data
        return self._record(math.log(a), (self, lambda g: g / a))

    def tanh(self):
        t = math.tanh(self.data)
        return self._record(t, (self, lambda g: g * (1 - t) * (1 + t)))

    def sigmoid(self):
        s = 0.5 * (math.tanh(0.5 * self.data) + 1)
        return self._record(s, (self, lambda g: g * s * (1 - s)))

    def relu(self):
        on = self.data > 0
        return self._record(self.data if on else 0.0, (self, lambda g: g if on else 0.0))

    def backward(self):
        for node, g in play_back(self, 1.0):
            node.grad += g


def back_to(shape):
    """A rule's second half: undo what broadcasting did to an operand of this shape."""

    def undo(g):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, length in enumerate(shape):
            if length == 1 and g.shape[axis] != 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    return undo


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=np.float64)
        self.requires_grad = requires_grad
        self.grad = None
        self.leaf = True

    def _record(self, data, *operands):
        wanted = [(operand, rule) for operand, rule in operands if operand.requires_grad]
        result = Tensor(data, requires_grad=bool(wanted))
        if wanted:
            result.leaf = False
            TAPE.append((result, [(o, lambda g, r=r, o=o: back_to(o.data.shape)(np.asarray(r(g)))) for o, r in wanted]))
        return result

    def __add__(self, other):
        other = tensor(other)
        return self._record(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    __radd__ = __add__

    def __neg__(self):
        return self._record(-self.data, (self, lambda g: -g))

    def __sub__(self, other):
        other = tensor(other)
        return self._record(self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __rsub__(self, other):
        return tensor(other) - self

    def __mul__(self, other):
        other = tensor(other)
        a, b = self.data, other.data
        return self._record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = tensor(other)
        a, b = self.data, other.data
        return self._record(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __rtruediv__(self, other):
        return tensor(other) / self

    def __pow__(self, n):
        a = self.data
        return self._record(a**n, (self, lambda g: g * n * a ** (n - 1)))

    def __matmul__(self, other):
        other = tensor(other)
        a, b = self.data, other.data
        return self._record(
            np.matmul(a, b),
            (self, lambda g: np.matmul(g, np.swapaxes(b, -1, -2))),
            (other, lambda g: np.matmul(np.swapaxes(a, -1, -2), g)),
        )

    def maxout(self, other):
        other = tensor(other)
        a, b = self.data, other.data
        first = (a > b) + 0.5 * (a == b)
        return self._record(np.maximum(a, b), (self, lambda g: g * first), (other, lambda g: g * (1 - first)))

    def sum(self, axis=None, keepdims=False):
        shape = self.data.shape

        def rule(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return np.ones(shape) * g

        return self._record(self.data.sum(axis=axis, keepdims=keepdims), (self, rule))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        kept = self.data.max(axis=axis, keepdims=True)
        ties = (self.data == kept).astype(float)

        def rule(g):
            return ties * g.reshape(kept.shape) / ties.sum(axis=axis, keepdims=True)

        return self._record(self.data.max(axis=axis, keepdims=keepdims), (self, rule))

    def log_softmax(self, axis=-1):
        x = self.data - self.data.max(axis=axis, keepdims=True)
        out = x - np.log(np.exp(x).sum(axis=axis, keepdims=True))
        return self._record(out, (self, lambda g: g - np.exp(out) * g.sum(axis=axis, keepdims=True)))

    def reshape(self, *shape):
        old = self.data.shape
        return self._record(self.data.reshape(shape), (self, lambda g: g.reshape(old)))

    def transpose(self, *axes):
        if not axes:
            return self._record(self.data.T, (self, lambda g: g.T))
        home = [axes.index(axis) for axis in range(len(axes))]
        return self._record(self.data.transpose(axes), (self, lambda g: g.transpose(home)))

    def exp(self):
        e = np.exp(self.data)
        return self._record(e, (self, lambda g: g * e))

    def log(self):
        a = self.data
        return self._record(np.log(a), (self, lambda g: g / a))

    def tanh(self):
        t = np.tanh(self.data)
        return self._record(t, (self, lambda g: g * (1 - t) * (1 + t)))

    def sigmoid(self):
        s = 0.5 * (np.tanh(0.5 * self.data) + 1)
        return self._record(s, (self, lambda g: g * s * (1 - s)))

    def relu(self):
        on = self.data > 0
        return self._record(self.data * on, (self, lambda g: g * on))

    def leaky_relu(self, slope=0.01):
        factor = np.where(self.data > 0, 1.0, slope)
        return self._record(self.data * factor, (self, lambda g: g * factor))

    def elu(self, alpha=1.0):
        low = alpha * np.expm1(np.clip(self.data, None, 0))
        on = self.data > 0
        return self._record(np.where(on, self.data, low), (self, lambda g: g * np.where(on, 1.0, low + alpha)))

    def backward(self, grad=None):
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError("which gradient?")
            grad = np.ones(self.data.shape)
        for node, g in play_back(self, np.array(grad, dtype=float)):
            if node.requires_grad:
                node.grad = g.copy() if node.grad is None else node.grad + g

    def zero_grad(self):
        self.grad = None


def tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    for t in inputs:
        t.zero_grad()
    f(*inputs).backward()
    for t in inputs:
        if not t.requires_grad:
            continue
        flat = t.data.reshape(-1)
        said = np.zeros(flat.size) if t.grad is None else t.grad.reshape(-1)
        for i in range(flat.size):
            kept = flat[i]
            flat[i] = kept + eps
            up = float(f(*inputs).data)
            flat[i] = kept - eps
            down = float(f(*inputs).data)
            flat[i] = kept
            slope = (up - down) / (2 * eps)
            if abs(said[i] - slope) > atol + rtol * abs(slope):
                return False
    return True


def descend(x, y, lr, steps, loss):
    w, b = Tensor(np.zeros(x.shape[1]), True), Tensor(np.zeros(1), True)
    for _ in range(steps):
        loss((Tensor(x) * w).sum(axis=1) + b, y).backward()
        for t in (w, b):
            t.data = t.data - lr * t.grad
            t.zero_grad()
        TAPE.clear()  # what was written belongs to a step that is over
    return w.data, float(b.data[0])


def linear_regression(x, y, lr=0.1, steps=1000):
    return descend(x, y, lr, steps, lambda z, y: ((z - y) ** 2).mean())


def logistic_regression(x, y, lr=0.1, steps=1000):
    def bce(z, y):
        # log(1 + e^z) - yz, as max(z, 0) + log(1 + e^-|z|) - yz. At z = 0 the maxouts are ties, and halves are right:
        # the slope of max(z, 0) is then 1/2 and that of |z| is 0. relu would say 0 there, which is no average.
        size = z.maxout(-z)
        return (z.maxout(np.zeros(z.data.shape)) + ((-size).exp() + 1).log() - z * y).mean()

    return descend(x, y, lr, steps, bce)
