"""Wrong answers to hw1: cross_entropy, and its gradient."""

import numpy as np
from variants import fitting, log_softmax, mean_or, picked, put_together, quiet

from grader import Misconception


def on_scores(transform):
    """cross_entropy that takes `transform(logits)` for log-probabilities."""

    @fitting
    def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        with quiet():
            scores = transform(logits)
            losses, w = picked(scores, target, weight, ignore_index)
            losses_by_class = -scores * (1 if weight is None else weight)
            smooth = np.where(target == ignore_index, 0, losses_by_class.mean(axis=1))
            if label_smoothing:
                losses = (1 - label_smoothing) * losses + label_smoothing * smooth
            return put_together(losses, reduction, w.sum())

    return cross_entropy


def softmax(x):
    return np.exp(log_softmax(x))


cross_entropy_of_probabilities = on_scores(softmax)
cross_entropy_softmax_twice = on_scores(lambda x: log_softmax(softmax(x)))
cross_entropy_capped = on_scores(lambda x: np.log(softmax(x) + 1e-7))
cross_entropy_log_of_softmax = on_scores(lambda x: np.log(softmax(x)))
cross_entropy_without_minus = on_scores(lambda x: -log_softmax(x))


@fitting
def cross_entropy_smooth_unweighted(
    logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"
):
    log_probs = log_softmax(logits)
    losses, w = picked(log_probs, target, weight, ignore_index)
    smooth = np.where(target == ignore_index, 0, -log_probs.mean(axis=1))
    with quiet():
        return put_together((1 - label_smoothing) * losses + label_smoothing * smooth, reduction, w.sum())


@fitting
def cross_entropy_smooth_ignored(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    log_probs = log_softmax(logits)
    losses, w = picked(log_probs, target, weight, ignore_index)
    smooth = -(log_probs * (1 if weight is None else weight)).mean(axis=1)
    with quiet():
        return put_together((1 - label_smoothing) * losses + label_smoothing * smooth, reduction, w.sum())


@fitting
def cross_entropy_grad_undivided(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    _, w = picked(logits, target, weight, ignore_index)
    hot = np.eye(logits.shape[1])[np.where(target == ignore_index, 0, target)]
    hot = (1 - label_smoothing) * hot + label_smoothing / logits.shape[1]
    return w[:, None] * (softmax(logits) - hot) / mean_or(reduction, 1)


MISCONCEPTIONS = (
    Misconception(
        id="probabilities-to-nll",
        of="cross_entropy",
        en="Your values are negative probabilities: a log is missing between softmax and NLL.",
        ko="확률에 음수 부호만 붙인 값이에요. softmax와 NLL 사이에 로그가 빠졌어요.",
        seen="forum classic: nll_loss(softmax(x))",
        variant=cross_entropy_of_probabilities,
    ),
    Misconception(
        id="softmax-twice",
        of="cross_entropy",
        en="Your values are those of softmax applied twice. cross_entropy takes raw logits.",
        ko="softmax를 두 번 적용한 값이에요. cross_entropy는 로짓을 그대로 받아요.",
        seen="forum classic: cross_entropy(softmax(x))",
        variant=cross_entropy_softmax_twice,
    ),
    Misconception(
        id="capped-log",
        of="cross_entropy",
        en="A small constant inside the log caps your loss: a very wrong answer costs too little.",
        ko="로그 안에 더한 작은 상수 때문에 손실이 더 커지지 못해요. 아주 틀린 답의 벌점이 너무 작아졌어요.",
        seen="common: np.log(p + 1e-7)",
        variant=cross_entropy_capped,
    ),
    Misconception(
        id="infinite-cross-entropy",
        of="cross_entropy",
        en="Your loss is infinite where softmax rounds to 0. Which function gives log-probabilities directly?",
        ko="softmax가 0으로 반올림되는 곳에서 손실이 무한대가 돼요. 로그 확률을 바로 구하는 함수를 떠올려 보세요.",
        seen="common: np.log(softmax(x))",
        variant=cross_entropy_log_of_softmax,
    ),
    Misconception(
        id="minus-missing",
        of="cross_entropy",
        en="Your loss has its sign turned round: it falls as the prediction gets worse.",
        ko="손실의 부호가 반대예요. 예측이 나빠질수록 손실이 작아지고 있어요.",
        seen="a slide of lecture 003 lacks the minus",
        variant=cross_entropy_without_minus,
    ),
    Misconception(
        id="smoothing-unweighted",
        of="cross_entropy",
        en="The smoothed part of your loss leaves the class weights out.",
        ko="label smoothing으로 나눠 준 부분에 클래스 가중치가 빠졌어요.",
        seen="common",
        variant=cross_entropy_smooth_unweighted,
    ),
    Misconception(
        id="smoothing-of-ignored",
        of="cross_entropy",
        en="The smoothed part of your loss still comes from ignored rows too.",
        ko="label smoothing으로 나눠 준 부분에 무시해야 할 행이 아직 들어가 있어요.",
        seen="common",
        variant=cross_entropy_smooth_ignored,
    ),
    Misconception(
        id="class-gradient-undivided",
        of="cross_entropy_grad",
        en="Your gradient is that of the sum whatever `reduction` is. A mean divides its derivative too.",
        ko="`reduction`과 상관없이 합의 기울기를 돌려주고 있어요. 평균을 미분하면 기울기도 같이 나뉘어요.",
        seen="common: softmax − one-hot learnt by heart",
        variant=cross_entropy_grad_undivided,
    ),
)
