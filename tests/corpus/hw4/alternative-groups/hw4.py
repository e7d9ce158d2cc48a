"""Groups as PyTorch has them, with `lr` as a window to them; memories in a dictionary by parameter, rules as closures."""

import math
from collections import defaultdict

import torch


class Grouped:
    """`lr` is a property: what is set there stands in the group, and is read from there."""

    defaults = {}

    def __init__(self, params, lr, **options):
        self.param_groups = [dict(params=[*params], lr=lr, **options)]
        self.state = defaultdict(dict)

    @property
    def lr(self):
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        for group in self.param_groups:
            group["lr"] = value

    def __each(self):
        for group in self.param_groups:
            yield from ((group, p) for p in group["params"])

    def zero_grad(self):
        for _, p in self.__each():
            p.grad = None

    def step(self, closure=None):
        with torch.no_grad():
            for group, p in self.__each():
                if (g := p.grad) is not None:
                    p.data = p.data + self.delta(group, p.data, g.data, self.state[p])
        return closure() if closure else None


class SGD(Grouped):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError(f"nesterov with momentum {momentum} and dampening {dampening}")
        rest = dict(momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)
        super().__init__(params, lr, **rest)

    def delta(self, group, p, g, memory):
        g = torch.add(g, p, alpha=group["weight_decay"])
        if rho := group["momentum"]:
            if (v := memory.get("velocity")) is None:
                memory["velocity"] = v = g.clone()
            else:
                v.mul_(rho).add_((1 - group["dampening"]) * g)
            g = torch.add(g, v, alpha=rho) if group["nesterov"] else v
        return -group["lr"] * g


class Adagrad(Grouped):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr, eps=eps, weight_decay=weight_decay)

    def delta(self, group, p, g, memory):
        g = torch.add(g, p, alpha=group["weight_decay"])
        memory["sum"] = torch.addcmul(memory.get("sum", torch.zeros_like(p)), g, g)
        return torch.div(g, memory["sum"].sqrt().add(group["eps"])).mul(-group["lr"])


class RMSprop(Grouped):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, alpha=alpha, eps=eps, weight_decay=weight_decay)

    def delta(self, group, p, g, memory):
        g = torch.add(g, p, alpha=group["weight_decay"])
        old = memory.get("average", torch.zeros_like(p))
        memory["average"] = old + (1 - group["alpha"]) * (g * g - old)
        return torch.div(g, memory["average"].sqrt().add(group["eps"])).mul(-group["lr"])


class Adam(Grouped):
    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def delta(self, group, p, g, memory):
        lam, decay = group["weight_decay"], torch.zeros_like(p)
        if self.decoupled:
            decay = -group["lr"] * lam * p
        else:
            g = torch.add(g, p, alpha=lam)
        memory["step"] = memory.get("step", 0) + 1
        averages = []
        for name, beta, new in zip(("exp_avg", "exp_avg_sq"), group["betas"], (g, g * g)):
            memory[name] = torch.lerp(memory.get(name, torch.zeros_like(p)), new, 1 - beta)
            averages.append(memory[name] / (1 - math.pow(beta, memory["step"])))
        return decay - group["lr"] * averages[0] / (averages[1].sqrt() + group["eps"])


class AdamW(Adam):
    decoupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)


def clip_grad_norm(params, max_norm):
    held = [p for p in params]
    squares = torch.tensor(0.0, dtype=torch.float64)
    for p in held:
        if p.grad is not None:
            squares += p.grad.double().pow(2).sum()
    norm = squares.sqrt()
    for p in held:
        if p.grad is not None and norm > max_norm:
            p.grad.data.copy_(p.grad.double() * max_norm / (norm + 1e-6))
    return norm.item()


def schedule(formula):
    """A class of schedules made of a formula that gives the rate's share of the way from the lowest to the base."""

    class Made:
        def __init__(self, optimizer, *values, **options):
            self.optimizer, self.base_lr, self.last_epoch = optimizer, optimizer.lr, -1
            self.formula = lambda t: formula(t, self.base_lr, *values, **options)
            self.step()

        def step(self):
            self.last_epoch += 1
            self.optimizer.lr = self.formula(self.last_epoch)

    return Made


@schedule
def StepLR(t, base, step_size, gamma=0.1):
    return base * gamma ** (t // step_size)


@schedule
def ExponentialLR(t, base, gamma):
    return base * math.exp(t * math.log(gamma))


@schedule
def CosineAnnealingLR(t, base, T_max, eta_min=0.0):
    return eta_min + 0.5 * (base - eta_min) * (1 + math.cos(math.pi * t / T_max))


@schedule
def WarmupLR(t, base, warmup_steps):
    return base if t + 1 >= warmup_steps else base * (t + 1) / warmup_steps
