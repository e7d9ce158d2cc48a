"""A closure in each node adds to its operands' `grad`, which every node has; gradients of arrays are float32."""

import math

import numpy as np


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self._children = set(children)
        self._push = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out._push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._push = push
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float))
        out = Value(self.data**n, (self,))

        def push():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._push = push
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return other * self**-1

    def _unary(self, data, slope):
        out = Value(data, (self,))

        def push():
            self.grad += slope * out.grad

        out._push = push
        return out

    def exp(self):
        e = math.exp(self.data)
        return self._unary(e, e)

    def log(self):
        return self._unary(math.log(self.data), 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self._unary(t, 1 - t**2)

    def sigmoid(self):
        try:
            s = 1 / (1 + math.exp(-self.data))
        except OverflowError:
            s = 0.0
        return self._unary(s, s * (1 - s))

    def relu(self):
        return self._unary(0 if self.data < 0 else self.data, float(self.data > 0))

    def backward(self):
        topo, visited, stack = [], set(), [(self, False)]
        while stack:
            v, expanded = stack.pop()
            if expanded:
                topo.append(v)
            elif v not in visited:
                visited.add(v)
                stack.append((v, True))
                stack.extend((child, False) for child in v._children)
        for v in topo:
            if v._children:
                v.grad = 0.0
        self.grad += 1.0
        for v in reversed(topo):
            v._push()


def constant(x):
    return x if isinstance(x, Tensor) else Tensor(x)


class Tensor:
    def __init__(self, data, requires_grad=False, children=()):
        self.data = np.array(data).astype(np.float64)
        self.requires_grad = requires_grad or any(c.requires_grad for c in children)
        self.grad = None
        self._children = tuple(children)
        self._push = lambda: None

    def _add_to_grad(self, g):
        if not self.requires_grad:
            return
        extra = g.ndim - self.data.ndim
        g = g.sum(axis=tuple(range(extra)))
        for axis in range(self.data.ndim):
            if self.data.shape[axis] == 1:
                g = g.sum(axis=axis, keepdims=True)
        if self.grad is None:
            self.grad = np.zeros(self.data.shape, dtype=np.float32)
        self.grad += g.astype(np.float32)  # its own array, so in place is safe

    def _unary(self, data, back):
        out = Tensor(data, children=(self,))
        out._push = lambda: self._add_to_grad(back(out.grad))
        return out

    def _binary(self, other, data, back):
        out = Tensor(data, children=(self, other))

        def push():
            ga, gb = back(out.grad)
            self._add_to_grad(ga)
            other._add_to_grad(gb)

        out._push = push
        return out

    def __add__(self, other):
        other = constant(other)
        return self._binary(other, self.data + other.data, lambda g: (g, g))

    def __mul__(self, other):
        other = constant(other)
        return self._binary(other, self.data * other.data, lambda g: (g * other.data, g * self.data))

    def __matmul__(self, other):
        other = constant(other)
        turn = lambda a: np.swapaxes(a, -2, -1)
        return self._binary(other, self.data @ other.data, lambda g: (g @ turn(other.data), turn(self.data) @ g))

    def __pow__(self, n):
        return self._unary(self.data**n, lambda g: g * (n * self.data ** (n - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-constant(other))

    def __truediv__(self, other):
        return self * constant(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return constant(other) + (-self)

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return constant(other) * self**-1

    def maxout(self, other):
        """Through relu: max(a, b) = b + relu(a - b), but a tie is to be shared."""
        other = constant(other)
        left = np.select([self.data > other.data, self.data == other.data], [1.0, 0.5], 0.0)
        return self._binary(other, np.maximum(self.data, other.data), lambda g: (g * left, g * (1 - left)))

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return g * np.ones_like(self.data)

        return self._unary(self.data.sum(axis, keepdims=keepdims), back)

    def mean(self, axis=None, keepdims=False):
        s = self.sum(axis, keepdims)
        return s * (s.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        data = self.data.max(axis, keepdims=keepdims)
        hits = (self.data == self.data.max(axis, keepdims=True)) * 1.0
        hits /= hits.sum(axis, keepdims=True)

        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return g * hits

        return self._unary(data, back)

    def log_softmax(self, axis=-1):
        z = self.data - self.data.max(axis, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis, keepdims=True)
        logp = z - np.log(np.exp(z).sum(axis, keepdims=True))
        return self._unary(logp, lambda g: g - p * g.sum(axis, keepdims=True))

    def reshape(self, *shape):
        return self._unary(self.data.reshape(*shape), lambda g: g.reshape(*self.data.shape))

    def transpose(self, *axes):
        if axes:
            return self._unary(self.data.transpose(*axes), lambda g: g.transpose(*np.argsort(axes)))
        return self._unary(self.data.T, lambda g: g.T)

    def exp(self):
        e = np.exp(self.data)
        return self._unary(e, lambda g: g * e)

    def log(self):
        return self._unary(np.log(self.data), lambda g: g / self.data)

    def tanh(self):
        t = np.tanh(self.data)
        return self._unary(t, lambda g: g * (1 - t**2))

    def sigmoid(self):
        x = self.data
        s = np.empty_like(x)
        s[x >= 0] = 1 / (1 + np.exp(-x[x >= 0]))
        s[x < 0] = np.exp(x[x < 0]) / (1 + np.exp(x[x < 0]))
        return self._unary(s, lambda g: g * s * (1 - s))

    def relu(self):
        return self._unary(self.data.clip(0), lambda g: g * (self.data > 0))

    def leaky_relu(self, slope=0.01):
        s = np.where(self.data > 0, 1.0, slope)
        return self._unary(self.data * s, lambda g: g * s)

    def elu(self, alpha=1.0):
        with np.errstate(over="ignore"):  # worked out everywhere, used where x <= 0
            low = alpha * (np.exp(self.data) - 1)
        up = self.data > 0
        return self._unary(np.where(up, self.data, low), lambda g: np.where(up, g, g * (low + alpha)))

    def backward(self, grad=None):
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError("grad must be given")
            grad = np.ones_like(self.data)
        topo, visited, stack = [], set(), [(self, False)]
        while stack:
            t, expanded = stack.pop()
            if expanded:
                topo.append(t)
            elif t not in visited:
                visited.add(t)
                stack.append((t, True))
                stack.extend((child, False) for child in t._children if child.requires_grad)
        for t in topo:
            if t._children:
                t.grad = None
        self._add_to_grad(np.asarray(grad))
        for t in reversed(topo):
            t._push()

    def zero_grad(self):
        self.grad = None


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    for t in inputs:
        t.zero_grad()
    out = f(*inputs)
    out.backward()
    for t in inputs:
        if not t.requires_grad:
            continue
        analytic = t.grad if t.grad is not None else np.zeros_like(t.data)
        numeric = np.zeros_like(t.data)
        it = np.nditer(t.data, flags=["multi_index"])
        for _ in it:
            i = it.multi_index
            old = float(t.data[i])
            t.data[i] = old + eps
            high = float(f(*inputs).data)
            t.data[i] = old - eps
            low = float(f(*inputs).data)
            t.data[i] = old
            numeric[i] = (high - low) / (2 * eps)
        if (np.abs(analytic - numeric) > atol + rtol * np.abs(numeric)).any():
            return False
    return True


def linear_regression(x, y, lr=0.1, steps=1000):
    w = Tensor(np.zeros((x.shape[1], 1)), requires_grad=True)
    b = Tensor(np.zeros((1, 1)), requires_grad=True)
    X, Y = Tensor(x), Tensor(y).reshape(-1, 1)
    for _ in range(steps):
        w.zero_grad(), b.zero_grad()
        loss = ((X @ w + b - Y) ** 2).mean()
        loss.backward()
        w.data = w.data - lr * w.grad
        b.data = b.data - lr * b.grad
    return w.data.flatten(), b.data.item()


def logistic_regression(x, y, lr=0.1, steps=1000):
    w = Tensor(np.zeros((x.shape[1], 2)), requires_grad=True)  # as a classifier with two classes, of which
    b = Tensor(np.zeros(2), requires_grad=True)  # the first one's scores stay 0
    second = np.array([0.0, 1.0])
    hot = np.stack([1 - y, y], axis=1)
    for _ in range(steps):
        w.zero_grad(), b.zero_grad()
        scores = (Tensor(x) @ w + b) * second
        loss = -(scores.log_softmax(axis=1) * hot).sum() / len(x)
        loss.backward()
        w.data = w.data - lr * w.grad
        b.data = b.data - lr * b.grad
    return w.data[:, 1].copy(), float(b.data[1])
