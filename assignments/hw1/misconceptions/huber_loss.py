"""Wrong answers to hw1: huber_loss."""

import numpy as np
from variants import fitting, put_together

from grader import Misconception


@fitting
def smooth_l1(x, y, delta=1.0, reduction="mean"):
    e = np.abs(x - y)
    return put_together(np.where(e < delta, e**2 / (2 * delta), e - delta / 2), reduction)


@fitting
def huber_by_global(x, y, delta=1.0, reduction="mean"):  # noqa: ARG001 (that is the misconception)
    e = np.abs(x - y)
    return put_together(np.where(e <= 1, e**2 / 2, e - 0.5), reduction)


MISCONCEPTIONS = (
    Misconception(
        id="smooth-l1",
        of="huber_loss",
        en="Your values are those of smooth L1, which is Huber divided by delta. They agree at delta = 1 alone.",
        ko="Huber를 delta로 나눈 smooth L1의 값이에요. 두 손실은 delta가 1일 때만 같아요.",
        seen="common: F.smooth_l1_loss beside F.huber_loss",
        variant=smooth_l1,
    ),
    Misconception(
        id="delta-from-the-notebook",
        of="huber_loss",
        en="Your values do not follow `delta`. Do you use the argument, or a number fixed elsewhere?",
        ko="`delta`를 바꿔도 값이 따라 바뀌지 않아요. 인자 대신 다른 곳에 정해 둔 값을 쓰고 있지 않나요?",
        seen="notebooks that use their globals instead of arguments",
        variant=huber_by_global,
    ),
)
