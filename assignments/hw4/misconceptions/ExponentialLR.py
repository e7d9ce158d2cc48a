"""Wrong answers to hw4: ExponentialLR."""

from variants import Schedule, but

from grader import Misconception


class ExponentialLR(Schedule):
    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)


MISCONCEPTIONS = (
    Misconception(
        id="schedule-ahead",
        of="ExponentialLR",
        en="Your schedule is one step ahead: the first step should still go at the base rate.",
        ko="스케줄이 한 걸음 앞서 있어요. 첫 걸음은 기본 학습률로 가야 해요.",
        seen="scheduler.step() before optimizer.step()",
        variant=but(ExponentialLR, rate=lambda s: s.base * s.gamma ** (s.t + 1)),
    ),
)
