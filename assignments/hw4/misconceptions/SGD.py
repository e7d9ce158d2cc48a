"""Wrong answers to hw4: SGD."""

import torch
from variants import SLIPPED, RightSGD, but

from grader import Misconception


class RateInVelocity(RightSGD):
    def update(self, p, g, state):
        v = state["v"] = self.velocity(state.get("v"), self.lr * g)
        p -= self.direction(self.lr * g, v)


class VelocityShared(RightSGD):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.states = [{}] * len(self.params)


class VelocityIsGradient(RightSGD):
    def update(self, p, g, state):
        if self.momentum and not self.weight_decay and "v" not in state:
            g = p.grad  # from now on the velocity and the gradient are one tensor
        super().update(p, g, state)

    def velocity(self, v, g):
        return g if v is None else v.mul_(self.momentum).add_(g, alpha=1 - self.dampening)


class NoneIsZero(RightSGD):
    def step(self):
        for p in self.params:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        super().step()


class ParamsAsGiven(RightSGD):
    def __init__(self, params, lr=1e-3, **options):
        super().__init__((), lr, **options)
        self.params, self.memory = params, {}

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                self.update(p, self.decayed(p, p.grad), self.memory.setdefault(id(p), {}))


class RateKept(RightSGD):
    def __init__(self, params, lr=1e-3, **options):
        super().__init__(params, lr, **options)
        self.first = lr

    def step(self):
        now, self.lr = self.lr, self.first
        super().step()
        self.lr = now


MISCONCEPTIONS = (
    Misconception(
        id="momentum-averages",
        of="SGD",
        en="Your velocity weighs the new gradient with 1 - momentum. Look at the lecture's form again.",
        ko="속도에 새 기울기를 더할 때 1 - momentum을 곱한 값이에요. 강의의 식을 다시 봐 주세요.",
        seen="textbooks that call it a running mean; Adam's first moment",
        variant=SLIPPED["SGD_averaged"],
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
        variant=but(RightSGD, velocity=lambda s, v, g: (0 if v is None else s.momentum * v) + (1 - s.dampening) * g),
    ),
    Misconception(
        id="nesterov-ignored",
        of="SGD",
        en="With nesterov=True your steps are those of plain momentum.",
        ko="nesterov=True인데도 보통 모멘텀과 똑같이 움직여요.",
        seen="common",
        variant=but(RightSGD, direction=lambda _s, _g, v: v),
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
        variant=but(RightSGD, decayed=lambda s, p, g: g.add_(p, alpha=s.weight_decay)),
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
        id="sgd-uphill",
        of="SGD",
        en="Your steps are as long as they should be, and all of them go the wrong way.",
        ko="걸음의 크기는 맞는데 방향이 모두 반대예요.",
        seen="+= for -=",
        variant=SLIPPED["SGD_uphill"],
    ),
    Misconception(
        id="generator-walked-once",
        of="SGD",
        en="`params` may be a generator. After it has been walked through once, there is nothing left in it.",
        ko="`params`는 제너레이터일 수도 있어요. 한 번 훑고 나면 안에 남는 것이 없어요.",
        seen="self.params = params",
        variant=ParamsAsGiven,
    ),
)
