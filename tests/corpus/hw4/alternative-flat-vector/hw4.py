"""All parameters lie one behind another in a long vector; what has no gradient is masked out of every update."""

import math

import torch


class Vector:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
        self.sizes = [p.numel() for p in self.params]
        self.steps = torch.zeros(sum(self.sizes))  # how many each number has made

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def kept(self, name):
        """A vector of the optimizer, of zeros at first."""
        if not hasattr(self, name):
            setattr(self, name, torch.zeros(sum(self.sizes), dtype=self.params[0].dtype))
        return getattr(self, name)

    def step(self):
        with torch.no_grad():
            there = [torch.full((n,), p.grad is not None) for p, n in zip(self.params, self.sizes)]
            mask = torch.cat(there)
            x = torch.cat([p.flatten() for p in self.params])
            g = torch.cat([torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in self.params])
            self.steps = self.steps + mask
            moved = torch.where(mask, self.move(x, g, mask), x)
            for p, part in zip(self.params, torch.split(moved, self.sizes)):
                p.copy_(part.view(p.shape))


class SGD(Vector):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening > 0):
            raise ValueError("nesterov")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def move(self, x, g, mask):
        g = g + self.weight_decay * x
        if self.momentum == 0:
            return x - self.lr * g
        share = torch.where(self.steps == 1, 1.0, 1 - self.dampening).to(g.dtype)
        self.v = torch.where(mask, self.momentum * self.kept("v") + share * g, self.kept("v"))
        return x - self.lr * (g + self.momentum * self.v if self.nesterov else self.v)


class Adagrad(Vector):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def move(self, x, g, mask):
        g = (g + self.weight_decay * x) * mask
        self.s = self.kept("s") + g * g
        return x - self.lr * g / (self.s.sqrt() + self.eps)


class RMSprop(Vector):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def move(self, x, g, mask):
        g = g + self.weight_decay * x
        self.s = torch.where(mask, self.alpha * self.kept("s") + (1 - self.alpha) * g * g, self.kept("s"))
        return x - self.lr * g / (self.s.sqrt() + self.eps)


class Adam(Vector):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def move(self, x, g, mask):
        return self.adam(x, g + self.weight_decay * x, mask)

    def adam(self, x, g, mask):
        b1, b2 = self.betas
        self.m = torch.where(mask, b1 * self.kept("m") + (1 - b1) * g, self.kept("m"))
        self.v = torch.where(mask, b2 * self.kept("v") + (1 - b2) * g * g, self.kept("v"))
        t = self.steps.double().clamp(min=1)
        m, v = self.m / (1 - b1**t), self.v / (1 - b2**t)
        return x - (self.lr * m / (v.sqrt() + self.eps)).to(x.dtype)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def move(self, x, g, mask):
        return self.adam((1 - self.lr * self.weight_decay) * x, g, mask)


def clip_grad_norm(params, max_norm):
    held = [p for p in params if p.grad is not None]
    long = torch.cat([torch.zeros(0), *(p.grad.flatten() for p in held)])
    norm = (long @ long).sqrt()
    scale = torch.where(norm > max_norm, max_norm / norm, torch.ones_like(norm))
    for p in held:
        p.grad = p.grad * scale
    return norm


class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer, self.base, self.count = optimizer, optimizer.lr, 0
        self.step_size, self.gamma = step_size, gamma

    def step(self):
        self.count += 1
        stairs = sum(1 for t in range(1, self.count + 1) if t % self.step_size == 0)
        self.optimizer.lr = self.base * self.gamma**stairs


class ExponentialLR:
    def __init__(self, optimizer, gamma):
        self.optimizer, self.gamma = optimizer, gamma
        self.rates = [optimizer.lr]

    def step(self):
        self.rates.append(self.rates[-1] * self.gamma)
        self.optimizer.lr = self.rates[-1]


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer, self.middle, self.swing = optimizer, (optimizer.lr + eta_min) / 2, (optimizer.lr - eta_min) / 2
        self.angle, self.turn = 0.0, math.pi / T_max

    def step(self):
        self.angle += self.turn
        self.optimizer.lr = self.middle + self.swing * math.cos(self.angle)


class WarmupLR:
    def __init__(self, optimizer, warmup_steps):
        self.optimizer, self.top = optimizer, optimizer.lr
        self.climb = optimizer.lr / warmup_steps
        self.left = warmup_steps - 1
        optimizer.lr = self.top - self.left * self.climb

    def step(self):
        self.left = max(0, self.left - 1)
        self.optimizer.lr = self.top - self.left * self.climb
