"""Wrong answers to hw5: standardize."""

import torch
from variants import COURSE, FORUM, misconceptions


def standardizing(statistics=lambda training, _all, _own: training, correction=0, dims=0, guard=True):
    """A standardize that takes mean and standard deviation from elsewhere, or otherwise."""

    def standardize(training, *others):
        scaled = []
        for x in (training, *others):
            source = statistics(training, torch.cat([training, *others]), x)
            mean = source.mean(dim=dims)
            n = source.numel() // mean.numel()
            std = (((source - mean) ** 2).sum(dim=dims) / (n - correction)).sqrt()
            scaled.append((x - mean) / (torch.where(std < 1e-6, 1.0, std) if guard else std))
        return scaled

    return standardize


MISCONCEPTIONS = misconceptions(
    ("statistics-of-everything", "standardize", standardizing(lambda _training, everything, _own: everything), COURSE,
     "Mean and standard deviation are taken from all parts together, so the test set leaks into training.",
     "평균과 표준편차를 모든 부분에서 함께 구했어요. 그러면 테스트 세트가 학습에 새어 들어가요."),
    ("statistics-of-each", "standardize", standardizing(lambda _training, _everything, own: own), COURSE,
     "Each part is standardized by itself, so the same image becomes another one in another part.",
     "부분마다 자기 통계로 바꿨어요. 그러면 같은 이미지도 부분에 따라 다른 값이 돼요."),
    ("std-by-n-minus-1", "standardize", standardizing(correction=1), FORUM,
     "The variance is divided by N - 1. Which of the two does the handout write, and what is your function's default?",
     "분산을 N - 1로 나눴어요. 안내문은 무엇으로 나누는지, 쓰고 있는 함수의 기본값은 무엇인지 확인해 보세요."),
    ("one-mean-for-all", "standardize", standardizing(dims=None), COURSE,
     "All features share one mean and one standard deviation. Over which axis are they taken?",
     "모든 특성이 평균 하나와 표준편차 하나를 함께 써요. 어느 축으로 구해야 할까요?"),
    ("constant-feature", "standardize", standardizing(guard=False), FORUM,
     "A feature that never varies is divided by 0, or by the dust that rounding leaves.",
     "변하지 않는 특성을 0으로, 또는 반올림하고 남은 아주 작은 값으로 나눠요."),
)  # fmt: skip
