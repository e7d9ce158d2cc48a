"""Wrong answers to hw5 that are known by name: `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone, and takes the place of one function of the reference.
"""

import copy
import math

import torch
from torch import nn
from torch.nn import functional

from grader.judge import Misconception

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
        return [(x[one], y[other]) for one, other in zip(rows, others, strict=True)]

    return split


def piece(order, start, length):
    return order[start : start + length]


def in_order(order, start, length):
    return torch.arange(len(order))[start : start + length]


def from_the_start(order, _start, length):
    return order[:length]


def standardizing(statistics=lambda training, _all, _own: training, correction=0, dims=0, guard=True):
    """A standardize that takes mean and standard deviation from elsewhere, or otherwise."""

    def standardize(training, *others):
        found = []
        for x in (training, *others):
            source = statistics(training, torch.cat([training, *others]), x)
            mean = source.mean(dim=dims)
            n = source.numel() // mean.numel()
            std = (((source - mean) ** 2).sum(dim=dims) / (n - correction)).sqrt()
            found.append((x - mean) / (torch.where(std < 1e-6, 1.0, std) if guard else std))
        return found

    return standardize


def model(*after, bend=nn.ReLU):
    """A network with something behind its scores, or without a bend in the middle."""

    def build_model(n_in, n_classes):
        return nn.Sequential(nn.Linear(n_in, 96), bend(), nn.Linear(96, n_classes), *(part() for part in after))

    return build_model


def macro(part, whole):
    return (part / whole.clamp(min=1)).mean().item()


