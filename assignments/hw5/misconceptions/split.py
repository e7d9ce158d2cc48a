"""Wrong answers to hw5: split."""

import math

import torch
from variants import COURSE, FORUM, misconceptions

RATIOS = (0.7, 0.15, 0.15)


def splitting(order=None, labels=None, size=round, rest=True, seeded=lambda seed: seed, check=True):
    """A split whose rows come in another order, whose labels come in one of their own, or whose parts are mixed up."""

    def split(x, y, ratios=RATIOS, seed=0):
        if check and (len(x) != len(y) or min(ratios) < 0 or not math.isclose(sum(ratios), 1)):
            raise ValueError(ratios)
        n, generator = len(x), torch.Generator().manual_seed(seeded(seed))
        shuffled = torch.randperm(n, generator=generator)
        sizes = [size(ratio * n) for ratio in ratios[:-1]]
        sizes.append(n - sum(sizes) if rest else size(ratios[-1] * n))
        starts = [sum(sizes[:at]) for at in range(len(sizes))]
        spans = list(zip(starts, sizes, strict=True))
        rows = [(order or piece)(shuffled, *span) for span in spans]
        others = [(labels or order or piece)(shuffled, *span) for span in spans]
        return [(x[chosen], y[labeled]) for chosen, labeled in zip(rows, others, strict=True)]

    return split


def piece(order, start, length):
    return order[start : start + length]


def in_order(order, start, length):
    return torch.arange(len(order))[start : start + length]


def from_the_start(order, _start, length):
    return order[:length]


MISCONCEPTIONS = misconceptions(
    ("split-overlaps", "split", splitting(order=from_the_start), COURSE,
     "Rows of one part are in another too, so the model is tested with what it has seen. Where does each part start?",
     "한 부분의 행이 다른 부분에도 있어서, 이미 본 것으로 시험하게 돼요. 각 부분이 어디서 시작하는지 보세요."),
    ("split-in-order", "split", splitting(order=in_order), COURSE,
     "The rows stay in their order. If the file is sorted by class, what is in the last part?",
     "행이 원래 순서 그대로예요. 파일이 클래스별로 정렬되어 있다면 마지막 부분에는 무엇이 들어갈까요?"),
    ("split-labels-apart", "split", splitting(labels=in_order), COURSE,
     "The inputs are shuffled and the labels are not, so no row keeps its label.",
     "입력만 섞고 레이블은 섞지 않아서 짝이 흩어져요."),
    ("split-loses-the-rest", "split", splitting(size=int, rest=False), FORUM,
     "Some rows are in no part: each length is cut off to a whole number, the last one too. Who gets what is left?",
     "어느 부분에도 없는 행이 있어요. 마지막까지 길이를 모두 내림했어요. 남는 행은 누가 가져가나요?"),
    ("split-cuts-off", "split", splitting(size=int), FORUM,
     "The lengths are cut off to whole numbers instead of rounded: 60.6 rows are 61.",
     "길이를 반올림하지 않고 내림했어요. 60.6행이면 61행이에요."),
    ("split-without-seed", "split", splitting(seeded=lambda _seed: 0), COURSE,
     "The split is the same whatever the seed is. Is the argument used?",
     "seed를 바꿔도 똑같이 나눠요. 인자를 쓰고 있나요?"),
    ("split-takes-anything", "split", splitting(check=False), FORUM,
     "Ratios that are no shares of a whole, or labels that do not fit, pass without a word.",
     "합이 1이 아닌 비율이나 개수가 맞지 않는 레이블도 아무 말 없이 지나가요."),
)  # fmt: skip
