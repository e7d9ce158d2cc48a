"""hw4: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is a right class with one method replaced, so it is wrong in one thing alone.
"""

import torch


def but(right, **hooks):
    """The class `right` with these methods instead of its own."""
    return type(right.__name__, (right,), hooks)


class Base:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
        self.states = [{} for _ in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, state in zip(self.params, self.states, strict=True):
            if p.grad is not None:
                self.update(p, self.decayed(p, p.grad), state)

    def decayed(self, p, g):
        return g + self.weight_decay * p


class Adagrad(Base):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def update(self, p, g, state):
        s = state["s"] = self.gathered(state.get("s", 0), g)
        p -= self.lr * g / self.divisor(s)

    def gathered(self, s, g):
        return s + g**2

    def divisor(self, s):
        return s.sqrt() + self.eps


class Adam(Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def update(self, p, g, state):
        b1, b2 = self.betas
        t = state["t"] = self.count(state.get("t", 0))
        m = state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        v = state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
        p -= self.lr * self.move(m, v, self.correction(b1, t), self.correction(b2, t))

    def count(self, t):
        return t + 1

    def correction(self, beta, t):
        return 1 - beta**t

    def move(self, m, v, c1, c2):
        return m / c1 / ((v / c2).sqrt() + self.eps)


class Schedule:
    def __init__(self, optimizer):
        self.optimizer, self.base, self.t = optimizer, optimizer.lr, 0
        optimizer.lr = self.rate()

    def step(self):
        self.t += 1
        self.optimizer.lr = self.rate()
