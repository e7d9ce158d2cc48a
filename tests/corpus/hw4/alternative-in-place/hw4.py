"""In place wherever that can be done, with the fused operations and the order of PyTorch's own loops."""

import math

import torch


class Base:
    def __init__(self, params, lr):
        self.param_groups = [{"params": list(params)}]
        self.lr = lr
        self.state = {}

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.one(p, self.state.setdefault(p, {}))

    @staticmethod
    def decayed(p, weight_decay):
        return p.grad.add(p, alpha=weight_decay) if weight_decay else p.grad


class SGD(Base):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov:
            if momentum <= 0:
                raise ValueError("nesterov without momentum")
            if dampening != 0:
                raise ValueError("nesterov with dampening")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def one(self, p, state):
        grad = self.decayed(p, self.weight_decay)
        if self.momentum != 0:
            buffer = state.get("momentum_buffer")
            if buffer is None:
                buffer = state["momentum_buffer"] = grad.detach().clone()
            else:
                buffer.mul_(self.momentum).add_(grad, alpha=1 - self.dampening)
            grad = grad.add(buffer, alpha=self.momentum) if self.nesterov else buffer
        p.add_(grad, alpha=-self.lr)


class Adagrad(Base):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def one(self, p, state):
        grad = self.decayed(p, self.weight_decay)
        if "sum" not in state:
            state["sum"] = torch.zeros_like(p)
        state["sum"].addcmul_(grad, grad)
        p.addcdiv_(grad, state["sum"].sqrt().add_(self.eps), value=-self.lr)


class RMSprop(Base):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def one(self, p, state):
        grad = self.decayed(p, self.weight_decay)
        if "square_avg" not in state:
            state["square_avg"] = torch.zeros_like(p)
        state["square_avg"].mul_(self.alpha).addcmul_(grad, grad, value=1 - self.alpha)
        p.addcdiv_(grad, state["square_avg"].sqrt().add_(self.eps), value=-self.lr)


class Adam(Base):
    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def one(self, p, state):
        if not state:
            state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
        if self.decoupled:
            p.mul_(1 - self.lr * self.weight_decay)
        grad = p.grad if self.decoupled else self.decayed(p, self.weight_decay)
        state["step"] += 1
        beta1, beta2 = self.betas
        state["exp_avg"].lerp_(grad, 1 - beta1)
        state["exp_avg_sq"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        step_size = self.lr / (1 - beta1 ** state["step"])
        root = math.sqrt(1 - beta2 ** state["step"])
        p.addcdiv_(state["exp_avg"], (state["exp_avg_sq"].sqrt() / root).add_(self.eps), value=-step_size)


class AdamW(Adam):
    decoupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)


@torch.no_grad()
def clip_grad_norm(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    total = torch.zeros((), dtype=torch.float64)
    for g in grads:
        total += g.double().pow(2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / (norm.item() + 1e-6))
    return norm


class LRScheduler:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.last_epoch = -1
        self.step()

    def step(self):
        self.last_epoch += 1
        self.optimizer.lr = self.get_lr()


class StepLR(LRScheduler):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def get_lr(self):
        return self.base_lr * math.pow(self.gamma, self.last_epoch // self.step_size)


class ExponentialLR(LRScheduler):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def get_lr(self):
        return self.base_lr * math.exp(self.last_epoch * math.log(self.gamma))


class CosineAnnealingLR(LRScheduler):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def get_lr(self):
        half = (self.base_lr - self.eta_min) / 2
        return self.eta_min + half + half * math.cos(self.last_epoch / self.T_max * math.pi)


class WarmupLR(LRScheduler):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def get_lr(self):
        if self.last_epoch >= self.warmup_steps - 1:
            return self.base_lr
        return self.base_lr / self.warmup_steps * (self.last_epoch + 1)
