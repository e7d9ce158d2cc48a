"""Wrong answers to hw1: bce_with_logits_loss, and its gradient."""

import numpy as np
from variants import bce, fitting, mean_or, quiet

from grader import Misconception


@fitting
def bce_by_sigmoid(z, y, reduction="mean"):
    with quiet():
        return bce(1 / (1 + np.exp(-z)), y, None, reduction)


@fitting
def bce_with_logits_grad_by_logit(z, y, reduction="mean"):
    return (z - y) / mean_or(reduction, z.size)


MISCONCEPTIONS = (
    Misconception(
        id="sigmoid-then-log",
        of="bce_with_logits_loss",
        en="Sigmoid rounds to 0 or 1 before your log sees it. Put the two together on paper first.",
        ko="로그를 취하기 전에 sigmoid가 이미 0이나 1로 반올림돼요. 두 식을 먼저 종이에서 합쳐 보세요.",
        seen="common",
        variant=bce_by_sigmoid,
    ),
    Misconception(
        id="logit-for-probability",
        of="bce_with_logits_loss_grad",
        en="Your gradient compares the logit itself with the target. In which unit is the target?",
        ko="로짓을 정답과 바로 비교한 기울기예요. 정답이 로짓인지 확률인지 생각해 보세요.",
        seen="common",
        variant=bce_with_logits_grad_by_logit,
    ),
)
