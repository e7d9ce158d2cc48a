"""Wrong answers to hw5: build_model."""

from torch import nn
from variants import FORUM, LECTURE, misconceptions


def model(*after, bend=nn.ReLU):
    """A network with more layers after its scores, or with another function between its layers."""

    def build_model(n_in, n_classes):
        return nn.Sequential(nn.Linear(n_in, 96), bend(), nn.Linear(96, n_classes), *(part() for part in after))

    return build_model


MISCONCEPTIONS = misconceptions(
    ("softmax-in-the-model", "build_model", model(lambda: nn.Softmax(dim=1)), FORUM,
     "The model ends with a softmax, and the loss takes another one. What does cross entropy expect?",
     "모델 끝에 softmax가 있는데 손실이 softmax를 또 취해요. cross entropy가 무엇을 받는지 확인해 보세요."),
    ("model-without-a-bend", "build_model", model(bend=nn.Identity), LECTURE,
     "There is nothing non-linear between the layers: all of them together are one linear layer.",
     "층 사이에 비선형 함수가 없어요. 그러면 모두 합쳐도 선형 층 하나와 같아요."),
)  # fmt: skip
