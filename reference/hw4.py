"""Optimizers and learning-rate schedules on torch tensors: what `torch.optim` computes, written out."""

import math
from collections.abc import Iterable

import torch


class _Optimizer:
    """What all optimizers share: the parameters, a state for each of them, and a learning rate that may change."""

    def __init__(self, params: Iterable[torch.Tensor], lr: float) -> None:
        self.params = list(params)  # a generator could be walked only once
        self.states = [{} for _ in self.params]
        self.lr = lr

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    @torch.no_grad()  # the step itself is no part of the function whose gradient is taken
    def step(self) -> None:
        for p, state in zip(self.params, self.states, strict=True):
            if p.grad is not None:  # None is «took no part», which is not the same as a gradient of 0
                self._update(p, p.grad, state)


class SGD(_Optimizer):
    """v <- momentum * v + (1 - dampening) * g; p <- p - lr * v."""

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum and no dampening")
        super().__init__(params, lr)
        self.momentum, self.dampening = momentum, dampening
        self.weight_decay, self.nesterov = weight_decay, nesterov

    def _update(self, p, g, state):
        g = g + self.weight_decay * p  # a new tensor: the gradient itself stays as it was
        if self.momentum:
            # The first gradient counts in full, whatever the dampening.
            v = self.momentum * state["v"] + (1 - self.dampening) * g if "v" in state else g
            state["v"] = v
            g = g + self.momentum * v if self.nesterov else v
        p -= self.lr * g


class Adagrad(_Optimizer):
    """s <- s + g^2; p <- p - lr * g / (sqrt(s) + eps)."""

    def __init__(
        self, params: Iterable[torch.Tensor], lr: float = 1e-2, eps: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def _update(self, p, g, state):
        g = g + self.weight_decay * p
        s = state["s"] = state.get("s", 0) + g**2
        p -= self.lr * g / (s.sqrt() + self.eps)


class RMSprop(_Optimizer):
    """s <- alpha * s + (1 - alpha) * g^2; p <- p - lr * g / (sqrt(s) + eps)."""

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay

    def _update(self, p, g, state):
        g = g + self.weight_decay * p
        s = state["s"] = self.alpha * state.get("s", 0) + (1 - self.alpha) * g**2
        p -= self.lr * g / (s.sqrt() + self.eps)


class Adam(_Optimizer):
    """Averages of g and g^2, freed of the zeros that they started from; p <- p - lr * m / (sqrt(v) + eps)."""

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def _update(self, p, g, state):
        self._move(p, g + self.weight_decay * p, state)

    def _move(self, p, g, state):
        beta1, beta2 = self.betas
        t = state["t"] = state.get("t", 0) + 1  # of this parameter alone: one that was skipped is younger
        m = state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
        v = state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)  # after t steps the weights in m add up to 1 - beta1^t, not to 1
        v_hat = v / (1 - beta2**t)
        p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)


class AdamW(Adam):
    """Adam whose weight decay shrinks p itself, past the averages and the root."""

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def _update(self, p, g, state):
        p *= 1 - self.lr * self.weight_decay
        self._move(p, g, state)


@torch.no_grad()
def clip_grad_norm(params: Iterable[torch.Tensor], max_norm: float) -> torch.Tensor:
    """Shorten all gradients together to a norm of max_norm, if it is larger; the norm that it was."""
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norm = torch.stack([g.norm() for g in grads]).norm()  # the norm of norms is that of all numbers in one row
    factor = (max_norm / (norm + 1e-6)).clamp(max=1)
    for g in grads:
        g.mul_(factor)
    return norm


class _Schedule:
    """Sets `optimizer.lr` by how many steps the schedule has made, always from the rate that it began with."""

    def __init__(self, optimizer) -> None:
        self.optimizer, self.base_lr, self.t = optimizer, optimizer.lr, 0
        optimizer.lr = self._lr()

    def step(self) -> None:
        self.t += 1
        self.optimizer.lr = self._lr()


class StepLR(_Schedule):
    """Times gamma after every step_size steps."""

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def _lr(self):
        return self.base_lr * self.gamma ** (self.t // self.step_size)


class ExponentialLR(_Schedule):
    """Times gamma after every step."""

    def __init__(self, optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def _lr(self):
        return self.base_lr * self.gamma**self.t


class CosineAnnealingLR(_Schedule):
    """Half a cosine from the base rate down to eta_min in T_max steps, and up again after them."""

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0) -> None:  # noqa: N803 (PyTorch's name)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def _lr(self):
        share = (1 + math.cos(math.pi * self.t / self.T_max)) / 2
        return self.eta_min + (self.base_lr - self.eta_min) * share


class WarmupLR(_Schedule):
    """A straight climb to the base rate, which the first warmup_steps steps share; then the base rate."""

    def __init__(self, optimizer, warmup_steps: int) -> None:
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)

    def _lr(self):
        return self.base_lr * min(1, (self.t + 1) / self.warmup_steps)  # + 1: a rate of 0 would waste a step
