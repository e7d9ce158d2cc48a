"""No graph and no walk: every number carries its derivative by each leaf along (forward mode).

`backward` only looks them up. The handout asks what `backward` leaves in the leaves, not how it comes to know it.
"""

import math

import numpy as np


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.slopes = {self: 1.0}  # the derivative of this number by each leaf

    def then(self, data, slope, other=None, other_slope=0.0):
        """A number that was made of this one (and another), with its derivative by them."""
        made = Value(data)
        made.slopes = {leaf: slope * s for leaf, s in self.slopes.items()}
        for leaf, s in other.slopes.items() if other is not None else ():
            made.slopes[leaf] = made.slopes.get(leaf, 0.0) + other_slope * s
        return made

    def __add__(self, other):
        if isinstance(other, Value):
            return self.then(self.data + other.data, 1.0, other, 1.0)
        return self.then(self.data + other, 1.0)

    def __radd__(self, other):
        return self.then(other + self.data, 1.0)

    def __sub__(self, other):
        if isinstance(other, Value):
            return self.then(self.data - other.data, 1.0, other, -1.0)
        return self.then(self.data - other, 1.0)

    def __rsub__(self, other):
        return self.then(other - self.data, -1.0)

    def __mul__(self, other):
        if isinstance(other, Value):
            return self.then(self.data * other.data, other.data, other, self.data)
        return self.then(self.data * other, other)

    def __rmul__(self, other):
        return self.then(other * self.data, other)

    def __truediv__(self, other):
        if isinstance(other, Value):
            return self.then(self.data / other.data, 1 / other.data, other, -self.data / other.data**2)
        return self.then(self.data / other, 1 / other)

    def __rtruediv__(self, other):
        return self.then(other / self.data, -other / self.data**2)

    def __pow__(self, n):
        return self.then(self.data**n, n * self.data ** (n - 1))

    def __neg__(self):
        return self.then(-self.data, -1.0)

    def exp(self):
        e = math.exp(self.data)
        return self.then(e, e)

    def log(self):
        return self.then(math.log(self.data), 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self.then(t, 1 - t**2)

    def sigmoid(self):
        if self.data > 0:
            s = 1 / (1 + math.exp(-self.data))
        else:
            s = math.exp(self.data) / (1 + math.exp(self.data))
        return self.then(s, s * (1 - s))

    def relu(self):
        return self.then(self.data, 1.0) if self.data > 0 else self.then(0.0, 0.0)

    def backward(self):
        for leaf, slope in self.slopes.items():
            leaf.grad += slope


def spread(slope, shape, new_shape):
    """Derivatives of an array of `shape`, as those of the same array broadcast to `new_shape`."""
    leaf_shape = slope.shape[len(shape) :]
    aligned = slope.reshape((1,) * (len(new_shape) - len(shape)) + shape + leaf_shape)
    return np.broadcast_to(aligned, new_shape + leaf_shape)


class Tensor:
    """`slopes` has for each leaf an array of this tensor's shape and then the leaf's: every element by every element."""

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.slopes = {}
        if requires_grad:
            n = self.data.size
            self.slopes[self] = np.eye(n).reshape(self.data.shape * 2)

    def made(self, data, change, *others):
        """`change` turns derivatives of this tensor into those of the result; `others` are pairs of the same."""
        result = Tensor(data)
        for tensor, how in ((self, change), *others):
            for leaf, slope in tensor.slopes.items():
                part = how(slope)
                result.slopes[leaf] = result.slopes[leaf] + part if leaf in result.slopes else part
        result.requires_grad = bool(result.slopes)
        return result

    def times(self, factor, shape=None):
        """Element by element: each element's derivatives times one factor (after broadcasting to `shape`)."""
        shape = self.data.shape if shape is None else shape
        factor = np.broadcast_to(factor, shape)

        def change(slope):
            wide = spread(slope, self.data.shape, shape)
            return wide * factor.reshape(shape + (1,) * (wide.ndim - len(shape)))

        return change

    def elementwise(self, data, slope):
        return self.made(data, self.times(slope))

    def pairwise(self, other, data, slope, other_slope):
        return self.made(data, self.times(slope, data.shape), (other, other.times(other_slope, data.shape)))

    def __add__(self, other):
        other = lift(other)
        return self.pairwise(other, np.add(self.data, other.data), 1.0, 1.0)

    def __sub__(self, other):
        other = lift(other)
        return self.pairwise(other, np.subtract(self.data, other.data), 1.0, -1.0)

    def __mul__(self, other):
        other = lift(other)
        return self.pairwise(other, np.multiply(self.data, other.data), other.data, self.data)

    def __truediv__(self, other):
        other = lift(other)
        out = np.divide(self.data, other.data)
        return self.pairwise(other, out, 1 / other.data, -out / other.data)

    def __radd__(self, other):
        return lift(other) + self

    def __rsub__(self, other):
        return lift(other) - self

    def __rmul__(self, other):
        return lift(other) * self

    def __rtruediv__(self, other):
        return lift(other) / self

    def __neg__(self):
        return self.elementwise(-self.data, -1.0)

    def __pow__(self, n):
        return self.elementwise(self.data**n, n * self.data ** (n - 1))

    def __matmul__(self, other):
        """As a sum of products: the one operation that needs no rule of its own."""
        other = lift(other)
        rows, columns = self.data.shape, other.data.shape
        wide = self.reshape(*rows[:-2], rows[-2], rows[-1], 1) * other.reshape(*columns[:-2], 1, *columns[-2:])
        return wide.sum(axis=-2)

    def maxout(self, other):
        other = lift(other)
        first = np.where(self.data == other.data, 0.5, self.data > other.data)
        return self.pairwise(other, np.maximum(self.data, other.data), first, 1 - first)

    def along(self, axis, keepdims, weights, data):
        """A weighted sum over an axis, or over all."""
        axes = tuple(range(self.data.ndim)) if axis is None else (axis % self.data.ndim,)
        weighted = self.times(weights)
        return self.made(data, lambda slope: weighted(slope).sum(axis=axes, keepdims=keepdims))

    def sum(self, axis=None, keepdims=False):
        return self.along(axis, keepdims, 1.0, self.data.sum(axis=axis, keepdims=keepdims))

    def mean(self, axis=None, keepdims=False):
        count = self.data.size if axis is None else self.data.shape[axis]
        return self.along(axis, keepdims, 1 / count, self.data.mean(axis=axis, keepdims=keepdims))

    def max(self, axis=None, keepdims=False):
        top = self.data == self.data.max(axis=axis, keepdims=True)
        share = top / top.sum(axis=axis, keepdims=True)
        return self.along(axis, keepdims, share, self.data.max(axis=axis, keepdims=keepdims))

    def log_softmax(self, axis=-1):
        shifted = self - self.data.max(axis=axis, keepdims=True)
        return shifted - shifted.exp().sum(axis=axis, keepdims=True).log()

    def reshape(self, *shape):
        out = self.data.reshape(shape)
        return self.made(out, lambda slope: slope.reshape(out.shape + slope.shape[self.data.ndim :]))

    def transpose(self, *axes):
        axes = axes or tuple(range(self.data.ndim - 1, -1, -1))
        return self.made(
            self.data.transpose(axes), lambda slope: slope.transpose(*axes, *range(len(axes), slope.ndim))
        )

    def exp(self):
        e = np.exp(self.data)
        return self.elementwise(e, e)

    def log(self):
        return self.elementwise(np.log(self.data), 1 / self.data)

    def tanh(self):
        t = np.tanh(self.data)
        return self.elementwise(t, 1 - t**2)

    def sigmoid(self):
        s = (1 + np.tanh(self.data / 2)) / 2
        return self.elementwise(s, s * (1 - s))

    def relu(self):
        return self.elementwise(np.fmax(self.data, 0), np.heaviside(self.data, 0))

    def leaky_relu(self, slope=0.01):
        factor = np.heaviside(self.data, slope) + slope * (self.data < 0)
        return self.elementwise(factor * self.data, factor)

    def elu(self, alpha=1.0):
        negative = np.fmin(self.data, 0)
        on = self.data > 0
        return self.elementwise(
            np.fmax(self.data, 0) + alpha * np.expm1(negative), np.where(on, 1, alpha * np.exp(negative))
        )

    def backward(self, grad=None):
        if grad is None and self.data.size != 1:
            raise RuntimeError("only a single number can do without")
        weights = np.ones(self.data.shape) if grad is None else np.asarray(grad, dtype=float)
        for leaf, slope in self.slopes.items():
            part = np.tensordot(weights, slope, axes=self.data.ndim)
            leaf.grad = part if leaf.grad is None else leaf.grad + part

    def zero_grad(self):
        self.grad = None


def lift(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    def number(position, at, value):
        before, inputs[position].data[at] = inputs[position].data[at], value
        try:
            return f(*inputs).data.item()
        finally:
            inputs[position].data[at] = before

    for tensor in inputs:
        tensor.grad = None
    f(*inputs).backward()
    for position, tensor in enumerate(inputs):
        for at in np.ndindex(tensor.data.shape) if tensor.requires_grad else ():
            x = tensor.data[at]
            slope = (number(position, at, x + eps) - number(position, at, x - eps)) / (2 * eps)
            said = 0.0 if tensor.grad is None else tensor.grad[at]
            if not abs(said - slope) <= atol + rtol * abs(slope):
                return False
    return True


def fit(x, y, lr, steps, derivative_from_scores):
    parameters = [Tensor(np.zeros((x.shape[1], 1)), requires_grad=True), Tensor([0.0], requires_grad=True)]
    for _ in range(steps):
        weights, bias = parameters
        derivative_from_scores(Tensor(x) @ weights + bias)
        # new leaves for the next step, so that nothing has to be forgotten
        parameters = [Tensor(p.data - lr * p.grad, requires_grad=True) for p in parameters]
    return parameters[0].data.ravel(), float(parameters[1].data[0])


def linear_regression(x, y, lr=0.1, steps=1000):
    return fit(x, y, lr, steps, lambda z: ((z - y.reshape(-1, 1)) ** 2).mean().backward())


def logistic_regression(x, y, lr=0.1, steps=1000):
    # The derivative of the mean BCE by the scores is (p - y)/N; from there on the engine has it.
    return fit(x, y, lr, steps, lambda z: z.backward((z.sigmoid().data - y.reshape(-1, 1)) / len(y)))
