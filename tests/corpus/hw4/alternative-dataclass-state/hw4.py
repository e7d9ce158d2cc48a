"""Typed memories in dataclasses, new numbers through `.data`, and steps counted in tensors, as PyTorch counts them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Velocity:
    v: Tensor | None = None


@dataclass
class Squares:
    s: Tensor | None = None


@dataclass
class Moments:
    t: Tensor = field(default_factory=lambda: torch.tensor(0.0))
    m: Tensor | None = None
    v: Tensor | None = None


@dataclass
class Slot:
    """A parameter and what is remembered of it."""

    p: Tensor
    memory: Velocity | Squares | Moments


class Optimizer:
    memory: type

    def __init__(self, params, lr):
        self.slots = [Slot(p, self.memory()) for p in params]
        self.lr = lr

    def zero_grad(self):
        for slot in self.slots:
            slot.p.grad = None

    def step(self):
        for slot in self.slots:
            if slot.p.grad is not None:
                x, g = slot.p.data, slot.p.grad.detach()
                slot.p.data = self.moved(x, g, slot.memory)


class SGD(Optimizer):
    memory = Velocity

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and momentum == 0:
            raise ValueError("nesterov requires a momentum")
        if nesterov and dampening:
            raise ValueError("nesterov requires zero dampening")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def moved(self, x, g, memory):
        d = g if self.weight_decay == 0 else g + self.weight_decay * x
        if self.momentum > 0:
            if memory.v is None:
                memory.v = d.clone()
            else:
                memory.v = self.momentum * memory.v + (1 - self.dampening) * d
            d = d + self.momentum * memory.v if self.nesterov else memory.v
        return x - self.lr * d


class Adagrad(Optimizer):
    memory = Squares

    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def moved(self, x, g, memory):
        g = g + self.weight_decay * x
        memory.s = g * g if memory.s is None else memory.s + g * g
        return x - g * (self.lr / (torch.sqrt(memory.s) + self.eps))


class RMSprop(Optimizer):
    memory = Squares

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def moved(self, x, g, memory):
        g = g + self.weight_decay * x
        before = torch.zeros_like(g) if memory.s is None else memory.s
        memory.s = self.alpha * before + (1 - self.alpha) * g * g
        return x - g * (self.lr / (torch.sqrt(memory.s) + self.eps))


class Adam(Optimizer):
    memory = Moments

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        (self.beta1, self.beta2), self.eps, self.weight_decay = betas, eps, weight_decay

    def moved(self, x, g, memory):
        return x - self.step_of(g + self.weight_decay * x, memory)

    def step_of(self, g, memory):
        if memory.m is None or memory.v is None:
            memory.m, memory.v = torch.zeros_like(g), torch.zeros_like(g)
        memory.t += 1
        memory.m = memory.m + (1 - self.beta1) * (g - memory.m)
        memory.v = memory.v + (1 - self.beta2) * (g * g - memory.v)
        mean = memory.m / (1 - self.beta1**memory.t)
        spread = torch.sqrt(memory.v / (1 - self.beta2**memory.t))
        return self.lr * mean / (spread + self.eps)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def moved(self, x, g, memory):
        return (1 - self.lr * self.weight_decay) * x - self.step_of(g, memory)


def clip_grad_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    norm = torch.sqrt(sum(((p.grad**2).sum() for p in params), torch.tensor(0.0)))
    if norm > max_norm:
        for p in params:
            p.grad.data = p.grad.data * (max_norm / norm)
    return norm


@dataclass
class Clock:
    """Counts the steps of a schedule and knows the rate that it began with."""

    base: float
    t: int = 0

    def tick(self):
        self.t += 1
        return self


class Scheduler:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.clock = Clock(optimizer.lr)
        optimizer.lr = self.rate(self.clock)

    def step(self):
        self.optimizer.lr = self.rate(self.clock.tick())


class StepLR(Scheduler):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rate(self, clock):
        return clock.base * self.gamma ** divmod(clock.t, self.step_size)[0]


class ExponentialLR(Scheduler):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def rate(self, clock):
        return clock.base * self.gamma**clock.t


class CosineAnnealingLR(Scheduler):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, clock):
        height = (math.cos(math.pi * clock.t / self.T_max) + 1) / 2
        return height * clock.base + (1 - height) * self.eta_min


class WarmupLR(Scheduler):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def rate(self, clock):
        return clock.base * min(clock.t + 1, self.warmup_steps) / self.warmup_steps
