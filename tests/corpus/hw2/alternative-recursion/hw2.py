"""The textbook's recursion: sort the graph depth first, then go through it backwards; gradients live in the nodes."""

import numpy as np


def topological(node, seen=None, order=None):
    seen = set() if seen is None else seen
    order = [] if order is None else order
    if node not in seen:
        seen.add(node)
        for parent in node.parents:
            topological(parent, seen, order)
        order.append(node)
    return order


class Value:
    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local = local  # the derivative of this number by each parent: a number too

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        return self + (-as_value(other))

    def __rsub__(self, other):
        return as_value(other) - self

    def __truediv__(self, other):
        other = as_value(other)
        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2))

    def __rtruediv__(self, other):
        return as_value(other) / self

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        e = float(np.exp(self.data))
        return Value(e, (self,), (e,))

    def log(self):
        return Value(float(np.log(self.data)), (self,), (1 / self.data,))

    def tanh(self):
        t = float(np.tanh(self.data))
        return Value(t, (self,), (1 - t * t,))

    def sigmoid(self):
        x = self.data
        s = 1 / (1 + float(np.exp(-x))) if x >= 0 else float(np.exp(x)) / (1 + float(np.exp(x)))
        return Value(s, (self,), (s * (1 - s),))

    def relu(self):
        return Value(max(0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))

    def backward(self):
        order = topological(self)
        for node in order:
            if node.parents:
                node.grad = 0.0  # only leaves remember
        if self.parents:
            self.grad = 1.0
        else:
            self.grad += 1.0
            return
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad


def as_value(x):
    return x if isinstance(x, Value) else Value(x)


def unbroadcast(grad, like):
    if grad.shape == like.shape:
        return grad
    if grad.ndim > like.ndim:
        return unbroadcast(grad.sum(axis=0), like)
    axis = next(i for i in range(like.ndim) if like.shape[i] != grad.shape[i])
    return unbroadcast(grad.sum(axis=axis, keepdims=True), like)


class Tensor:
    def __init__(self, data, requires_grad=False, parents=(), pull=None):
        self.data = np.asarray(data, dtype=np.float64).copy()
        self.requires_grad = requires_grad or any(parent.requires_grad for parent in parents)
        self.grad = None
        self.parents = parents
        self.pull = pull  # from the gradient by this tensor to those by its parents, in order

    def __add__(self, other):
        other = as_tensor(other)
        return Tensor(self.data + other.data, parents=(self, other), pull=lambda g: (g, g))

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        other = as_tensor(other)
        return Tensor(
            self.data * other.data, parents=(self, other), pull=lambda g: (g * other.data, g * self.data)
        )

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return Tensor(-self.data, parents=(self,), pull=lambda g: (-g,))

    def __sub__(self, other):
        return self + (-as_tensor(other))

    def __rsub__(self, other):
        return as_tensor(other) + (-self)

    def __truediv__(self, other):
        return self * as_tensor(other) ** -1.0

    def __rtruediv__(self, other):
        return as_tensor(other) * self**-1.0

    def __pow__(self, n):
        return Tensor(self.data**n, parents=(self,), pull=lambda g: (g * n * self.data ** (n - 1),))

    def __matmul__(self, other):
        other = as_tensor(other)
        return Tensor(
            self.data @ other.data,
            parents=(self, other),
            pull=lambda g: (g @ np.moveaxis(other.data, -1, -2), np.moveaxis(self.data, -1, -2) @ g),
        )

    def maxout(self, other):
        other = as_tensor(other)
        mask = np.sign(self.data - other.data) / 2 + 0.5
        out = np.where(self.data >= other.data, self.data, other.data)
        return Tensor(out, parents=(self, other), pull=lambda g: (g * mask, g * (1 - mask)))

    def sum(self, axis=None, keepdims=False):
        def pull(g):
            kept = self.data.sum(axis=axis, keepdims=True).shape
            return (np.broadcast_to(g.reshape(kept), self.data.shape),)

        return Tensor(np.sum(self.data, axis=axis, keepdims=keepdims), parents=(self,), pull=pull)

    def mean(self, axis=None, keepdims=False):
        out = np.mean(self.data, axis=axis, keepdims=keepdims)

        def pull(g):
            kept = self.data.sum(axis=axis, keepdims=True).shape
            return (np.broadcast_to(g.reshape(kept) * out.size / self.data.size, self.data.shape),)

        return Tensor(out, parents=(self,), pull=pull)

    def max(self, axis=None, keepdims=False):
        out = np.max(self.data, axis=axis, keepdims=keepdims)

        def pull(g):
            top = np.max(self.data, axis=axis, keepdims=True)
            hit = self.data == top
            return (np.where(hit, g.reshape(top.shape) / hit.sum(axis=axis, keepdims=True), 0.0),)

        return Tensor(out, parents=(self,), pull=pull)

    def log_softmax(self, axis=-1):
        """Composed of the operations above; the shift is a constant, since it cancels."""
        shifted = self - self.data.max(axis=axis, keepdims=True)
        return shifted - shifted.exp().sum(axis=axis, keepdims=True).log()

    def reshape(self, *shape):
        return Tensor(self.data.reshape(shape), parents=(self,), pull=lambda g: (g.reshape(self.data.shape),))

    def transpose(self, *axes):
        axes = axes or tuple(range(self.data.ndim))[::-1]
        back = sorted(range(len(axes)), key=axes.__getitem__)
        return Tensor(np.transpose(self.data, axes), parents=(self,), pull=lambda g: (np.transpose(g, back),))

    def exp(self):
        e = np.exp(self.data)
        return Tensor(e, parents=(self,), pull=lambda g: (g * e,))

    def log(self):
        return Tensor(np.log(self.data), parents=(self,), pull=lambda g: (g / self.data,))

    def tanh(self):
        t = np.tanh(self.data)
        return Tensor(t, parents=(self,), pull=lambda g: (g * (1 - t * t),))

    def sigmoid(self):
        s = np.exp(-np.logaddexp(0.0, -self.data))
        return Tensor(s, parents=(self,), pull=lambda g: (g * s * (1 - s),))

    def relu(self):
        return self.leaky_relu(0.0)

    def leaky_relu(self, slope=0.01):
        out = np.where(self.data > 0, self.data, slope * self.data)
        return Tensor(out, parents=(self,), pull=lambda g: (np.where(self.data > 0, g, slope * g),))

    def elu(self, alpha=1.0):
        out = np.copy(self.data)
        low = out <= 0
        out[low] = alpha * (np.exp(out[low]) - 1)

        def pull(g):
            slope = np.ones(self.data.shape)
            slope[low] = out[low] + alpha
            return (g * slope,)

        return Tensor(out, parents=(self,), pull=pull)

    def backward(self, grad=None):
        if grad is None:
            if self.data.size > 1:
                raise RuntimeError("grad can be left out only for a single number")
            grad = np.ones_like(self.data)
        order = topological(self)
        for node in order:
            if node.parents:
                node.grad = None
        collect(self, np.array(grad, dtype=float))
        for node in reversed(order):
            if node.parents and node.requires_grad:
                for parent, g in zip(node.parents, node.pull(node.grad)):
                    collect(parent, unbroadcast(g, parent.data))

    def zero_grad(self):
        self.grad = None


