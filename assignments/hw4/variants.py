"""hw4: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is a right class with one method replaced, so it is wrong in one thing alone. Those in SLIPS are charged by
some cases of their section; the others take them for right, because a slip should not cost what it does not touch.
These cases define the text of this file beside the reference, so no name here may be one of the reference's.
"""

import math

import torch

NAMES = ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "StepLR", "ExponentialLR", "CosineAnnealingLR", "WarmupLR")


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

    def go(self, p, direction):
        p -= self.lr * direction


class RightSGD(Base):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def update(self, p, g, state):
        if self.momentum:
            v = state["v"] = self.velocity(state.get("v"), g)
            g = self.direction(g, v)
        self.go(p, g)

    def velocity(self, v, g):
        return g if v is None else self.momentum * v + (1 - self.dampening) * g

    def direction(self, g, v):
        return g + self.momentum * v if self.nesterov else v


class RightAdagrad(Base):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def update(self, p, g, state):
        s = state["s"] = self.gathered(state.get("s", 0), g)
        self.go(p, g / self.divisor(s))

    def gathered(self, s, g):
        return s + g**2

    def divisor(self, s):
        return s.sqrt() + self.eps


class RightRMSprop(RightAdagrad):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, eps, weight_decay)
        self.alpha = alpha

    def gathered(self, s, g):
        return self.alpha * s + (1 - self.alpha) * g**2


class RightAdam(Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def update(self, p, g, state):
        b1, b2 = self.decays()
        t = state["t"] = self.count(state.get("t", 0))
        m = state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        v = state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
        self.go(p, self.move(m, v, self.correction(b1, t), self.correction(b2, t)))

    def decays(self):
        return self.betas

    def count(self, t):
        return t + 1

    def correction(self, beta, t):
        return 1 - beta**t

    def move(self, m, v, c1, c2):
        return m / c1 / ((v / c2).sqrt() + self.eps)


class RightAdamW(RightAdam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def decayed(self, p, g):
        p *= 1 - self.lr * self.weight_decay
        return g


class Schedule:
    def __init__(self, optimizer):
        self.optimizer, self.base, self.t = optimizer, optimizer.lr, 0
        optimizer.lr = self.rate()

    def step(self):
        self.t += 1
        self.optimizer.lr = self.rate()

    def rate(self):
        return self.formula(self.base, self.t)


class RightStepLR(Schedule):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def formula(self, base, t):
        return base * self.gamma ** (t // self.step_size)


class RightExponentialLR(Schedule):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def formula(self, base, t):
        return base * self.gamma**t


class RightCosineAnnealingLR(Schedule):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def formula(self, base, t):
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class RightWarmupLR(Schedule):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def formula(self, base, t):
        return base * min(1, (t + 1) / self.warmup_steps)


def clipping(*, separate=False, always=False, values=False, added=False, after=False):
    """A clip_grad_norm with one of these mistakes."""

    @torch.no_grad()
    def clip_grad_norm(params, max_norm):
        grads = [p.grad for p in params if p.grad is not None]
        norms = [float(g.norm()) for g in grads]
        norm = sum(norms) if added else math.hypot(*norms)
        for g in grads:
            factor = max_norm / ((g.norm() if separate else norm) + 1e-6)
            _ = g.clamp_(-max_norm, max_norm) if values else g.mul_(factor if always else min(factor, 1))
        return min(norm, max_norm) if after else norm

    return clip_grad_norm


def uphill(self, p, direction):
    p += self.lr * direction


def averaged(self, v, g):
    return (0 if v is None else self.momentum * v) + (1 - self.momentum) * g


def no_root(self, s):
    return s + self.eps


ADAM = {
    "uphill": {"go": uphill},
    "no_root": {"move": lambda s, m, v, c1, c2: m / c1 / (v / c2 + s.eps)},
    "betas_swapped": {"decays": lambda s: (s.betas[1], s.betas[0])},
    "uncorrected": {"correction": lambda _s, _beta, _t: 1},
    "without_power": {"correction": lambda _s, beta, _t: 1 - beta},
    "t_ahead": {"correction": lambda _s, beta, t: 1 - beta ** (t + 1)},
}
SCHEDULE = {
    "ahead": {"rate": lambda s: s.formula(s.base, s.t + 1)},
    "from_decayed": {"rate": lambda s: s.formula(s.optimizer.lr, s.t)},
}
# What each slip replaces in the right class.
SLIPS = {
    "SGD": {"uphill": {"go": uphill}, "averaged": {"velocity": averaged}},
    "Adagrad": {"uphill": {"go": uphill}, "no_root": {"divisor": no_root}},
    "RMSprop": {
        "uphill": {"go": uphill},
        "no_root": {"divisor": no_root},
        "swapped": {"gathered": lambda s, old, g: (1 - s.alpha) * old + s.alpha * g**2},
    },
    "Adam": ADAM,
    "AdamW": {
        **ADAM,
        "coupled": {"decayed": Base.decayed},
        "grows": {"decayed": lambda s, p, g: (p.mul_(1 + s.lr * s.weight_decay), g)[1]},
        "afterwards": {
            "decayed": lambda _s, _p, g: g,
            "go": lambda s, p, direction: p.sub_(s.lr * direction).mul_(1 - s.lr * s.weight_decay),
        },
    },
    "StepLR": SCHEDULE,
    "ExponentialLR": SCHEDULE,
    "CosineAnnealingLR": {
        **SCHEDULE,
        "eta_min_ignored": {"formula": lambda s, base, t: base * (1 + math.cos(math.pi * t / s.T_max)) / 2},
    },
    "WarmupLR": {**SCHEDULE, "from_zero": {"formula": lambda s, base, t: base * min(1, t / s.warmup_steps)}},
}
# «Adam_no_root» and the like: as cases name them.
SLIPPED = {
    f"{name}_{slip}": but(globals()[f"Right{name}"], **hooks) for name in NAMES for slip, hooks in SLIPS[name].items()
} | {f"clip_grad_norm_{slip}": clipping(**{slip: True}) for slip in ("separate", "values", "added")}
globals().update(SLIPPED)


def slips_of(name):
    """The names of the slips of a class or function of the reference."""
    return [slipped for slipped in SLIPPED if slipped.startswith(f"{name}_")]
