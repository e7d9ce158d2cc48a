"""Wrong answers to hw1: bce_loss."""

import numpy as np
from variants import bce, fitting, put_together, quiet

from grader import Misconception


def log_clamped(x):
    with quiet():
        return np.maximum(np.log(x), -100)


@fitting
def bce_unclamped(p, y, weight=None, reduction="mean"):
    with quiet():
        return bce(p, y, weight, reduction)


@fitting
def bce_clipped(p, y, weight=None, reduction="mean"):
    return bce(np.clip(p, 1e-7, 1 - 1e-7), y, weight, reduction)


@fitting
def bce_weighted_mean(p, y, weight=None, reduction="mean"):
    losses = bce(p, y, weight, "none", log_clamped)
    return put_together(losses, reduction, None if weight is None else np.broadcast_to(weight, p.shape).sum())


MISCONCEPTIONS = (
    Misconception(
        id="zero-times-infinity",
        of="bce_loss",
        en="At a probability of 0 or 1 your loss is NaN or infinite. Look up how the handout bounds the logs.",
        ko="확률이 0이나 1이면 손실이 NaN이나 무한대가 돼요. 로그를 어디에서 자르는지 안내문을 다시 보세요.",
        seen="lecture 001 shows +inf",
        variant=bce_unclamped,
    ),
    Misconception(
        id="clipped-probability",
        of="bce_loss",
        en="The probability is clipped before the log. The handout bounds the log itself.",
        ko="로그를 취하기 전에 확률을 잘랐어요. 안내문에서는 확률이 아니라 로그 값을 제한해요.",
        seen="common: np.clip(p, 1e-7, 1 - 1e-7)",
        variant=bce_clipped,
    ),
    Misconception(
        id="element-weights-averaged",
        of="bce_loss",
        en="Your mean divides by the weights. That holds for class weights in NLL; is it so here?",
        ko="평균을 가중치의 합으로 나눴어요. NLL의 클래스 가중치는 그렇지만, 여기서도 그런지 확인해 보세요.",
        seen="common: the rule of nll_loss carried over",
        variant=bce_weighted_mean,
    ),
)
