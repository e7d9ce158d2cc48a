"""Wrong answers to hw3: MLP."""

from itertools import pairwise

import torch
from variants import FORUM, LECTURE, Chain, activation, dropping, linear, misconceptions, norming, scaled

relu = activation(lambda x: torch.where(x <= 0, 0.0, x))


def network(last=False, between=True, norm_first=True):
    """An MLP with an activation after the last layer, or without any, or with batch norm after it."""

    def build(sizes, activation=relu, dropout=0.0, batch_norm=False, init="kaiming"):
        layers, ends = [], len(sizes) - 2
        for at, (n_in, n_out) in enumerate(pairwise(sizes)):
            layers.append(linear()(n_in, n_out, init))
            if at < ends:
                extra = [norming()(n_out)] * batch_norm, [activation()] * between
                layers += [*extra[0], *extra[1]] if norm_first else [*extra[1], *extra[0]]
                layers += [dropping(scaled)(dropout)] * (dropout > 0)
            elif last:
                layers.append(activation())
        return Chain(*layers)

    return build


MISCONCEPTIONS = misconceptions(
    ("mlp-activation-last", "MLP", network(last=True), FORUM,
     "The last layer has an activation too, so some outputs can't be reached. After which layers does one stand?",
     "마지막 층 뒤에도 활성화 함수가 있어요. 그러면 나올 수 없는 출력이 생겨요. 어느 층 뒤에 두는지 보세요."),
    ("mlp-linear", "MLP", network(between=False), LECTURE,
     "There is no activation between the layers: all of them together are one linear layer.",
     "층 사이에 활성화 함수가 없어요. 그러면 모두 합쳐도 선형 층 하나와 같아요."),
    ("mlp-norm-after-activation", "MLP", network(norm_first=False), FORUM,
     "Batch norm comes after the activation. In which order does the handout put them?",
     "배치 정규화가 활성화 함수 뒤에 있어요. 안내문에서 정한 순서를 확인해 보세요."),
)  # fmt: skip
