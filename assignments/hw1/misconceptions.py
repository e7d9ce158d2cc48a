"""Wrong answers to hw1 that are known by name: `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone: it refuses what the reference refuses, so it fails by that one thing.
NumPy's warnings are silenced in those that overflow or take the log of 0: that is what they are here to do.
"""

import inspect
from functools import wraps

import numpy as np

from grader.judge import Misconception


def quiet():
    return np.errstate(all="ignore")


def fitting(variant):
    """`variant`, refusing shapes that do not fit: forgetting that is a misconception of its own."""
    signature = inspect.signature(variant)

    @wraps(variant)
    def checked(*arguments, **options):
        first, second, *others = signature.bind(*arguments, **options).arguments.values()
        rows = [a for a in (second, *others) if isinstance(a, np.ndarray) and a.dtype.kind == "i"]
        if any(a.shape != first.shape[:1] for a in rows) or (second.dtype.kind == "f" and second.shape != first.shape):
            raise ValueError("shapes differ")
        return variant(*arguments, **options)

    return checked


def mean_or(reduction, total):
    """What a sum is divided by."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction)
    return total if reduction == "mean" else 1


def put_together(losses, reduction, total=None):
    divisor = mean_or(reduction, np.size(losses) if total is None else total)
    return losses if reduction == "none" else np.sum(losses) / divisor


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def picked(scores, target, weight, ignore_index):
    """The losses of a row each (0 where ignored), and the weight that each row has."""
    counts = target != ignore_index
    weights = np.ones(scores.shape[1], scores.dtype) if weight is None else weight
    w = np.where(counts, weights[np.where(counts, target, 0)], 0)
    return -w * scores[np.arange(len(target)), np.where(counts, target, 0)], w


# Reduction


@fitting
def l1_over_batch(x, y, reduction="mean"):
    return put_together(np.abs(x - y), reduction, len(x))


@fitting
def mse_over_batch(x, y, reduction="mean"):
    return put_together((x - y) ** 2, reduction, len(x))


@fitting
def mse_summed(x, y, reduction="mean"):
    return put_together((x - y) ** 2, reduction, 1)


@fitting
def mse_halved(x, y, reduction="mean"):
    return put_together((x - y) ** 2 / 2, reduction)


def mse_n_by_n(x, y, reduction="mean"):
    return put_together((x - y) ** 2, reduction)


@fitting
def mse_grad_undivided(x, y, reduction="mean"):
    return 2 * (x - y) / mean_or(reduction, 1)


@fitting
def mse_grad_without_2(x, y, reduction="mean"):
    return (x - y) / mean_or(reduction, x.size)


@fitting
def mse_grad_by_target(x, y, reduction="mean"):
    return 2 * (y - x) / mean_or(reduction, x.size)


# Huber


@fitting
def smooth_l1(x, y, delta=1.0, reduction="mean"):
    e = np.abs(x - y)
    return put_together(np.where(e < delta, e**2 / (2 * delta), e - delta / 2), reduction)


@fitting
def huber_by_global(x, y, delta=1.0, reduction="mean"):  # noqa: ARG001 (that is the misconception)
    e = np.abs(x - y)
    return put_together(np.where(e <= 1, e**2 / 2, e - 0.5), reduction)


# Softmax


def softmax_unshifted(x):
    with quiet():
        return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def softmax_global_shift(x):
    with quiet():
        return softmax_unshifted(x - x.max())


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


# Classes


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


def on_scores(transform):
    """cross_entropy that takes `transform(logits)` for log-probabilities."""

    @fitting
    def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
        with quiet():
            scores = transform(logits)
            losses, w = picked(scores, target, weight, ignore_index)
            each = -scores * (1 if weight is None else weight)
            smooth = np.where(target == ignore_index, 0, each.mean(axis=1))
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


# Yes or no


def bce(p, y, weight=None, reduction="mean", log=np.log):
    losses = -(y * log(p) + (1 - y) * log(1 - p))
    return put_together(losses if weight is None else weight * losses, reduction)


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


@fitting
def bce_by_sigmoid(z, y, reduction="mean"):
    with quiet():
        return bce(1 / (1 + np.exp(-z)), y, None, reduction)


@fitting
def bce_with_logits_grad_by_logit(z, y, reduction="mean"):
    return (z - y) / mean_or(reduction, z.size)


# Embeddings


def cosine_loss(cos, y, margin, reduction):
    return put_together(np.where(y == 1, 1 - cos, np.maximum(0, cos - margin)), reduction)


@fitting
def cosine_without_margin(x1, x2, y, margin=0.0, reduction="mean"):  # noqa: ARG001 (as above)
    lengths = np.linalg.norm(x1, axis=1) * np.linalg.norm(x2, axis=1) + 1e-12
    return cosine_loss((x1 * x2).sum(axis=1) / lengths, y, 0, reduction)


@fitting
def cosine_zero_by_zero(x1, x2, y, margin=0.0, reduction="mean"):
    with quiet():
        cos = (x1 * x2).sum(axis=1) / (np.linalg.norm(x1, axis=1) * np.linalg.norm(x2, axis=1))
    return cosine_loss(cos, y, margin, reduction)


@fitting
def dot_for_cosine(x1, x2, y, margin=0.0, reduction="mean"):
    return cosine_loss((x1 * x2).sum(axis=1), y, margin, reduction)


MISCONCEPTIONS = (
    Misconception(
        id="l1-over-batch",
        of="l1_loss",
        en="Your values are sums over features, divided by the number of rows. What is a mean over all elements?",
        ko="특성끼리는 더하고 행 개수로만 나눈 값이에요. 모든 원소에 대한 평균이 무엇인지 다시 생각해 보세요.",
        seen="common; lecture 003 divides its MSE by N rows",
        variant=l1_over_batch,
    ),
    Misconception(
        id="mean-over-batch",
        of="mse_loss",
        en="Your values are sums over features, divided by the number of rows. What is a mean over all elements?",
        ko="특성끼리는 더하고 행 개수로만 나눈 값이에요. 모든 원소에 대한 평균이 무엇인지 다시 생각해 보세요.",
        seen="lecture 003 sums over features and divides by N",
        variant=mse_over_batch,
    ),
    Misconception(
        id="sum-for-mean",
        of="mse_loss",
        en="Your mean has the values of a sum. Look again at what each `reduction` does at the end.",
        ko="평균이어야 하는데 합과 같은 값이에요. `reduction`마다 마지막에 무엇을 하는지 다시 확인해 보세요.",
        seen="common",
        variant=mse_summed,
    ),
    Misconception(
        id="half-square",
        of="mse_loss",
        en="Your values are half the squares. The ½ of some textbooks is not part of this definition.",
        ko="제곱에 ½을 곱한 값이에요. 교재에 따라 붙는 ½이 이 과제의 정의에는 없어요.",
        seen="lecture 004 writes ½(ŷ − y)²",
        variant=mse_halved,
    ),
    Misconception(
        id="n-by-n",
        of="mse_loss",
        en="A column against a flat array was spread to a whole matrix of differences. "
        "Compare the shapes before you subtract.",
        ko="열 벡터와 1차원 배열의 차가 행렬로 퍼졌어요. 빼기 전에 두 shape가 같은지 확인해 보세요.",
        seen="common: a model's (N, 1) output against (N,) labels",
        variant=mse_n_by_n,
    ),
    Misconception(
        id="gradient-undivided",
        of="mse_loss_grad",
        en="Your gradient is that of the sum whatever `reduction` is. A mean divides its derivative too.",
        ko="`reduction`과 상관없이 합의 기울기를 돌려주고 있어요. 평균을 미분하면 기울기도 같이 나뉘어요.",
        seen="common",
        variant=mse_grad_undivided,
    ),
    Misconception(
        id="gradient-without-2",
        of="mse_loss_grad",
        en="Your gradient lacks a constant factor. Differentiate the square once more on paper.",
        ko="기울기에 상수 하나가 빠졌어요. 제곱을 종이에 직접 다시 미분해 보세요.",
        seen="lecture 004's ½ cancels the factor",
        variant=mse_grad_without_2,
    ),
    Misconception(
        id="gradient-by-target",
        of="mse_loss_grad",
        en="Your gradient has its sign turned round: it is the derivative by the target.",
        ko="기울기의 부호가 반대예요. 정답 y로 미분한 값이니, 무엇으로 미분해야 하는지 다시 보세요.",
        seen="common",
        variant=mse_grad_by_target,
    ),
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
    Misconception(
        id="margin-ignored",
        of="cosine_embedding_loss",
        en="Your values do not follow `margin`.",
        ko="`margin`을 바꿔도 값이 따라 바뀌지 않아요.",
        seen="common",
        variant=cosine_without_margin,
    ),
    Misconception(
        id="zero-vector",
        of="cosine_embedding_loss",
        en="A vector of zeros gives 0/0. See where the handout adds its small constant.",
        ko="영벡터에서 0/0이 나와요. 안내문에서 작은 상수를 어디에 더하는지 확인해 보세요.",
        seen="common",
        variant=cosine_zero_by_zero,
    ),
    Misconception(
        id="dot-for-cosine",
        of="cosine_embedding_loss",
        en="Your values are those of the dot product: they change with the length of the vectors.",
        ko="내적을 그대로 쓴 값이에요. 코사인은 벡터의 길이가 바뀌어도 그대로여야 해요.",
        seen="common",
        variant=dot_for_cosine,
    ),
)
