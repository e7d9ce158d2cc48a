"""No velocity and no average is kept: every gradient so far is, and each step weighs all of them anew."""

import itertools
import math

import torch


class Historian:
    def __init__(self, params, lr):
        self.histories = [(p, []) for p in params]
        self.lr = lr

    def zero_grad(self):
        for p, _ in self.histories:
            p.grad = None

    def step(self):
        for p, history in self.histories:
            if p.grad is not None:
                with torch.no_grad():
                    self.shrink(p)
                    history.append((p.grad + self.coupled() * p).clone())
                    p.sub_(self.lr * self.direction(torch.stack(history)))

    def shrink(self, p):
        pass

    def coupled(self):
        return self.weight_decay


def powers(factor, n, like):
    """factor**(n - 1), ..., factor, 1: one for each gradient, shaped to be multiplied with the stack."""
    exponents = torch.arange(n - 1, -1, -1, dtype=like.dtype)
    return torch.pow(torch.tensor(float(factor), dtype=like.dtype), exponents).reshape(-1, *[1] * (like.dim() - 1))


class SGD(Historian):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (dampening or not momentum):
            raise ValueError("Nesterov's momentum needs a momentum and no dampening.")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def direction(self, all_g):
        if not self.momentum:
            return all_g[-1]
        weights = powers(self.momentum, len(all_g), all_g)
        weights[1:] *= 1 - self.dampening
        v = (weights * all_g).sum(0)
        return all_g[-1] + self.momentum * v if self.nesterov else v


class Adagrad(Historian):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def direction(self, all_g):
        return all_g[-1] / (all_g.pow(2).sum(dim=0).pow(0.5) + self.eps)


class RMSprop(Historian):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def direction(self, all_g):
        s = ((1 - self.alpha) * powers(self.alpha, len(all_g), all_g) * all_g.pow(2)).sum(dim=0)
        return all_g[-1] / (s.pow(0.5) + self.eps)


class Adam(Historian):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def direction(self, all_g):
        """Weighted means, whose weights add up to 1: that is what the correction makes of the averages."""
        first, second = (powers(beta, len(all_g), all_g) for beta in self.betas)
        m = (first * all_g).sum(0) / first.sum()
        v = (second * all_g * all_g).sum(0) / second.sum()
        return m / (v.pow(0.5) + self.eps)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def coupled(self):
        return 0.0

    def shrink(self, p):
        p.sub_(self.lr * self.weight_decay * p)


def clip_grad_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    row = torch.cat([p.grad.detach().flatten() for p in params]) if params else torch.zeros(1)
    norm = row.square().sum() ** 0.5
    if norm > max_norm:
        for p in params:
            p.grad = p.grad * (max_norm / norm)
    return norm


class Scheduled:
    """All rates of a schedule, as an endless iterator; the first of them holds at once."""

    def __init__(self, optimizer, rates):
        self.optimizer, self.rates = optimizer, rates
        self.step()

    def step(self):
        self.optimizer.lr = next(self.rates)


class StepLR(Scheduled):
    def __init__(self, optimizer, step_size, gamma=0.1):
        stairs = itertools.accumulate(itertools.repeat(gamma), lambda a, b: a * b, initial=optimizer.lr)
        super().__init__(optimizer, (rate for rate in stairs for _ in range(step_size)))


class ExponentialLR(Scheduled):
    def __init__(self, optimizer, gamma):
        super().__init__(optimizer, itertools.accumulate(itertools.repeat(gamma), lambda a, b: a * b, initial=optimizer.lr))


class CosineAnnealingLR(Scheduled):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        base = optimizer.lr
        half = (base - eta_min) / 2
        super().__init__(optimizer, (eta_min + half + half * math.cos(math.pi * t / T_max) for t in itertools.count()))


class WarmupLR(Scheduled):
    def __init__(self, optimizer, warmup_steps):
        base = optimizer.lr
        climb = (base * (t + 1) / warmup_steps for t in range(warmup_steps))
        super().__init__(optimizer, itertools.chain(climb, itertools.repeat(base)))
