"""Wrong answers to hw3: Module and Sequential."""

from variants import FORUM, Part, ShallowSequential, misconceptions


class FlatModule(Part):
    """Looks into lists, but not into lists in lists."""

    deep = False


MISCONCEPTIONS = misconceptions(
    ("modes-not-in-lists", "Module", FlatModule, FORUM,
     "Modules that lie in a list inside a list are not reached. How deep does your search go?",
     "리스트 안의 리스트에 있는 모듈까지 닿지 않아요. 어디까지 들어가서 찾는지 살펴보세요."),
    ("modes-one-level", "Sequential", ShallowSequential, FORUM,
     "train() and eval() reach the layers, but not the layers inside those. Whose train() should be called?",
     "train()과 eval()이 바로 아래 층까지만 닿고 그 안쪽에는 닿지 않아요. 누구의 train()을 불러야 할까요?"),
)  # fmt: skip
