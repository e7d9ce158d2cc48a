"""Each parameter's memory lives in a generator: it is sent gradients and answers with how far to go."""

import math

import torch


class Walker:
    def __init__(self, params, lr):
        self.params = [p for p in params]
        self.lr = lr
        self.memories = {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for number, p in enumerate(self.params):
                if p.grad is None:
                    continue
                if number not in self.memories:
                    self.memories[number] = self.remember(p)
                    next(self.memories[number])
                p.add_(-self.memories[number].send(p.grad.clone()))


class SGD(Walker):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (dampening or not momentum > 0):
            raise ValueError("Nesterov needs momentum, and dampening of 0")
        super().__init__(params, lr)
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov

    def remember(self, p):
        velocity, step = None, None
        while True:
            g = yield step
            g = g + self.weight_decay * p
            if not self.momentum:
                step = self.lr * g
                continue
            velocity = g if velocity is None else self.momentum * velocity + (1 - self.dampening) * g
            step = self.lr * (g + self.momentum * velocity) if self.nesterov else self.lr * velocity


class Adagrad(Walker):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def remember(self, p):
        total, step = torch.zeros_like(p), None
        while True:
            g = (yield step) + self.weight_decay * p
            total = total + g * g
            step = self.lr * g / (torch.sqrt(total) + self.eps)


class RMSprop(Walker):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def remember(self, p):
        average, step = torch.zeros_like(p), None
        while True:
            g = (yield step) + self.weight_decay * p
            average = average + (1 - self.alpha) * (g * g - average)
            step = self.lr * g / (torch.sqrt(average) + self.eps)


class Adam(Walker):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def remember(self, p):
        return self.averages(p, self.weight_decay)

    def averages(self, p, decay):
        first, second = torch.zeros_like(p), torch.zeros_like(p)
        left_1 = left_2 = 1.0  # what of the zero at the start is still in the averages
        step = None
        while True:
            g = (yield step) + decay * p
            a, b = self.betas
            first, second = a * first + (1 - a) * g, b * second + (1 - b) * g * g
            left_1, left_2 = left_1 * a, left_2 * b
            step = self.lr * (first / (1 - left_1)) / (torch.sqrt(second / (1 - left_2)) + self.eps)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def remember(self, p):
        plain = self.averages(p, 0.0)
        next(plain)
        step = None
        while True:
            g = yield step
            step = self.lr * self.weight_decay * p + plain.send(g)


def clip_grad_norm(params, max_norm):
    held = [p for p in params if p.grad is not None]
    squares = sum(float((p.grad.double() ** 2).sum()) for p in held)
    norm = math.sqrt(squares)
    if norm > max_norm:
        for p in held:
            p.grad *= max_norm / norm
    return norm


class Schedule:
    """The rates themselves come from a generator, too."""

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.coming = self.rates(optimizer.lr)
        optimizer.lr = next(self.coming)

    def step(self):
        self.optimizer.lr = next(self.coming)


class StepLR(Schedule):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rates(self, rate):
        while True:
            yield from [rate] * self.step_size
            rate *= self.gamma


class ExponentialLR(Schedule):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def rates(self, rate):
        while True:
            yield rate
            rate *= self.gamma


class CosineAnnealingLR(Schedule):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rates(self, rate):
        t = 0
        while True:
            yield self.eta_min + (rate - self.eta_min) * math.cos(math.pi * t / (2 * self.T_max)) ** 2
            t += 1


class WarmupLR(Schedule):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def rates(self, rate):
        for t in range(1, self.warmup_steps):
            yield rate * t / self.warmup_steps
        while True:
            yield rate
