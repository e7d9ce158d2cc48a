"""Functional: operations are functions on plain records, the classes only name them as methods.

The walk counts how often each record is used; a record has its turn when all its uses have reported. Gradients lie in
one dict a call, and nothing is written into a record but the leaf's `grad` at the very end.
"""

from collections import defaultdict, deque
from functools import partial, reduce
from types import SimpleNamespace

import numpy as np


def gradients_of(root, seed, add):
    uses, queue, nodes = defaultdict(int), deque([root]), {id(root): root}
    while queue:
        for operand, _ in queue.popleft().history:
            uses[id(operand)] += 1
            if id(operand) not in nodes:
                nodes[id(operand)] = operand
                queue.append(operand)
    gradient, ready, leaves = {id(root): seed}, deque([root]), []
    while ready:
        node = ready.popleft()
        if not node.history:
            leaves.append((node, gradient[id(node)]))
        for operand, rule in node.history:
            key, part = id(operand), rule(gradient[id(node)])
            gradient[key] = add(gradient[key], part) if key in gradient else part
            uses[key] -= 1
            if not uses[key]:
                ready.append(operand)
    return leaves


# Rules: from the derivative wanted to a function of the upstream gradient

scaled = lambda factor: lambda g: g * factor
same = lambda g: g
negated = lambda g: -g


def value_operation(compute):
    """A method from a function that gives a number and the derivatives by its operands."""

    def method(self, *others):
        operands = [self, *(other if isinstance(other, Value) else Value(other) for other in others)]
        data, slopes = compute(*(operand.data for operand in operands))
        out = Value(data)
        out.history = tuple((operand, scaled(slope)) for operand, slope in zip(operands, slopes))
        return out

    return method


def reflected(method):
    return lambda self, other: method(type(self)(other), self)


