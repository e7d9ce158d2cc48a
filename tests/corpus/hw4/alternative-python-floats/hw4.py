"""Number by number, in plain Python floats: whoever wants to see every formula as it stands in the handout."""

import math

import torch


def floats(tensor):
    return tensor.detach().reshape(-1).tolist()


def put_back(p, numbers):
    with torch.no_grad():
        p.copy_(torch.tensor(numbers, dtype=p.dtype).reshape(p.shape))


class Numbers:
    """`rule(x, g, memory)` gives the new number; each number of each parameter has a dictionary as its memory."""

    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
        self.memories = [[{} for _ in range(p.numel())] for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        for p, memories in zip(self.params, self.memories):
            if p.grad is None:
                continue
            put_back(p, [self.rule(x, g, memory) for x, g, memory in zip(floats(p), floats(p.grad), memories)])


class SGD(Numbers):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov:
            if momentum == 0 or dampening != 0:
                raise ValueError("nesterov")
        Numbers.__init__(self, params, lr)
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov

    def rule(self, x, g, memory):
        g += self.weight_decay * x
        if self.momentum == 0:
            return x - self.lr * g
        if "v" in memory:
            memory["v"] = self.momentum * memory["v"] + (1 - self.dampening) * g
        else:
            memory["v"] = g
        if self.nesterov:
            return x - self.lr * (g + self.momentum * memory["v"])
        return x - self.lr * memory["v"]


class Adagrad(Numbers):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        Numbers.__init__(self, params, lr)
        self.eps = eps
        self.weight_decay = weight_decay

    def rule(self, x, g, memory):
        g += self.weight_decay * x
        memory["s"] = memory.get("s", 0.0) + g * g
        return x - self.lr * g / (math.sqrt(memory["s"]) + self.eps)


class RMSprop(Numbers):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        Numbers.__init__(self, params, lr)
        self.alpha = alpha
        self.eps = eps
        self.weight_decay = weight_decay

    def rule(self, x, g, memory):
        g += self.weight_decay * x
        memory["s"] = self.alpha * memory.get("s", 0.0) + (1 - self.alpha) * g * g
        return x - self.lr * g / (math.sqrt(memory["s"]) + self.eps)


class Adam(Numbers):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        Numbers.__init__(self, params, lr)
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.weight_decay = weight_decay

    def rule(self, x, g, memory):
        return self.moved(x, g + self.weight_decay * x, memory)

    def moved(self, x, g, memory):
        memory["t"] = memory.get("t", 0) + 1
        memory["m"] = self.beta1 * memory.get("m", 0.0) + (1 - self.beta1) * g
        memory["v"] = self.beta2 * memory.get("v", 0.0) + (1 - self.beta2) * g * g
        m_hat = memory["m"] / (1 - self.beta1 ** memory["t"])
        v_hat = memory["v"] / (1 - self.beta2 ** memory["t"])
        return x - self.lr * m_hat / (math.sqrt(v_hat) + self.eps)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        Adam.__init__(self, params, lr, betas, eps, weight_decay)

    def rule(self, x, g, memory):
        return self.moved(x * (1 - self.lr * self.weight_decay), g, memory)


def clip_grad_norm(params, max_norm):
    gradients = [p.grad for p in params if p.grad is not None]
    total = math.sqrt(math.fsum(x * x for g in gradients for x in floats(g)))
    if total > max_norm:
        for g in gradients:
            put_back(g, [x * max_norm / total for x in floats(g)])
    return total


class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.calls = 0

    def step(self):
        self.calls += 1
        if self.calls % self.step_size == 0:
            self.optimizer.lr *= self.gamma


class ExponentialLR:
    def __init__(self, optimizer, gamma):
        self.optimizer = optimizer
        self.gamma = gamma

    def step(self):
        self.optimizer.lr = self.optimizer.lr * self.gamma


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer = optimizer
        self.top = optimizer.lr
        self.bottom = eta_min
        self.turn = math.pi / T_max
        self.angle = 0.0

    def step(self):
        self.angle += self.turn
        share = math.cos(self.angle / 2) ** 2  # (1 + cos x) / 2
        self.optimizer.lr = share * self.top + (1 - share) * self.bottom


class WarmupLR:
    def __init__(self, optimizer, warmup_steps):
        self.optimizer = optimizer
        self.base = optimizer.lr
        self.left = warmup_steps
        self.height = self.base / warmup_steps
        optimizer.lr = 0.0
        self.step()

    def step(self):
        if self.left > 1:
            self.optimizer.lr += self.height
        else:
            self.optimizer.lr = self.base
        self.left -= 1
