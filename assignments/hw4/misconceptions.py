# ruff: noqa: D101 (what a class is wrong in, its entry at the end says)
"""Wrong answers to hw4 that are known by name: `d2d audit` demands that hidden cases fail each of them.

Each variant is a right class with one hook turned wrong, so it fails by that one thing.
"""

import math

import torch

from grader.judge import Misconception


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


# SGD


class SGD(Base):
    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov")
        super().__init__(params, lr)
        self.momentum, self.dampening, self.weight_decay, self.nesterov = momentum, dampening, weight_decay, nesterov

    def update(self, p, g, state):
        if self.momentum:
            v = state["v"] = self.velocity(state.get("v"), g)
            g = self.direction(g, v)
        p -= self.lr * g

    def velocity(self, v, g):
        return g if v is None else self.momentum * v + (1 - self.dampening) * g

    def direction(self, g, v):
        return g + self.momentum * v if self.nesterov else v


class RateInVelocity(SGD):
    def update(self, p, g, state):
        v = state["v"] = self.velocity(state.get("v"), self.lr * g)
        p -= self.direction(self.lr * g, v)


class VelocityShared(SGD):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.states = [{}] * len(self.params)


class VelocityIsGradient(SGD):
    def update(self, p, g, state):
        if self.momentum and not self.weight_decay and "v" not in state:
            g = p.grad  # from now on the velocity and the gradient are one tensor
        super().update(p, g, state)

    def velocity(self, v, g):
        return g if v is None else v.mul_(self.momentum).add_(g, alpha=1 - self.dampening)


class NoneIsZero(SGD):
    def step(self):
        for p in self.params:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        super().step()


class RateKept(SGD):
    def __init__(self, params, lr=1e-3, **options):
        super().__init__(params, lr, **options)
        self.first = lr

    def step(self):
        now, self.lr = self.lr, self.first
        super().step()
        self.lr = now


# Adagrad and RMSprop


class Adagrad(Base):
    def __init__(self, params, lr=1e-2, eps=1e-10, weight_decay=0.0):
        super().__init__(params, lr)
        self.eps, self.weight_decay = eps, weight_decay

    def update(self, p, g, state):
        s = state["s"] = self.gathered(state.get("s", 0), g)
        p -= self.lr * g / self.divisor(s)

    def gathered(self, s, g):
        return s + g**2

    def divisor(self, s):
        return s.sqrt() + self.eps


class RMSprop(Adagrad):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, eps, weight_decay)
        self.alpha = alpha

    def gathered(self, s, g):
        return self.alpha * s + (1 - self.alpha) * g**2


# Adam and AdamW


class Adam(Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def update(self, p, g, state):
        b1, b2 = self.betas
        t = state["t"] = self.count(state.get("t", 0))
        m = state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        v = state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
        p -= self.lr * self.move(m, v, self.correction(b1, t), self.correction(b2, t))

    def count(self, t):
        return t + 1

    def correction(self, beta, t):
        return 1 - beta**t

    def move(self, m, v, c1, c2):
        return m / c1 / ((v / c2).sqrt() + self.eps)


class SharedCount(Adam):
    calls = 0

    def count(self, _t):
        self.calls += 1  # once for each parameter
        return self.calls


class GlobalCount(Adam):
    calls = 0

    def step(self):
        self.calls += 1
        super().step()

    def count(self, _t):
        return self.calls


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def decayed(self, p, g):
        p *= 1 - self.lr * self.weight_decay
        return g


class DecayAfterwards(AdamW):
    def decayed(self, _p, g):
        return g

    def update(self, p, g, state):
        super().update(p, g, state)
        p *= 1 - self.lr * self.weight_decay


# Clipping


def clipping(*, each=False, always=False, values=False):
    @torch.no_grad()
    def clip_grad_norm(params, max_norm):
        grads = [p.grad for p in params if p.grad is not None]
        norm = math.sqrt(sum(float(g.norm()) ** 2 for g in grads))
        for g in grads:
            factor = max_norm / ((g.norm() if each else norm) + 1e-6)
            _ = g.clamp_(-max_norm, max_norm) if values else g.mul_(factor if always else min(factor, 1))
        return norm

    return clip_grad_norm


# Schedules


class Schedule:
    def __init__(self, optimizer):
        self.optimizer, self.base, self.t = optimizer, optimizer.lr, 0
        optimizer.lr = self.rate()

    def step(self):
        self.t += 1
        self.optimizer.lr = self.rate()


class StepLR(Schedule):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)


