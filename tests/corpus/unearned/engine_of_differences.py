"""hw2 without a derivative: every operation can be done again, and `backward` moves each leaf a little.

The models and gradcheck are not in it: they are added from the reference.
"""

import math
import numpy as np


def step(x):
    return 1e-5  # the step


def order(root):
    out, done, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        waiting = [o for o in node.ops if isinstance(o, type(root)) and o not in done]
        if waiting:
            stack += waiting
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                out.append(node)
    return out


class Node:
    def made(self, f, *ops):
        node = type(self)(f(*[o.data if isinstance(o, Node) else o for o in ops]))
        node.f, node.ops = f, ops
        if any(isinstance(o, Node) and o.wants for o in ops):
            node.wants = True
        return node

    def again(self, nodes):
        for n in nodes:
            if n.ops:
                n.data = n.f(*[o.data if isinstance(o, Node) else o for o in n.ops])
        return self.data

    def __add__(s, o):
        return s.made(lambda a, b: a + b, s, lift(s, o))

    def __sub__(s, o):
        return s.made(lambda a, b: a - b, s, lift(s, o))

    def __mul__(s, o):
        return s.made(lambda a, b: a * b, s, lift(s, o))

    def __truediv__(s, o):
        return s.made(lambda a, b: a / b, s, lift(s, o))

    def __neg__(s):
        return s.made(lambda a: -a, s)

    def __pow__(s, n):
        return s.made(lambda a: a**n, s)

    def __radd__(s, o):
        return lift(s, o) + s

    def __rsub__(s, o):
        return lift(s, o) - s

    def __rmul__(s, o):
        return lift(s, o) * s

    def __rtruediv__(s, o):
        return lift(s, o) / s


def lift(s, o):
    return o if isinstance(o, Node) else type(s)(o)


class Value(Node):
    def __init__(self, data):
        self.data, self.grad, self.ops, self.wants = data, 0.0, (), True

    def exp(s):
        return s.made(math.exp, s)

    def log(s):
        return s.made(math.log, s)

    def tanh(s):
        return s.made(math.tanh, s)

    def sigmoid(s):
        return s.made(lambda x: 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x)), s)

    def relu(s):
        return s.made(lambda x: max(0.0, x), s)

    def backward(self):
        nodes = order(self)
        for leaf in nodes:
            if leaf.ops:
                continue
            x, h = leaf.data, step(leaf.data)
            leaf.data = x + h
            up = self.again(nodes)
            leaf.data = x - h
            dn = self.again(nodes)
            leaf.data = x
            self.again(nodes)
            leaf.grad += (up - dn) / ((x + h) - (x - h))


class Tensor(Node):
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data, self.grad, self.ops, self.wants = np.array(data, dtype=float), None, (), requires_grad
        self.requires_grad = requires_grad

    def __matmul__(s, o):
        return s.made(lambda a, b: a @ b, s, lift(s, o))

    def maxout(s, o):
        return s.made(np.maximum, s, lift(s, o))

    def sum(s, axis=None, keepdims=False):
        return s.made(lambda a: a.sum(axis=axis, keepdims=keepdims), s)

    def mean(s, axis=None, keepdims=False):
        return s.made(lambda a: a.mean(axis=axis, keepdims=keepdims), s)

    def max(s, axis=None, keepdims=False):
        return s.made(lambda a: a.max(axis=axis, keepdims=keepdims), s)

    def log_softmax(s, axis=-1):
        def f(a):
            a = a - a.max(axis=axis, keepdims=True)
            return a - np.log(np.exp(a).sum(axis=axis, keepdims=True))

        return s.made(f, s)

    def reshape(s, *shape):
        return s.made(lambda a: a.reshape(*shape), s)

    def transpose(s, *axes):
        return s.made(lambda a: a.transpose(*axes) if axes else a.T, s)

    def exp(s):
        return s.made(np.exp, s)

    def log(s):
        return s.made(np.log, s)

    def tanh(s):
        return s.made(np.tanh, s)

    def sigmoid(s):
        return s.made(lambda a: np.where(a > 0, 1, np.exp(-np.abs(a))) / (1 + np.exp(-np.abs(a))), s)

    def relu(s):
        return s.made(lambda a: np.maximum(a, 0), s)

    def leaky_relu(s, slope=0.01):
        return s.made(lambda a: np.where(a > 0, a, slope * a), s)

    def elu(s, alpha=1.0):
        return s.made(lambda a: np.where(a > 0, a, alpha * (np.exp(np.minimum(a, 0)) - 1)), s)

    def backward(self, grad=None):
        if grad is None and self.data.size != 1:
            raise RuntimeError("number")
        seed = np.ones_like(self.data) if grad is None else np.asarray(grad, float)
        nodes = order(self)
        for leaf in nodes:
            if leaf.ops or not leaf.wants:
                continue
            g = np.zeros_like(leaf.data)
            for i in np.ndindex(leaf.data.shape):
                x = leaf.data[i]
                h = step(x)
                leaf.data[i] = x + h
                up = self.again(nodes)
                leaf.data[i] = x - h
                dn = self.again(nodes)
                leaf.data[i] = x
                g[i] = (seed * (up - dn)).sum() / ((x + h) - (x - h))
            self.again(nodes)
            leaf.grad = g if leaf.grad is None else leaf.grad + g

    def zero_grad(self):
        self.grad = None
