"""Wrong answers to hw4: WarmupLR."""

from variants import SLIPPED

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="warmup-from-zero",
        of="WarmupLR",
        en="Your first rate is 0, so the first step goes nowhere.",
        ko="첫 학습률이 0이라 첫 걸음에서 아무것도 움직이지 않아요.",
        seen="common",
        variant=SLIPPED["WarmupLR_from_zero"],
    ),
)
