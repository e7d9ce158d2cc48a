"""Wrong answers to hw4: CosineAnnealingLR."""

import math

from variants import Schedule, but

from grader import Misconception


class CosineAnnealingLR(Schedule):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def share(self):
        return (1 + math.cos(math.pi * self.t / self.T_max)) / 2

    def rate(self):
        return self.eta_min + (self.base - self.eta_min) * self.share()


MISCONCEPTIONS = (
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
)
