"""Wrong answers to hw4: CosineAnnealingLR."""

from variants import SLIPPED, RightCosineAnnealingLR, but

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="cosine-from-decayed",
        of="CosineAnnealingLR",
        en="You multiply a rate that has been multiplied already. From which rate does the formula start?",
        ko="이미 줄어든 학습률에 또 곱하고 있어요. 식은 어느 학습률에서 출발하나요?",
        seen="common",
        variant=SLIPPED["CosineAnnealingLR_from_decayed"],
    ),
    Misconception(
        id="eta-min-ignored",
        of="CosineAnnealingLR",
        en="Your rate goes down to 0, whatever `eta_min` is.",
        ko="`eta_min`과 상관없이 학습률이 0까지 내려가요.",
        seen="common",
        variant=SLIPPED["CosineAnnealingLR_eta_min_ignored"],
    ),
    Misconception(
        id="cosine-stops",
        of="CosineAnnealingLR",
        en="After T_max your rate stays where it is; the formula goes on.",
        ko="T_max 뒤로 학습률이 멈춰 있어요. 식은 그 뒤로도 이어져요.",
        seen="common",
        variant=but(
            RightCosineAnnealingLR,
            rate=lambda s: s.formula(s.base, min(s.t, s.T_max)),
        ),
    ),
)