def logistic(x):
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def lifted(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def shrunk(shape, g):
    """The gradient of an operand of this shape, out of the gradient of its broadcast copy."""
    g = reduce(lambda g, _: g.sum(axis=0), range(g.ndim - len(shape)), g)
    return reduce(lambda g, i: g if g.shape[i] == shape[i] else g.sum(i, keepdims=True), range(len(shape)), g)


def made(data, *pairs):
    out = Tensor(data)
    out.history = tuple(
        (operand, lambda g, rule=rule, shape=operand.data.shape: shrunk(shape, rule(g)))
        for operand, rule in pairs
        if operand.requires_grad
    )
    out.requires_grad = out.history != ()
    return out


def pairwise(compute):
    def method(self, other):
        other = lifted(other)
        data, rule, other_rule = compute(self.data, other.data)
        return made(data, (self, rule), (other, other_rule))

    return method


def elementwise(compute):
    def method(self, *arguments, **options):
        data, slope = compute(self.data, *arguments, **options)
        return made(data, (self, scaled(slope)))

    return method


def matrix_product(a, b):
    flip = partial(np.swapaxes, axis1=-1, axis2=-2)
    return a @ b, lambda g: g @ flip(b), lambda g: flip(a) @ g


def larger(a, b):
    share = (np.sign(a - b) + 1) / 2
    return np.maximum(a, b), scaled(share), scaled(1 - share)


def reducing(compute):
    """A method from a function that gives the reduced array, axes kept, and the derivative by each element."""

    def method(self, axis=None, keepdims=False):
        data, slopes = compute(self.data, axis)
        out = data if keepdims else data.reshape(()) if axis is None else np.squeeze(data, axis)
        return made(out, (self, lambda g: g.reshape(data.shape) * slopes))

    return method


def largest(a, axis):
    top = a.max(axis=axis, keepdims=True)
    equal = (a == top).astype(float)
    return top, equal / equal.sum(axis=axis, keepdims=True)


def average(a, axis):
    ones = np.ones(a.shape)
    return a.mean(axis=axis, keepdims=True), ones / ones.sum(axis=axis, keepdims=True)


class Value:
    def __init__(self, data):
        self.data, self.grad, self.history = data, 0.0, ()

    def backward(self):
        for leaf, g in gradients_of(self, 1.0, lambda a, b: a + b):
            leaf.grad = leaf.grad + g

    __add__ = value_operation(lambda a, b: (a + b, (1.0, 1.0)))
    __sub__ = value_operation(lambda a, b: (a - b, (1.0, -1.0)))
    __mul__ = value_operation(lambda a, b: (a * b, (b, a)))
    __truediv__ = value_operation(lambda a, b: (a / b, (1 / b, -a / b**2)))
    __neg__ = value_operation(lambda a: (-a, (-1.0,)))
    __pow__ = lambda self, n: value_operation(lambda a: (a**n, (n * a ** (n - 1),)))(self)
    __radd__ = reflected(__add__)
    __rsub__ = reflected(__sub__)
    __rmul__ = reflected(__mul__)
    __rtruediv__ = reflected(__truediv__)
    exp = value_operation(lambda a: (float(np.exp(a)), (float(np.exp(a)),)))
    log = value_operation(lambda a: (float(np.log(a)), (1 / a,)))
    tanh = value_operation(lambda a: (float(np.tanh(a)), (1 - float(np.tanh(a)) ** 2,)))
    sigmoid = value_operation(lambda a: (float(logistic(a)), (float(logistic(a) * logistic(-a)),)))
    relu = value_operation(lambda a: (max(a, 0.0), (float(a > 0),)))


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.history = ()

    def backward(self, grad=None):
        if grad is None and self.data.size != 1:
            raise RuntimeError("no gradient given")
        seed = np.ones(self.data.shape) if grad is None else np.array(grad, dtype=float)
        for leaf, g in gradients_of(self, seed, np.add):
            if leaf.requires_grad:
                leaf.grad = np.add(g, 0.0 if leaf.grad is None else leaf.grad)

    def zero_grad(self):
        self.grad = None

    __array_priority__ = 1000
    __add__ = pairwise(lambda a, b: (a + b, same, same))
    __sub__ = pairwise(lambda a, b: (a - b, same, negated))
    __mul__ = pairwise(lambda a, b: (a * b, scaled(b), scaled(a)))
    __truediv__ = pairwise(lambda a, b: (a / b, scaled(1 / b), scaled(-a / b**2)))
    __matmul__ = pairwise(matrix_product)
    maxout = pairwise(larger)
    __radd__ = reflected(__add__)
    __rsub__ = reflected(__sub__)
    __rmul__ = reflected(__mul__)
    __rtruediv__ = reflected(__truediv__)
    __neg__ = elementwise(lambda a: (-a, -1.0))
    __pow__ = elementwise(lambda a, n: (a**n, n * a ** (n - 1)))
    exp = elementwise(lambda a: (np.exp(a), np.exp(a)))
    log = elementwise(lambda a: (np.log(a), 1 / a))
    tanh = elementwise(lambda a: (np.tanh(a), 1 - np.tanh(a) ** 2))
    sigmoid = elementwise(lambda a: (logistic(a), logistic(a) * logistic(-a)))
    relu = elementwise(lambda a: (np.where(a > 0, a, 0.0), np.where(a > 0, 1.0, 0.0)))
    leaky_relu = elementwise(lambda a, slope=0.01: (np.where(a > 0, a, slope * a), np.where(a > 0, 1.0, slope)))

    @elementwise
    def elu(a, alpha=1.0):
        low = np.minimum(a, 0.0)
        return np.where(a > 0, a, alpha * np.expm1(low)), np.where(a > 0, 1.0, alpha * np.exp(low))

    sum = reducing(lambda a, axis: (a.sum(axis=axis, keepdims=True), np.ones(a.shape)))
    mean = reducing(average)
    max = reducing(largest)

    def log_softmax(self, axis=-1):
        rest = np.logaddexp.reduce(self.data, axis=axis, keepdims=True)
        probabilities = np.exp(self.data - rest)
        return made(self.data - rest, (self, lambda g: g - probabilities * g.sum(axis=axis, keepdims=True)))

    def reshape(self, *shape):
        return made(self.data.reshape(shape), (self, lambda g: g.reshape(self.data.shape)))

    def transpose(self, *axes):
        axes = axes or range(self.data.ndim)[::-1]
        numbers = np.arange(self.data.size).reshape(self.data.shape).transpose(axes)  # where each element came from

        def rule(g):
            home = np.empty(self.data.size)
            home[numbers.ravel()] = g.ravel()
            return home.reshape(self.data.shape)

        return made(self.data.transpose(axes), (self, rule))


def gradcheck(f, *inputs, eps=1e-6, rtol=1e-4, atol=1e-6):
    copies = [Tensor(t.data, t.requires_grad) for t in inputs]
    f(*copies).backward()

    def slope(k, i):
        def value(step):
            moved = [t.data.copy() for t in inputs]
            moved[k].flat[i] += step
            return f(*map(Tensor, moved)).data.item()

        return (value(eps) - value(-eps)) / (2 * eps)

    def close(k, i):
        grad, s = copies[k].grad, slope(k, i)
        return abs((0.0 if grad is None else grad.flat[i]) - s) <= atol + rtol * abs(s)

    return all(close(k, i) for k, t in enumerate(copies) if t.requires_grad for i in range(t.data.size))


def descended(loss, columns, lr, steps):
    def step(now, _):
        w, b = Tensor(now.w, True), Tensor(now.b, True)
        loss(w, b).backward()
        return SimpleNamespace(w=now.w - lr * w.grad, b=now.b - lr * b.grad)

    end = reduce(step, range(steps), SimpleNamespace(w=np.zeros(columns), b=np.zeros(())))
    return end.w, float(end.b)


def linear_regression(x, y, lr=0.1, steps=1000):
    return descended(lambda w, b: (((w * x).sum(axis=1) + b - y) ** 2).mean(), x.shape[1], lr, steps)


def logistic_regression(x, y, lr=0.1, steps=1000):
    # -log sigmoid(z) is an operation like any other, if one makes it
    softplus = elementwise(lambda a: (np.logaddexp(0, a), logistic(a)))

    def loss(w, b):
        z = (w * x).sum(axis=1) + b
        return (softplus(z) - z * y).mean()

    return descended(loss, x.shape[1], lr, steps)
