"""Wrong answers to hw1: mse_loss, and its gradient."""

from variants import fitting, mean_or, put_together

from grader import Misconception


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


MISCONCEPTIONS = (
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
)
