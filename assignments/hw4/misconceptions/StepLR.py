"""Wrong answers to hw4: StepLR."""

from variants import SLIPPED

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="step-from-decayed",
        of="StepLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=SLIPPED["StepLR_from_decayed"],
    ),
    Misconception(
        id="step-ahead",
        of="StepLR",
        en="Your stairs come one step early. What is t when the first step is made?",
        ko="계단이 한 걸음 일찍 내려가요. 첫 걸음을 갈 때 t는 얼마인가요?",
        seen="t counted from 1",
        variant=SLIPPED["StepLR_ahead"],
    ),
)
