"""Every operation keeps the whole table of its derivatives, each output by each input; the walk multiplies by them."""

import math

import numpy as np


def order_of(root):
    order, seen = [], set()

    def visit(node):
        stack = [(node, iter(node.parents))]
        seen.add(id(node))
        while stack:
            top, parents = stack[-1]
            for parent, _ in parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    stack.append((parent, iter(parent.parents)))
                    break
            else:
                order.append(top)
                stack.pop()

    visit(root)
    return order[::-1]


class Value:
    def __init__(self, data):
        self.data, self.grad, self.parents = data, 0.0, []

    @classmethod
    def made(cls, data, *parents):
        out = cls(data)
        out.parents = [(parent, slope) for parent, slope in parents if isinstance(parent, Value)]
        return out

    def __add__(self, other):
        return self.made(self.data + number(other), (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        return self.made(self.data - number(other), (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        return self.made(self.data * number(other), (self, number(other)), (other, self.data))

    def __truediv__(self, other):
        d = number(other)
        return self.made(self.data / d, (self, 1 / d), (other, -self.data / (d * d)))

    def __rsub__(self, other):
        return self.made(other - self.data, (self, -1.0))

    def __rtruediv__(self, other):
        return self.made(other / self.data, (self, -other / (self.data * self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self.made(-self.data, (self, -1.0))

    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        return self.made(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return self.made(t, (self, (1 - t) * (1 + t)))

    def sigmoid(self):
        s = 0.5 + 0.5 * math.tanh(0.5 * self.data)
        return self.made(s, (self, s - s * s))

    def relu(self):
        return self.made(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        gradients = {id(self): 1.0}
        for node in order_of(self):
            g = gradients[id(node)]
            for parent, slope in node.parents:
                gradients[id(parent)] = gradients.get(id(parent), 0.0) + g * slope
            if not node.parents:
                node.grad = node.grad + g


def number(x):
    return x.data if isinstance(x, Value) else x


def where_from(shape, to):
    """Which element of an array of `shape` each element of its broadcast has, as a table of zeros and ones."""
    places = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), to).ravel()
    return np.eye(math.prod(shape))[places]


class Tensor:
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data).astype(np.float64)
        self.requires_grad, self.grad, self.parents = requires_grad, None, []

    @staticmethod
    def made(data, *parents):
        """Each parent comes with a table: a row for each element of the result, a column for each of its own."""
        kept = [(parent, table) for parent, table in parents if parent.requires_grad]
        out = Tensor(data, bool(kept))
        out.parents = kept
        return out

    def pair(self, other, data, slope, other_slope):
        def table(tensor, by):
            return np.broadcast_to(by, data.shape).ravel()[:, None] * where_from(tensor.data.shape, data.shape)

        return self.made(data, (self, table(self, slope)), (other, table(other, other_slope)))

    def __add__(self, other):
        other = as_tensor(other)
        return self.pair(other, np.asarray(self.data + other.data), 1.0, 1.0)

    def __sub__(self, other):
        other = as_tensor(other)
        return self.pair(other, np.asarray(self.data - other.data), 1.0, -1.0)

    def __mul__(self, other):
        other = as_tensor(other)
        return self.pair(other, np.asarray(self.data * other.data), other.data, self.data)

    def __truediv__(self, other):
        other = as_tensor(other)
        return self.pair(
            other, np.asarray(self.data / other.data), 1 / other.data, -self.data / (other.data * other.data)
        )

    def maxout(self, other):
        other = as_tensor(other)
        mine = np.asarray((self.data > other.data) + 0.5 * (self.data == other.data))
        return self.pair(other, np.asarray(np.maximum(self.data, other.data)), mine, 1 - mine)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return as_tensor(other) - self

    def __rtruediv__(self, other):
        return as_tensor(other) / self

    def __matmul__(self, other):
        other = as_tensor(other)
        out = self.data @ other.data
        *stack, n, h = out.shape
        d = self.data.shape[-1]
        # Each output as a sum over products, which picks its elements from both operands
        left = np.broadcast_to(numbered(self.data), (*stack, n, d))[..., :, None, :]
        right = np.swapaxes(np.broadcast_to(numbered(other.data), (*stack, d, h)), -1, -2)[..., None, :, :]
        left, right = (np.broadcast_to(at, (*stack, n, h, d)).reshape(-1, d) for at in (left, right))
        rows = np.arange(out.size)[:, None]
        tables = [np.zeros((out.size, tensor.data.size)) for tensor in (self, other)]
        np.add.at(tables[0], (rows, left), other.data.ravel()[right])
        np.add.at(tables[1], (rows, right), self.data.ravel()[left])
        return self.made(out, (self, tables[0]), (other, tables[1]))

    def alone(self, data, slope):
        return self.made(data, (self, np.diag(np.ravel(slope))))

    def __neg__(self):
        return self.alone(-self.data, np.full(self.data.shape, -1.0))

    def __pow__(self, n):
        return self.alone(self.data**n, n * self.data ** (n - 1))

    def exp(self):
        return self.alone(np.exp(self.data), np.exp(self.data))

    def log(self):
        return self.alone(np.log(self.data), 1 / self.data)

    def tanh(self):
        t = np.tanh(self.data)
        return self.alone(t, (1 - t) * (1 + t))

    def sigmoid(self):
        s = 0.5 + 0.5 * np.tanh(0.5 * self.data)
        return self.alone(s, s - s * s)

    def relu(self):
        return self.leaky_relu(0.0)

    def leaky_relu(self, slope=0.01):
        by = np.where(self.data > 0, 1.0, slope)
        return self.alone(self.data * by, by)

    def elu(self, alpha=1.0):
        low = np.minimum(self.data, 0)
        return self.alone(
            np.maximum(self.data, 0) + alpha * np.expm1(low), np.where(self.data > 0, 1.0, alpha * np.exp(low))
        )

    def along(self, axis, keepdims):
        """A table of which elements go into which result, and the shape of the results."""
        kept = tuple(1 if axis is None or at == axis % self.data.ndim else n for at, n in enumerate(self.data.shape))
        shape = kept if keepdims else () if axis is None else self.data.sum(axis=axis).shape
        return where_from(kept, self.data.shape).T, shape

    def sum(self, axis=None, keepdims=False):
        table, shape = self.along(axis, keepdims)
        return self.made((table @ self.data.ravel()).reshape(shape), (self, table))

    def mean(self, axis=None, keepdims=False):
        table, shape = self.along(axis, keepdims)
        table = table / table.sum(axis=1, keepdims=True)
        return self.made((table @ self.data.ravel()).reshape(shape), (self, table))

    def max(self, axis=None, keepdims=False):
        table, shape = self.along(axis, keepdims)
        largest = np.where(table > 0, self.data.ravel(), -np.inf).max(axis=1, keepdims=True)
        share = table * (self.data.ravel() == largest)
        return self.made(largest.reshape(shape), (self, share / share.sum(axis=1, keepdims=True)))

    def log_softmax(self, axis=-1):
        out = self.data - np.logaddexp.reduce(self.data, axis=axis, keepdims=True)
        table, _ = self.along(axis, True)
        return self.made(out, (self, np.eye(out.size) - table.T @ table * np.exp(out).ravel()))

    def reshape(self, *shape):
        return self.made(self.data.reshape(shape), (self, np.eye(self.data.size)))

    def transpose(self, *axes):
        places = numbered(self.data).transpose(axes or None)
        return self.made(self.data.transpose(axes or None), (self, np.eye(self.data.size)[places.ravel()]))

    def backward(self, grad=None):
        if grad is None and self.data.size > 1:
            raise RuntimeError("there are several numbers, and no gradient for them")
        gradients = {id(self): np.ones(1) if grad is None else np.array(grad, dtype=float).ravel()}
        for node in order_of(self):
            g = gradients[id(node)]
            for parent, table in node.parents:
                gradients[id(parent)] = gradients.get(id(parent), 0.0) + g @ table
            if not node.parents and node.requires_grad:
                mine = np.array(g).reshape(node.data.shape)
                node.grad = mine if node.grad is None else node.grad + mine

    def zero_grad(self):
        self.grad = None


def numbered(array):
    return np.arange(array.size).reshape(array.shape)


def as_tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    for tensor in inputs:
        tensor.zero_grad()
    f(*inputs).backward()
    for tensor in inputs:
        if not tensor.requires_grad:
            continue
        flat = tensor.data.reshape(-1)
        g = np.zeros(flat.size) if tensor.grad is None else tensor.grad.reshape(-1)
        for at in range(flat.size):
            x, seen = flat[at], []
            for step in (eps, -eps):
                flat[at] = x + step
                seen.append(f(*inputs).data.item())
            flat[at] = x
            s = (seen[0] - seen[1]) / (2 * eps)
            if not abs(g[at] - s) <= atol + rtol * abs(s):
                return False
    return True


def descended(x, lr, steps, loss):
    rows = Tensor(np.column_stack([x, np.ones(len(x))]))
    w = Tensor(np.zeros((rows.data.shape[1], 1)), requires_grad=True)
    for _ in range(steps):
        w.zero_grad()
        loss(rows @ w).backward()
        w.data = w.data - lr * w.grad
    return w.data[:-1, 0], w.data[-1, 0].item()


def linear_regression(x, y, lr=0.1, steps=1000):
    return descended(x, lr, steps, lambda z: ((z - y.reshape(-1, 1)) ** 2).mean())


def logistic_regression(x, y, lr=0.1, steps=1000):
    sides = np.where(y == 1, -1.0, 1.0).reshape(-1, 1)

    def loss(z):
        return -(((z * sides) @ np.array([[1.0, 0.0]])).log_softmax() @ np.array([[0.0], [1.0]])).mean()

    return descended(x, lr, steps, loss)