def evaluating(
    switch=True,
    restore=True,
    graph=False,
    twice=False,
    percent=1,
    whole=True,
    table=macro,
    swap=False,
    of_batches=False,
):
    """An evaluate that forgets one thing, or counts one otherwise."""

    def evaluate(model, data, batch_size=256):
        x, y = data
        if not whole and len(x) > batch_size:
            x, y = (part[: len(x) // batch_size * batch_size] for part in data)
        was_training = model.training
        if switch:
            model.eval()
        with torch.set_grad_enabled(graph):
            scores = torch.cat([model(rows) for rows in x.split(batch_size)])
        if restore:
            model.train(was_training)
        classes = scores.shape[1]
        guess = scores.argmax(dim=1)
        confusion = torch.bincount(y * classes + guess, minlength=classes**2).reshape(classes, classes)
        right, shares = confusion.diagonal(), (confusion.sum(dim=0), confusion.sum(dim=1))
        precision, recall = (table(right, share) for share in (shares[::-1] if swap else shares))
        loss = functional.cross_entropy(scores, y).item() / (len(y) if twice else 1)
        accuracy = percent * right.sum().item() / len(y)
        if of_batches:
            parts = list(zip(scores.split(batch_size), y.split(batch_size), strict=True))
            loss = sum(functional.cross_entropy(*part).item() for part in parts) / len(parts)
            accuracy = sum((s.argmax(1) == t).double().mean().item() for s, t in parts) / len(parts)
        return {"loss": loss, "accuracy": accuracy, "precision": precision, "recall": recall}

    return evaluate


def micro(part, whole):
    return (part.sum() / whole.sum()).item()


def of_those_there(part, whole):
    return (part[whole > 0] / whole[whole > 0]).mean().item()


right_evaluate = evaluating()


def training(
    zero=True,
    again=True,
    validate=right_evaluate,
    twice=False,
    whole=True,
    apart=False,
    order=torch.randperm,
    step_first=False,
    plain=float,
    weigh=True,
    late=0,
    forgives=True,
    equal=False,
    state=lambda model: model.state_dict(),
    restore=True,
    also=lambda training, _validation: training,
):
    """A train that is wrong in one thing."""

    def train(model, training, validation, epochs=30, lr=1e-3, batch_size=64, patience=5):
        x, y = also(training, validation)
        optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
        history = {"train": [], "validation": []}
        best, waited, kept = math.inf, 0, None
        model.train()
        for _ in range(epochs):
            if again:
                model.train()
            seen = []
            for rows in order(len(x)).split(batch_size):
                if not whole and len(rows) < batch_size:
                    continue
                targets = y[torch.randperm(len(x))[: len(rows)]] if apart else y[rows]
                loss = functional.cross_entropy(model(x[rows]), targets) / (len(rows) if twice else 1)
                if zero:
                    optimizer.zero_grad()
                if step_first:
                    optimizer.step()
                loss.backward()
                if not step_first:
                    optimizer.step()
                seen.append((plain(loss.detach()), len(rows) if weigh else 1))
            history["train"].append(sum(value * n for value, n in seen) / max(sum(n for _, n in seen), 1))
            loss = validate(model, validation)["loss"]
            history["validation"].append(loss)
            if loss < best or (equal and loss == best):
                best, kept = loss, copy.deepcopy(state(model))
                waited = 0 if forgives else waited
            else:
                waited += 1
                if waited == patience + late:
                    break
        if restore and kept is not None:
            model.load_state_dict(kept, strict=False)
        return history

    return train


def both(training, validation):
    return tuple(torch.cat(parts) for parts in zip(training, validation, strict=True))


def parameters_of(model):
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


FORUM, LECTURE, COURSE = "course forums", "the lectures' slides", "members' projects"
WRONG = (
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
    ("softmax-in-the-model", "build_model", model(lambda: nn.Softmax(dim=1)), FORUM,
     "The model ends with a softmax, and the loss takes another one. What does cross entropy expect?",
     "모델 끝에 softmax가 있는데 손실이 softmax를 또 취해요. cross entropy가 무엇을 받는지 확인해 보세요."),
    ("model-without-a-bend", "build_model", model(bend=nn.Identity), LECTURE,
     "There is nothing non-linear between the layers: all of them together are one linear layer.",
     "층 사이에 비선형 함수가 없어요. 그러면 모두 합쳐도 선형 층 하나와 같아요."),
    ("evaluate-without-eval", "evaluate", evaluating(switch=False), FORUM,
     "The model is in training mode while it is measured: dropout still drops.",
     "학습 모드인 채로 재고 있어요. 드롭아웃이 계속 값을 버려요."),
    ("evaluate-stays-in-eval", "evaluate", evaluating(restore=False), FORUM,
     "After evaluate the model stays in evaluation. In which mode was it before?",
     "evaluate가 끝나도 모델이 평가 모드에 머물러요. 그 전에는 어느 모드였나요?"),
    ("evaluate-with-gradients", "evaluate", evaluating(graph=True), FORUM,
     "A graph for gradients is built that nobody asks for. Which context switches it off?",
     "아무도 쓰지 않을 기울기 그래프를 만들고 있어요. 무엇으로 끌 수 있을까요?"),
    ("evaluate-mean-of-batches", "evaluate", evaluating(of_batches=True), FORUM,
     "The small last batch counts as much as a full one. What is the mean over rows?",
     "작은 마지막 배치가 꽉 찬 배치만큼 세어져요. 행에 대한 평균은 무엇일까요?"),
    ("evaluate-drops-the-last-batch", "evaluate", evaluating(whole=False), FORUM,
     "The rows that do not fill a batch are not measured.",
     "배치를 다 채우지 못한 행은 재지 않아요."),
    ("evaluate-divides-twice", "evaluate", evaluating(twice=True), COURSE,
     "The loss is a mean already, and is divided by the number of rows once more.",
     "이미 평균인 손실을 행의 수로 한 번 더 나눴어요."),
    ("accuracy-in-percent", "evaluate", evaluating(percent=100), FORUM,
     "The accuracy is 100 times what is asked for: a share lies between 0 and 1.",
     "정확도가 100배예요. 비율은 0과 1 사이예요."),
    ("micro-average", "evaluate", evaluating(table=micro), FORUM,
     "All classes are counted together, so precision and recall are the accuracy once more. What is a macro average?",
     "모든 클래스를 한꺼번에 세서 정밀도와 재현율이 정확도와 같아졌어요. macro 평균이 무엇인지 확인해 보세요."),
    ("precision-is-recall", "evaluate", evaluating(swap=True), FORUM,
     "Precision and recall have changed places. Which of them asks «of those that I called so»?",
     "정밀도와 재현율이 뒤바뀌었어요. \"내가 그렇다고 한 것 중에서\"를 묻는 쪽은 어느 것일까요?"),
    ("absent-classes-left-out", "evaluate", evaluating(table=of_those_there), FORUM,
     "A class that is never guessed, or never there, is left out of the average. What does the handout let it count?",
     "한 번도 고르지 않았거나 한 번도 나오지 않은 클래스를 평균에서 뺐어요. 안내문에서는 무엇으로 세나요?"),
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
MISCONCEPTIONS = tuple(
    Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=variant) for id_, of, variant, seen, en, ko in WRONG
)
