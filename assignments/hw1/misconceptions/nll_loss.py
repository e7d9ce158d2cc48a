"""Wrong answers to hw1: nll_loss."""

import numpy as np
from variants import fitting, picked, put_together, quiet

from grader import Misconception


@fitting
def nll_mean_by_rows(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    losses, _ = picked(log_probs, target, weight, ignore_index)
    with quiet():
        return put_together(losses, reduction, np.float32((target != ignore_index).sum()))


@fitting
def nll_counts_ignored(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    losses, w = picked(log_probs, target, weight, ignore_index)
    return put_together(losses, reduction, w.sum() + np.float32((target == ignore_index).sum()))


@fitting
def nll_index_first(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    losses = -log_probs[np.arange(len(target)), target]  # an IndexError where a row is ignored by -100
    w = (np.ones_like(losses) if weight is None else weight[target]) * (target != ignore_index)
    with quiet():
        return put_together(w * losses, reduction, w.sum())


MISCONCEPTIONS = (
    Misconception(
        id="weighted-mean-by-rows",
        of="nll_loss",
        en="Your weighted mean divides by the number of rows. By what does a weighted mean divide?",
        ko="가중 평균을 행 개수로 나눴어요. 가중 평균은 무엇으로 나누는지 다시 생각해 보세요.",
        seen="common",
        variant=nll_mean_by_rows,
    ),
    Misconception(
        id="ignored-rows-counted",
        of="nll_loss",
        en="Ignored rows still count in what your mean divides by.",
        ko="무시해야 할 행이 평균의 분모에 그대로 들어가 있어요.",
        seen="common: losses.mean() after masking",
        variant=nll_counts_ignored,
    ),
    Misconception(
        id="index-before-mask",
        of="nll_loss",
        en="`ignore_index` is used as a class number before the ignored rows are set aside.",
        ko="무시할 행을 빼기 전에 `ignore_index`를 클래스 번호처럼 인덱스로 쓰고 있어요.",
        seen="common: log_probs[np.arange(N), target]",
        variant=nll_index_first,
    ),
)
