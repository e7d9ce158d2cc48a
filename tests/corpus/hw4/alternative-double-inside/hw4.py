"""Steps are worked out in double precision, whatever the parameters are, and rounded once at the end."""

import math

import torch


class Stepper:
    """Lists that run beside each other: parameters, how often each was moved, and two buffers for each."""

    def __init__(self, params, lr, weight_decay):
        self.params = [p for p in params]
        self.lr = lr
        self.weight_decay = weight_decay
        self.moved = [0 for p in self.params]
        self.first = [torch.zeros(p.shape, dtype=torch.float64) for p in self.params]
        self.second = [torch.zeros(p.shape, dtype=torch.float64) for p in self.params]

    def zero_grad(self):
        for i in range(len(self.params)):
            self.params[i].grad = None

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.moved[i] += 1
            old = p.detach().double()
            new = self.moved_to(i, old, p.grad.detach().double())
            p.data = new.to(p.dtype)

    def decayed(self, old, g):
        return g if self.weight_decay == 0 else torch.add(g, old, alpha=self.weight_decay)


class SGD(Stepper):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError("nesterov goes with a momentum and without dampening")
        Stepper.__init__(self, params, lr, weight_decay)
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov

    def moved_to(self, i, old, g):
        g = self.decayed(old, g)
        if self.moved[i] == 1:
            self.first[i] = g
        else:
            self.first[i] = self.first[i] * self.momentum + g * (1 - self.dampening)
        if self.momentum == 0:
            return old - self.lr * g
        if self.nesterov:
            return old - self.lr * (g + self.momentum * self.first[i])
        return old - self.lr * self.first[i]


class Adagrad(Stepper):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        Stepper.__init__(self, params, lr, weight_decay)
        self.eps = eps

    def moved_to(self, i, old, g):
        g = self.decayed(old, g)
        self.second[i] = self.second[i] + g.square()
        return old - self.lr * g / (torch.sqrt(self.second[i]) + self.eps)


class RMSprop(Stepper):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        Stepper.__init__(self, params, lr, weight_decay)
        self.alpha = alpha
        self.eps = eps

    def moved_to(self, i, old, g):
        g = self.decayed(old, g)
        self.second[i] = torch.lerp(g.square(), self.second[i], self.alpha)
        return old - self.lr * g / (torch.sqrt(self.second[i]) + self.eps)


class Adam(Stepper):
    coupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        Stepper.__init__(self, params, lr, weight_decay)
        self.beta1, self.beta2 = betas
        self.eps = eps

    def moved_to(self, i, old, g):
        if self.coupled:
            g = self.decayed(old, g)
        else:
            old = old - self.lr * self.weight_decay * old
        self.first[i] = torch.lerp(g, self.first[i], self.beta1)
        self.second[i] = torch.lerp(g.square(), self.second[i], self.beta2)
        mean = self.first[i] / (1 - math.pow(self.beta1, self.moved[i]))
        square = self.second[i] / (1 - math.pow(self.beta2, self.moved[i]))
        return old - self.lr * mean / (torch.sqrt(square) + self.eps)


class AdamW(Adam):
    coupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        Adam.__init__(self, params, lr, betas, eps, weight_decay)


def clip_grad_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    norm = torch.tensor(math.fsum(g.double().square().sum().item() for g in grads), dtype=torch.float64).sqrt()
    scale = float(max_norm / (norm + 1e-6))
    if scale < 1:
        for g in grads:
            g.copy_((g.double() * scale).to(g.dtype))
    return norm.to(grads[0].dtype) if grads else norm.float()


class Rates:
    """A list of what has been, so that each rate is worked out from the number of steps."""

    def begin(self, optimizer):
        self.optimizer = optimizer
        self.rates = [optimizer.lr]
        optimizer.lr = self.rate(optimizer.lr, 0)

    def step(self):
        self.rates.append(self.rate(self.rates[0], len(self.rates)))
        self.optimizer.lr = self.rates[-1]


class StepLR(Rates):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        self.begin(optimizer)

    def rate(self, base, t):
        return base * math.pow(self.gamma, t // self.step_size)


class ExponentialLR(Rates):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        self.begin(optimizer)

    def rate(self, base, t):
        return base * math.pow(self.gamma, t)


class CosineAnnealingLR(Rates):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        self.begin(optimizer)

    def rate(self, base, t):
        return self.eta_min + (base - self.eta_min) * math.cos(math.pi * t / self.T_max / 2) ** 2


class WarmupLR(Rates):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        self.begin(optimizer)

    def rate(self, base, t):
        return base if t + 1 >= self.warmup_steps else base * (t + 1) / self.warmup_steps
