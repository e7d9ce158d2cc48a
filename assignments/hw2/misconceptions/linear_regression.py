"""Wrong answers to hw2: linear_regression."""

from variants import ZEROED, misconceptions

SQUARES = "lambda z: ((z - y[:, None]) ** 2).mean()"

MISCONCEPTIONS = misconceptions(
    (
        "regression-summed", "linear_regression", SQUARES, SQUARES.replace("mean()", "sum()"),
        "Every step is as many times too long as there are rows: the loss is a mean.",
        "한 걸음이 행 개수만큼 너무 커요. 손실은 평균이에요.", "course list: a missing 1/N",
    ),
    (
        "regression-halved", "linear_regression", SQUARES, SQUARES.replace("mean()", "mean() / 2"),
        "Every step is half as long as it should be: lecture 004 has ½ in front of the square, this handout has not.",
        "걸음마다 절반만 움직여요. 004 강의에는 제곱 앞에 ½이 있지만 이 과제에는 없어요.", "lecture 004",
    ),
    (
        "regression-n-by-n", "linear_regression", SQUARES, SQUARES.replace("y[:, None]", "y"),
        "(N, 1) minus (N,) is a table of N by N. All predictions are drawn to the same mean.",
        "(N, 1)에서 (N,)을 빼면 N×N 표가 돼요. 그러면 모든 예측이 같은 평균으로 끌려가요.", "hw1's list",
    ),
    (
        "regression-no-zero-grad", "linear_regression", ZEROED, "",
        "The first step is right, and then the steps grow: the gradients of earlier steps are still there.",
        "첫걸음은 맞는데 그 뒤로 걸음이 점점 커져요. 앞에서 쓴 기울기가 그대로 남아 있어요.",
        "hw5's list: no zero_grad",
    ),
    (
        "regression-without-bias", "linear_regression", "        b.data -= lr * b.grad\n", "",
        "The bias stays where it began.", "편향이 처음 값에서 움직이지 않아요.", "common slip",
    ),
)  # fmt: skip