class ExponentialLR(Schedule):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)


class CosineAnnealingLR(Schedule):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def share(self):
        return (1 + math.cos(math.pi * self.t / self.T_max)) / 2

    def rate(self):
        return self.eta_min + (self.base - self.eta_min) * self.share()


class WarmupLR(Schedule):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)


MISCONCEPTIONS = (
    Misconception(
        id="momentum-averages",
        of="SGD",
        en="Your velocity weighs the new gradient with 1 - momentum. Look at the lecture's form again.",
        ko="속도에 새 기울기를 더할 때 1 - momentum을 곱한 값이에요. 강의의 식을 다시 봐 주세요.",
        seen="textbooks that call it a running mean; Adam's first moment",
        variant=but(SGD, velocity=lambda s, v, g: (0 if v is None else s.momentum * v) + (1 - s.momentum) * g),
    ),
    Misconception(
        id="lr-inside-velocity",
        of="SGD",
        en="Your velocity keeps learning rates of earlier steps. What should happen when lr changes?",
        ko="속도 안에 예전 학습률이 남아 있어요. 중간에 lr이 바뀌면 어떻게 되어야 할까요?",
        seen="a well-known Korean textbook; course notes",
        variant=RateInVelocity,
    ),
    Misconception(
        id="first-gradient-dampened",
        of="SGD",
        en="Your velocity starts from 0, so dampening touches the very first gradient too.",
        ko="속도가 0에서 출발해서 첫 기울기에까지 dampening이 걸려요.",
        seen="common",
        variant=but(SGD, velocity=lambda s, v, g: (0 if v is None else s.momentum * v) + (1 - s.dampening) * g),
    ),
    Misconception(
        id="nesterov-ignored",
        of="SGD",
        en="With nesterov=True your steps are those of plain momentum.",
        ko="nesterov=True인데도 보통 모멘텀과 똑같이 움직여요.",
        seen="common",
        variant=but(SGD, direction=lambda _s, _g, v: v),
    ),
    Misconception(
        id="velocity-shared",
        of="SGD",
        en="Your parameters seem to share one velocity. Each needs its own.",
        ko="파라미터들이 속도 하나를 같이 쓰는 것 같아요. 파라미터마다 따로 있어야 해요.",
        seen="common",
        variant=VelocityShared,
    ),
    Misconception(
        id="velocity-is-the-gradient",
        of="SGD",
        en="Your velocity and the gradient are one and the same tensor: changing one in place changes the other.",
        ko="속도와 기울기가 같은 텐서예요. 하나를 제자리에서 바꾸면 다른 하나도 바뀌어요.",
        seen="a missing clone()",
        variant=VelocityIsGradient,
    ),
    Misconception(
        id="gradient-changed",
        of="SGD",
        en="Your step writes the weight decay into the gradient itself.",
        ko="step()이 weight decay를 기울기 텐서 자체에 더해 버려요.",
        seen="in-place += on p.grad",
        variant=but(SGD, decayed=lambda s, p, g: g.add_(p, alpha=s.weight_decay)),
    ),
    Misconception(
        id="none-as-zero",
        of="SGD",
        en="A parameter without a gradient moves in your step. No gradient is not a gradient of 0.",
        ko="기울기가 없는 파라미터까지 움직여요. 기울기가 없는 것과 0인 것은 달라요.",
        seen="common",
        variant=NoneIsZero,
    ),
    Misconception(
        id="lr-kept",
        of="SGD",
        en="Your step goes on with the lr of the beginning after `lr` was set anew.",
        ko="`lr`을 새로 정해도 처음 lr로 계속 움직여요.",
        seen="lr copied into another attribute",
        variant=RateKept,
    ),
    Misconception(
        id="adagrad-eps-inside",
        of="Adagrad",
        en="Look where eps stands: under the root or beside it?",
        ko="eps가 제곱근 안에 있는지 밖에 있는지 확인해 보세요.",
        seen="other libraries",
        variant=but(Adagrad, divisor=lambda s, total: (total + s.eps).sqrt()),
    ),
    Misconception(
        id="rmsprop-swapped",
        of="RMSprop",
        en="Your average listens to alpha of the new and 1 - alpha of the old. It is the other way round.",
        ko="새 값에 alpha, 옛 값에 1 - alpha를 곱했어요. 둘이 바뀌었어요.",
        seen="common",
        variant=but(RMSprop, gathered=lambda s, old, g: (1 - s.alpha) * old + s.alpha * g**2),
    ),
    Misconception(
        id="no-bias-correction",
        of="Adam",
        en="Your averages are used as they are. What do they start from, and what does that do to the first steps?",
        ko="이동 평균을 그대로 썼어요. 평균이 어디에서 출발하는지, 그래서 첫 걸음들이 어떻게 되는지 생각해 보세요.",
        seen="common",
        variant=but(Adam, correction=lambda _s, _beta, _t: 1),
    ),
    Misconception(
        id="correction-without-power",
        of="Adam",
        en="Your first step is right and the later ones are not: the bias correction must change with t.",
        ko="첫 걸음은 맞는데 그 뒤가 달라요. 편향 보정은 t에 따라 바뀌어야 해요.",
        seen="common",
        variant=but(Adam, correction=lambda _s, beta, _t: 1 - beta),
    ),
    Misconception(
        id="t-off-by-one",
        of="Adam",
        en="Your bias correction is one step ahead. What is t in the very first step?",
        ko="편향 보정이 한 걸음 앞서 있어요. 맨 첫 걸음에서 t는 얼마인가요?",
        seen="common",
        variant=but(Adam, correction=lambda _s, beta, t: 1 - beta ** (t + 1)),
    ),
    Misconception(
        id="t-per-parameter",
        of="Adam",
        en="Your t grows by one for each parameter. When should it?",
        ko="t가 파라미터를 하나 지날 때마다 커져요. 언제 커져야 할까요?",
        seen="t += 1 inside the loop",
        variant=SharedCount,
    ),
    Misconception(
        id="t-of-the-optimizer",
        of="Adam",
        en="Your t counts steps that a parameter took no part in.",
        ko="파라미터가 쉬어 간 걸음까지 t에 세고 있어요.",
        seen="one counter for all parameters",
        variant=GlobalCount,
    ),
    Misconception(
        id="adam-eps-inside",
        of="Adam",
        en="Look where eps stands: under the root or beside it?",
        ko="eps가 제곱근 안에 있는지 밖에 있는지 확인해 보세요.",
        seen="common",
        variant=but(Adam, move=lambda s, m, v, c1, c2: m / c1 / (v / c2 + s.eps).sqrt()),
    ),
    Misconception(
        id="eps-before-correction",
        of="Adam",
        en="You add eps before the correction. The rearranged formula means another eps.",
        ko="보정하기 전에 eps를 더했어요. 식의 순서를 바꾸면 eps의 뜻도 달라져요.",
        seen="the efficient form in Adam's paper",
        variant=but(Adam, move=lambda s, m, v, c1, c2: m / c1 * math.sqrt(c2) / (v.sqrt() + s.eps)),
    ),
    Misconception(
        id="eps-after-division",
        of="Adam",
        en="Your eps is added after the division, where it can't keep anything from dividing by 0.",
        ko="나눗셈 뒤에 eps를 더했어요. 그러면 0으로 나누는 일을 막아 주지 못해요.",
        seen="a missing bracket",
        variant=but(Adam, move=lambda s, m, v, c1, c2: m / c1 / (v / c2).sqrt() + s.eps),
    ),
    Misconception(
        id="coupled-decay",
        of="AdamW",
        en="Your decay goes through the averages and the root, as in Adam. What does the W stand for?",
        ko="decay가 Adam에서처럼 이동 평균과 제곱근을 거쳐 가요. AdamW의 W가 무슨 뜻인지 떠올려 보세요.",
        seen="Adam with weight_decay",
        variant=but(AdamW, decayed=Base.decayed),
    ),
    Misconception(
        id="adamw-decay-grows",
        of="AdamW",
        en="Your decay makes parameters grow. Check its sign.",
        ko="decay가 파라미터를 오히려 키우고 있어요. 부호를 확인해 보세요.",
        seen="common",
        variant=but(AdamW, decayed=lambda s, p, g: (p.mul_(1 + s.lr * s.weight_decay), g)[1]),
    ),
    Misconception(
        id="decay-afterwards",
        of="AdamW",
        en="You shrink what the step has moved already. Look at the order.",
        ko="이미 움직인 값을 줄였어요. 순서를 다시 봐 주세요.",
        seen="common",
        variant=DecayAfterwards,
    ),
    Misconception(
        id="clip-each",
        of="clip_grad_norm",
        en="Each of your gradients has a norm of its own. The direction of all together must stay.",
        ko="기울기마다 norm을 따로 쟀어요. 전체를 하나로 본 방향은 그대로여야 해요.",
        seen="common",
        variant=clipping(each=True),
    ),
    Misconception(
        id="clip-always",
        of="clip_grad_norm",
        en="You lengthen gradients that are short already.",
        ko="이미 짧은 기울기를 오히려 늘리고 있어요.",
        seen="common",
        variant=clipping(always=True),
    ),
    Misconception(
        id="clip-values",
        of="clip_grad_norm",
        en="You cut single numbers, which turns the direction. It is the norm that is bounded.",
        ko="숫자를 하나씩 잘라서 방향이 틀어졌어요. 제한하는 것은 norm이에요.",
        seen="clip_grad_value_",
        variant=clipping(values=True),
    ),
    Misconception(
        id="step-from-decayed",
        of="StepLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=but(StepLR, rate=lambda s: s.optimizer.lr * s.gamma ** (s.t // s.step_size)),
    ),
    Misconception(
        id="schedule-ahead",
        of="ExponentialLR",
        en="Your schedule is one step ahead: the first step should still go at the base rate.",
        ko="스케줄이 한 걸음 앞서 있어요. 첫 걸음은 기본 학습률로 가야 해요.",
        seen="scheduler.step() before optimizer.step()",
        variant=but(ExponentialLR, rate=lambda s: s.base * s.gamma ** (s.t + 1)),
    ),
    Misconception(
        id="cosine-from-decayed",
        of="CosineAnnealingLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=but(CosineAnnealingLR, rate=lambda s: s.eta_min + (s.optimizer.lr - s.eta_min) * s.share()),
    ),
    Misconception(
        id="eta-min-ignored",
        of="CosineAnnealingLR",
        en="Your rate goes down to 0, whatever `eta_min` is.",
        ko="`eta_min`과 상관없이 학습률이 0까지 내려가요.",
        seen="common",
        variant=but(CosineAnnealingLR, rate=lambda s: s.base * s.share()),
    ),
    Misconception(
        id="cosine-stops",
        of="CosineAnnealingLR",
        en="After T_max your rate stays where it is; the formula goes on.",
        ko="T_max 뒤로 학습률이 멈춰 있어요. 식은 그 뒤로도 이어져요.",
        seen="common",
        variant=but(CosineAnnealingLR, share=lambda s: (1 + math.cos(math.pi * min(1, s.t / s.T_max))) / 2),
    ),
    Misconception(
        id="warmup-from-zero",
        of="WarmupLR",
        en="Your first rate is 0, so the first step goes nowhere.",
        ko="첫 학습률이 0이라 첫 걸음에서 아무것도 움직이지 않아요.",
        seen="common",
        variant=but(WarmupLR, rate=lambda s: s.base * min(1, s.t / s.warmup_steps)),
    ),
)
