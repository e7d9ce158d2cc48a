"""Wrong answers to hw4: StepLR."""

from variants import Schedule, but

from grader import Misconception


class StepLR(Schedule):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)


MISCONCEPTIONS = (
    Misconception(
        id="step-from-decayed",
        of="StepLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=but(StepLR, rate=lambda s: s.optimizer.lr * s.gamma ** (s.t // s.step_size)),
    ),
)
