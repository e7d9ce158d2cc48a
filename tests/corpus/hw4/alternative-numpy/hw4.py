"""The arithmetic is NumPy's, on the memory of the tensors themselves."""

import math

import numpy as np


def views(p):
    """The numbers of a parameter and of its gradient as arrays; writing to the first changes the tensor."""
    return p.detach().numpy(), p.grad.detach().numpy()


class NumpyOptimizer:
    def __init__(self, params, lr):
        self.params = tuple(params)
        self.lr = lr
        self.notes = [None] * len(self.params)

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            value, gradient = views(p)
            self.notes[i] = self.update(value, gradient, self.notes[i])


class SGD(NumpyOptimizer):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError("nesterov=True needs momentum > 0 and dampening = 0")
        super().__init__(params, lr)
        self.options = momentum, dampening, weight_decay, nesterov

    def update(self, value, gradient, v):
        momentum, dampening, weight_decay, nesterov = self.options
        g = gradient + weight_decay * value
        if momentum == 0:
            value -= self.lr * g
            return None
        v = g.copy() if v is None else momentum * v + (1 - dampening) * g
        value -= self.lr * (g + momentum * v if nesterov else v)
        return v


class Adagrad(NumpyOptimizer):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def update(self, value, gradient, s):
        g = gradient + self.weight_decay * value
        s = np.square(g) if s is None else s + np.square(g)
        value -= self.lr * g / (np.sqrt(s) + self.eps)
        return s


class RMSprop(NumpyOptimizer):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def update(self, value, gradient, s):
        g = gradient + self.weight_decay * value
        s = (1 - self.alpha) * np.square(g) + (0 if s is None else self.alpha * s)
        value -= self.lr * g / (np.sqrt(s) + self.eps)
        return s


class Adam(NumpyOptimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def update(self, value, gradient, note):
        return self.adam(value, gradient + self.weight_decay * value, note)

    def adam(self, value, g, note):
        t, m, v = note or (0, 0.0, 0.0)
        b1, b2 = self.betas
        t, m, v = t + 1, b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        value -= self.lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + self.eps)
        return t, m, v


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, value, gradient, note):
        value -= self.lr * self.weight_decay * value
        return self.adam(value, gradient, note)


def clip_grad_norm(params, max_norm):
    gradients = [p.grad.detach().numpy() for p in params if p.grad is not None]
    if not gradients:
        return 0.0
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for g in gradients:
            g *= factor
    return float(norm)


class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer, self.eta, self.t = optimizer, optimizer.lr, 0
        self.step_size, self.gamma = step_size, gamma

    def step(self):
        self.t += 1
        self.optimizer.lr = self.eta * self.gamma ** math.floor(self.t / self.step_size)


class ExponentialLR:
    def __init__(self, optimizer, gamma):
        self.optimizer, self.eta, self.t, self.gamma = optimizer, optimizer.lr, 0, gamma

    def step(self):
        self.t += 1
        self.optimizer.lr = self.eta * np.power(float(self.gamma), self.t)


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer, self.eta, self.t = optimizer, optimizer.lr, 0
        self.T_max, self.eta_min = T_max, eta_min

    def step(self):
        self.t += 1
        share = 0.5 + 0.5 * np.cos(np.pi * self.t / self.T_max)
        self.optimizer.lr = float(share * self.eta + (1 - share) * self.eta_min)


class WarmupLR:
    def __init__(self, optimizer, warmup_steps):
        self.optimizer, self.eta, self.t, self.warmup_steps = optimizer, optimizer.lr, 0, warmup_steps
        optimizer.lr = self.eta / warmup_steps

    def step(self):
        self.t += 1
        self.optimizer.lr = self.eta * np.clip((self.t + 1) / self.warmup_steps, 0, 1)
