"""Wrong answers to hw3: the classifier and its losses."""

import torch
from variants import FORUM, TEXTBOOK, misconceptions


def cross_entropy_of_logs(scores, labels):
    p = torch.exp(scores) / torch.exp(scores).sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


def classifier(axis, shift=True):
    def softmax_classifier(x, weight, bias):
        scores = x @ weight.T + bias
        e = torch.exp(scores - scores.amax(axis, keepdim=True) if shift else scores)
        return e / e.sum(axis, keepdim=True)

    return softmax_classifier


MISCONCEPTIONS = misconceptions(
    ("mse-spreads", "mse_loss", lambda prediction, target: ((prediction - target) ** 2).mean(), FORUM,
     "A column against a row gives a loss without a word. Check the shapes first.",
     "열과 행을 넣어도 아무 말 없이 손실이 나와요. shape부터 확인해 보세요."),
    ("cross-entropy-log-of-softmax", "cross_entropy", cross_entropy_of_logs, TEXTBOOK,
     "The exponential overflows before its logarithm is taken. Put both together on paper.",
     "로그를 취하기 전에 지수가 먼저 넘쳐요. 종이에서 두 식을 합쳐 보세요."),
    ("softmax-over-rows", "softmax_classifier", classifier(0), FORUM,
     "The columns sum to 1 instead of the rows. Over which axis does softmax go?",
     "행이 아니라 열의 합이 1이에요. softmax를 어느 축으로 계산하는지 보세요."),
    ("softmax-unshifted", "softmax_classifier", classifier(1, shift=False), FORUM,
     "Large scores overflow. What may be subtracted from a row without changing its softmax?",
     "점수가 크면 지수가 넘쳐요. 행에서 무엇을 빼도 softmax가 그대로일까요?"),
)  # fmt: skip
