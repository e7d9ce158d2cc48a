"""Wrong answers to hw4: ExponentialLR."""

from variants import SLIPPED

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="schedule-ahead",
        of="ExponentialLR",
        en="Your schedule is one step ahead: the first step should still go at the base rate.",
        ko="스케줄이 한 걸음 앞서 있어요. 첫 걸음은 기본 학습률로 가야 해요.",
        seen="scheduler.step() before optimizer.step()",
        variant=SLIPPED["ExponentialLR_ahead"],
    ),
    Misconception(
        id="exponential-from-decayed",
        of="ExponentialLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=SLIPPED["ExponentialLR_from_decayed"],
    ),
)
