"""Wrong answers to hw1: softmax."""

import numpy as np
from variants import quiet

from grader import Misconception


def softmax_unshifted(x):
    with quiet():
        return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def softmax_global_shift(x):
    with quiet():
        return softmax_unshifted(x - x.max())


MISCONCEPTIONS = (
    Misconception(
        id="no-shift",
        of="softmax",
        en="Your exponentials overflow. What can be subtracted from a row without changing its softmax?",
        ko="지수 함수가 오버플로를 일으켜요. 한 행에서 무엇을 빼도 softmax가 그대로인지 생각해 보세요.",
        seen="lecture 001 writes exp(z) / sum(exp(z))",
        variant=softmax_unshifted,
    ),
    Misconception(
        id="global-shift",
        of="softmax",
        en="One maximum is subtracted from all rows, and rows far below it vanish. Whose maximum is needed?",
        ko="모든 행에서 같은 최댓값을 빼서, 값이 아주 작은 행이 통째로 0이 됐어요. 누구의 최댓값을 빼야 할까요?",
        seen="common: x.max() without an axis",
        variant=softmax_global_shift,
    ),
)
