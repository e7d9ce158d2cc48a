"""An optimizer is a loop that is given a rule; a schedule is a counter that is given a formula."""

from functools import partial
from math import cos, pi

import torch


def sgd(self, p, g, memory):
    g = g + self.weight_decay * p
    if self.momentum == 0:
        return p - self.lr * g
    first = not memory
    memory["v"] = g if first else self.momentum * memory["v"] + (1 - self.dampening) * g
    return p - self.lr * (g + self.momentum * memory["v"] if self.nesterov else memory["v"])


def adagrad(self, p, g, memory):
    g = g + self.weight_decay * p
    memory["s"] = memory.get("s", torch.zeros_like(p)) + g.square()
    return p - self.lr * g.div(memory["s"].sqrt() + self.eps)


def rmsprop(self, p, g, memory):
    g = g + self.weight_decay * p
    memory["s"] = torch.lerp(g.square(), memory.get("s", torch.zeros_like(p)), self.alpha)
    return p - self.lr * g.div(memory["s"].sqrt() + self.eps)


def adam(self, p, g, memory, decoupled=False):
    if decoupled:
        p = p - p * (self.lr * self.weight_decay)
    else:
        g = g + self.weight_decay * p
    history = memory.setdefault("history", {"t": 0, 1: torch.zeros_like(g), 2: torch.zeros_like(g)})
    history["t"] += 1
    corrected = {}
    for power, beta in zip((1, 2), self.betas):
        history[power] = beta * history[power] + (1 - beta) * g**power
        corrected[power] = history[power] / (1 - beta ** history["t"])
    return p - self.lr * corrected[1] / (corrected[2] ** 0.5 + self.eps)


def optimizer(name, rule, **defaults):
    """A class with these options, whose step follows the rule."""

    def __init__(self, params, lr=defaults.pop("lr"), **options):
        unknown = set(options) - set(defaults)
        if unknown:
            raise TypeError(f"{name} has no option {unknown.pop()}")
        self.params, self.lr, self.memories = list(params), lr, {}
        for key, value in {**defaults, **options}.items():
            setattr(self, key, value)
        if getattr(self, "nesterov", False) and (self.momentum <= 0 or self.dampening != 0):
            raise ValueError("no Nesterov without momentum or with dampening")

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        for at, p in enumerate(self.params):
            if p.grad is not None:
                with torch.no_grad():
                    p.copy_(rule(self, p, p.grad, self.memories.setdefault(at, {})))

    return type(name, (), {"__init__": __init__, "zero_grad": zero_grad, "step": step})


_SGD = optimizer("SGD", sgd, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)
_Adagrad = optimizer("Adagrad", adagrad, lr=1e-2, eps=1e-10, weight_decay=0.0)
_RMSprop = optimizer("RMSprop", rmsprop, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0)
_Adam = optimizer("Adam", adam, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
_AdamW = optimizer("AdamW", partial(adam, decoupled=True), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2)


class SGD(_SGD):
    pass


class Adagrad(_Adagrad):
    pass


class RMSprop(_RMSprop):
    pass


class Adam(_Adam):
    pass


class AdamW(_AdamW):
    pass


def clip_grad_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    norm = torch.cat([g.reshape(-1) for g in grads]).norm(2) if grads else torch.tensor(0.0)
    if norm.item() > max_norm:
        for g in grads:
            g.copy_(g * (max_norm / norm))
    return norm


class Schedule:
    def __init__(self, optimizer, formula):
        self.optimizer, self.formula, self.base, self.t = optimizer, formula, optimizer.lr, -1
        self.step()

    def step(self):
        self.t = self.t + 1
        self.optimizer.lr = self.formula(self.base, self.t)


class StepLR(Schedule):
    def __init__(self, optimizer, step_size, gamma=0.1):
        super().__init__(optimizer, lambda base, t: base * gamma ** ((t - t % step_size) / step_size))


class ExponentialLR(Schedule):
    def __init__(self, optimizer, gamma):
        super().__init__(optimizer, lambda base, t: base * gamma**t)


class CosineAnnealingLR(Schedule):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        super().__init__(optimizer, lambda base, t: eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2)


class WarmupLR(Schedule):
    def __init__(self, optimizer, warmup_steps):
        super().__init__(optimizer, lambda base, t: base if t >= warmup_steps else base * (t + 1) / warmup_steps)
