"""Wrong answers to hw4: RMSprop."""

from variants import SLIPPED

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="rmsprop-swapped",
        of="RMSprop",
        en="Your average listens to alpha of the new and 1 - alpha of the old. It is the other way round.",
        ko="새 값에 alpha, 옛 값에 1 - alpha를 곱했어요. 둘이 바뀌었어요.",
        seen="common",
        variant=SLIPPED["RMSprop_swapped"],
    ),
    Misconception(
        id="rmsprop-no-root",
        of="RMSprop",
        en="You divide by the average of the squares itself. What is taken of it first?",
        ko="제곱의 평균으로 그대로 나눴어요. 나누기 전에 그 평균에 무엇을 해야 하나요?",
        seen="a missing sqrt",
        variant=SLIPPED["RMSprop_no_root"],
    ),
)
