"""Wrong answers to hw1: l1_loss."""

import numpy as np
from variants import fitting, put_together

from grader import Misconception


@fitting
def l1_over_batch(x, y, reduction="mean"):
    return put_together(np.abs(x - y), reduction, len(x))


MISCONCEPTIONS = (
    Misconception(
        id="l1-over-batch",
        of="l1_loss",
        en="Your values are sums over features, divided by the number of rows. What is a mean over all elements?",
        ko="특성끼리는 더하고 행 개수로만 나눈 값이에요. 모든 원소에 대한 평균이 무엇인지 다시 생각해 보세요.",
        seen="common; lecture 003 divides its MSE by N rows",
        variant=l1_over_batch,
    ),
)