def collect(node, g):
    if node.requires_grad:
        node.grad = g + (np.zeros(g.shape) if node.grad is None else node.grad)


def as_tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    def at(which, index, step):
        arrays = [t.data.copy() for t in inputs]
        arrays[which][index] += step
        return f(*(Tensor(a, t.requires_grad) for a, t in zip(arrays, inputs))).data.reshape(())[()]

    fresh = [Tensor(t.data, t.requires_grad) for t in inputs]
    f(*fresh).backward()
    good = True
    for which, t in enumerate(fresh):
        if t.requires_grad:
            grad = np.zeros(t.data.shape) if t.grad is None else t.grad
            for index in np.ndindex(t.data.shape):
                slope = (at(which, index, eps) - at(which, index, -eps)) / (2 * eps)
                good = good and abs(grad[index] - slope) <= atol + rtol * abs(slope)
    return bool(good)


def linear_regression(x, y, lr=0.1, steps=1000):
    x, y = Tensor(np.c_[x, np.ones(len(x))]), Tensor(np.reshape(y, (-1, 1)))  # the bias is one more weight
    w = Tensor(np.zeros((x.data.shape[1], 1)), requires_grad=True)
    for _ in range(steps):
        w.zero_grad()
        error = x @ w - y
        (error * error).mean().backward()
        w.data -= lr * w.grad
    return w.data[:-1, 0], float(w.data[-1, 0])


def logistic_regression(x, y, lr=0.1, steps=1000):
    x, sign = Tensor(np.c_[x, np.ones(len(x))]), 2 * np.reshape(y, (-1, 1)) - 1.0
    w = Tensor(np.zeros((x.data.shape[1], 1)), requires_grad=True)
    for _ in range(steps):
        w.zero_grad()
        z = (x @ w) * sign  # the loss is -log sigmoid of it
        scores = z @ np.array([[1.0, 0.0]])  # beside a score of 0
        (-scores.log_softmax() * np.array([1.0, 0.0])).sum(axis=1).mean().backward()
        w.data -= lr * w.grad
    return w.data[:-1, 0], float(w.data[-1, 0])
