"""Wrong answers to hw2: logistic_regression."""

from variants import ZEROED, misconceptions

LOGS = """        p, t = z.sigmoid(), y[:, None]
        with np.errstate(all="ignore"):
            return -(p.log() * t + (1 - p).log() * (1 - t)).mean()
"""
BCE = "        return -((z @ np.array([[0.0, 1.0]])).log_softmax() * wanted).sum() / len(y)\n"

MISCONCEPTIONS = misconceptions(
    (
        "logistic-squares", "logistic_regression", BCE, "        return ((z.sigmoid() - y[:, None]) ** 2).mean()\n",
        "The probabilities are fitted by their squared errors; the handout asks for another loss.",
        "확률을 제곱 오차로 맞추고 있어요. 안내문에서 말하는 손실은 다른 거예요.", "common slip",
    ),
    (
        "logistic-log-of-sigmoid", "logistic_regression", BCE, LOGS,
        "Where the model is entirely sure, the log of 0 makes everything NaN. Can the log be had from z itself?",
        "모델이 완전히 확신하면 0의 로그 때문에 전부 NaN이 돼요. z에서 곧바로 로그를 구할 수 없을까요?",
        "hw1's list: 0 * (-inf)",
    ),
    (
        "logistic-summed", "logistic_regression", BCE, BCE.replace(" / len(y)", ""),
        "Every step is as many times too long as there are rows: the loss is a mean.",
        "한 걸음이 행 개수만큼 너무 커요. 손실은 평균이에요.", "course list: a missing 1/N",
    ),
    (
        "logistic-no-zero-grad", "logistic_regression", ZEROED, "",
        "The first step is right, and then the steps grow: the gradients of earlier steps are still there.",
        "첫걸음은 맞는데 그 뒤로 걸음이 점점 커져요. 앞에서 쓴 기울기가 그대로 남아 있어요.",
        "hw5's list: no zero_grad",
    ),
)  # fmt: skip
