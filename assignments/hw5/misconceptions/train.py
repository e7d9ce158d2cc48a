"""Wrong answers to hw5: train."""

import torch
from variants import COURSE, FORUM, evaluating, misconceptions, training


def both(training, validation):
    return tuple(torch.cat(parts) for parts in zip(training, validation, strict=True))


def parameters_of(model):
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


MISCONCEPTIONS = misconceptions(
    ("train-without-zeroing", "train", training(zero=False), FORUM,
     "Gradients of earlier batches are still there at the next step. What does backward() do to .grad?",
     "앞 배치의 기울기가 다음 스텝까지 남아 있어요. backward()가 .grad에 무엇을 하는지 떠올려 보세요."),
    ("train-stays-in-eval", "train", training(again=False, validate=evaluating(restore=False)), FORUM,
     "After the first validation the model trains on in evaluation mode.",
     "첫 검증이 끝난 뒤로 모델이 평가 모드인 채로 학습해요."),
    ("train-validates-in-training", "train", training(validate=evaluating(switch=False)), FORUM,
     "The validation loss is measured in training mode: dropout still drops.",
     "검증 손실을 학습 모드에서 재고 있어요. 드롭아웃이 계속 값을 버려요."),
    ("train-divides-twice", "train", training(twice=True), COURSE,
     "The loss is a mean already, and is divided by the batch size once more. Then the gradient is too small as well.",
     "이미 평균인 손실을 배치 크기로 한 번 더 나눴어요. 그러면 기울기도 그만큼 작아져요."),
    ("train-mean-of-batches", "train", training(weigh=False), FORUM,
     "The small last batch counts as much as a full one in the history. What is the mean over rows?",
     "기록에서 작은 마지막 배치가 꽉 찬 배치만큼 세어져요. 행에 대한 평균은 무엇일까요?"),
    ("train-drops-the-last-batch", "train", training(whole=False), FORUM,
     "The rows that do not fill a batch are never trained on.",
     "배치를 다 채우지 못한 행으로는 학습하지 않아요."),
    ("train-shuffles-apart", "train", training(apart=True), FORUM,
     "Inputs and labels are shuffled each by itself, so no row keeps its label.",
     "입력과 레이블을 따로 섞어서 짝이 흩어져요."),
    ("train-in-order", "train", training(order=torch.arange), COURSE,
     "Every epoch goes through the rows in the same order. Where should they be shuffled?",
     "에폭마다 행의 순서가 똑같아요. 어디에서 섞어야 할까요?"),
    ("step-before-backward", "train", training(step_first=True), FORUM,
     "The step comes before the gradient that it needs. What has .grad in it at that moment?",
     "스텝이 기울기보다 먼저 와요. 그 순간 .grad에는 무엇이 들어 있을까요?"),
    ("history-of-tensors", "train", training(plain=lambda loss: loss), FORUM,
     "The history holds tensors. What makes a plain number of a loss?",
     "기록에 텐서가 들어 있어요. 손실을 보통 숫자로 바꾸려면 무엇이 필요할까요?"),
    ("patience-off-by-one", "train", training(late=1), FORUM,
     "It waits one epoch more than its patience. Count by hand with a patience of 1.",
     "patience보다 한 에폭 더 기다려요. patience가 1일 때를 손으로 세어 보세요."),
    ("patience-never-forgives", "train", training(forgives=False), FORUM,
     "Bad epochs are counted over the whole run. When does the count begin anew?",
     "나쁜 에폭을 처음부터 끝까지 모두 세고 있어요. 언제 다시 0부터 세나요?"),
    ("equal-is-better", "train", training(equal=True), FORUM,
     "An epoch that is only as good as the best counts as a better one.",
     "가장 좋은 에폭과 똑같을 뿐인데 더 좋아진 것으로 세고 있어요."),
    ("train-keeps-the-last", "train", training(restore=False), COURSE,
     "At the end the model has its last weights, not its best. Were they kept as a copy, and put back?",
     "끝났을 때 모델에 가장 좋은 가중치가 아니라 마지막 가중치가 남아 있어요. 복사해 두었다가 되돌려 놓았나요?"),
    ("buffers-not-restored", "train", training(state=parameters_of), FORUM,
     "Only the parameters come back. A model may hold more than that; batch norm does.",
     "파라미터만 되돌려 놓았어요. 모델이 가진 것은 그게 다가 아니에요. 배치 정규화를 떠올려 보세요."),
    ("trained-on-validation", "train", training(also=both), COURSE,
     "The validation rows are trained on too, so they can't say any more how well it goes with rows that are new.",
     "검증 세트로도 학습하고 있어요. 그러면 처음 보는 데이터에서 얼마나 잘하는지 알 수 없어요."),
)  # fmt: skip
