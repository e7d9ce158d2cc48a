"""Wrong answers to hw1: cosine_embedding_loss."""

import numpy as np
from variants import fitting, put_together, quiet

from grader import Misconception


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
