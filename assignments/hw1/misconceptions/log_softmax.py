"""Wrong answers to hw1: log_softmax, and its gradient."""

import numpy as np
from variants import log_softmax, quiet

from grader import Misconception


def log_of_softmax(x):
    with quiet():
        return np.log(np.exp(log_softmax(x)))


def log_softmax_global_shift(x):
    with quiet():
        return x - x.max() - np.log(np.exp(x - x.max()).sum(axis=-1, keepdims=True))


def log_softmax_grad_diagonal(x, upstream):
    return upstream * (1 - np.exp(log_softmax(x)))


def log_softmax_grad_unweighted(x, upstream):
    return upstream - np.exp(log_softmax(x))


MISCONCEPTIONS = (
    Misconception(
        id="log-of-softmax",
        of="log_softmax",
        en="Your values are infinite where softmax rounds to 0. Simplify log(softmax) on paper before coding it.",
        ko="softmax가 0으로 반올림되는 곳에서 무한대가 나와요. 코드로 옮기기 전에 log(softmax)를 식으로 정리해 보세요.",
        seen="common",
        variant=log_of_softmax,
    ),
    Misconception(
        id="global-shift-log",
        of="log_softmax",
        en="One maximum is subtracted from all rows, and the sums of low rows vanish. Whose maximum is needed?",
        ko="모든 행에서 같은 최댓값을 빼서, 값이 아주 작은 행의 합이 0이 됐어요. 누구의 최댓값을 빼야 할까요?",
        seen="common: x.max() without an axis",
        variant=log_softmax_global_shift,
    ),
    Misconception(
        id="jacobian-diagonal",
        of="log_softmax_grad",
        en="Your gradient uses the Jacobian's diagonal alone. Each logit moves every output of its row.",
        ko="야코비 행렬의 대각 성분만 쓴 기울기예요. 로짓 하나가 그 행의 모든 출력을 움직인다는 점을 떠올려 보세요.",
        seen="common",
        variant=log_softmax_grad_diagonal,
    ),
    Misconception(
        id="upstream-sums-to-one",
        of="log_softmax_grad",
        en="Your gradient is right only where upstream sums to 1 in a row. What becomes of other upstreams?",
        ko="upstream의 행 합이 1일 때만 맞는 기울기예요. 합이 1이 아니면 식이 어떻게 달라지나요?",
        seen="common: softmax − one-hot learnt by heart",
        variant=log_softmax_grad_unweighted,
    ),
)
