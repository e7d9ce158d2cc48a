"""Wrong answers to hw4: WarmupLR."""

from variants import Schedule, but

from grader import Misconception


class WarmupLR(Schedule):
    def __init__(self, optimizer, warmup_steps):
        self.warmup_steps = warmup_steps
        super().__init__(optimizer)


MISCONCEPTIONS = (
    Misconception(
        id="warmup-from-zero",
        of="WarmupLR",
        en="Your first rate is 0, so the first step goes nowhere.",
        ko="첫 학습률이 0이라 첫 걸음에서 아무것도 움직이지 않아요.",
        seen="common",
        variant=but(WarmupLR, rate=lambda s: s.base * min(1, s.t / s.warmup_steps)),
    ),
)
