"""Wrong answers to hw3: evaluate and fit."""

import torch
from variants import FORUM, batching, misconceptions, penalty


def evaluating(switch=True, restore=True):
    def evaluate(model, x, y, loss):
        mode = model.training
        if switch:
            model.eval()
        with torch.no_grad():
            value = loss(model(x), y).item()
        if restore:
            model.train(mode)
        return value

    return evaluate


def fitting(zero=True, weighted=True, with_penalty=False, train_again=True, best=True):
    """A fit that forgets one thing."""

    def fit(model, x, y, loss, epochs, lr, batch_size=32, shuffle=True, l1=0.0, l2=0.0, validation=None, stopping=None):
        if stopping is not None and validation is None:
            raise ValueError("no validation")
        history = {"train": [], "validation": []}
        model.train()
        for _ in range(epochs):
            if train_again:
                model.train()
            seen = []
            for inputs, targets in batching()(x, y, batch_size, shuffle):
                data = loss(model(inputs), targets)
                whole = data + penalty(lambda w: l1 * w.abs().sum() + l2 / 2 * (w**2).sum())(model, 1)
                for parameter in model.parameters() if zero else ():
                    parameter.grad = None
                whole.backward()
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter.sub_(lr * parameter.grad)
                seen.append(((whole if with_penalty else data).item(), len(inputs) if weighted else 1))
            history["train"].append(sum(value * n for value, n in seen) / sum(n for _, n in seen))
            if validation is not None:
                history["validation"].append(evaluating(restore=train_again)(model, *validation, loss))
                if stopping is not None and stopping.step(history["validation"][-1], model):
                    break
        if stopping is not None and best:
            stopping.restore(model)
        return history

    return fit


MISCONCEPTIONS = misconceptions(
    ("evaluate-without-eval", "evaluate", evaluating(switch=False), FORUM,
     "The loss is measured in training mode: dropout and batch norm still do what they do in training.",
     "학습 모드에서 손실을 재고 있어요. 드롭아웃과 배치 정규화가 학습할 때처럼 움직여요."),
    ("evaluate-stays-in-eval", "evaluate", evaluating(restore=False), FORUM,
     "After it the model stays in evaluation. In which mode was it before?",
     "끝나고도 모델이 평가 모드에 머물러요. 그 전에는 어느 모드였나요?"),
    ("fit-without-zeroing", "fit", fitting(zero=False), FORUM,
     "Gradients of earlier batches are still there at the next step. What does backward() do to .grad?",
     "앞 배치의 기울기가 다음 스텝까지 남아 있어요. backward()가 .grad에 무엇을 하는지 떠올려 보세요."),
    ("fit-mean-of-means", "fit", fitting(weighted=False), FORUM,
     "The small last batch counts as much as a full one. What is the mean over rows?",
     "작은 마지막 배치가 꽉 찬 배치만큼 세어져요. 행에 대한 평균은 무엇일까요?"),
    ("fit-penalty-in-history", "fit", fitting(with_penalty=True), FORUM,
     "The training losses have the penalty in them, so they can't be held against the validation losses.",
     "학습 손실에 벌점이 섞여 있어요. 그러면 검증 손실과 비교할 수 없어요."),
    ("fit-stays-in-eval", "fit", fitting(train_again=False), FORUM,
     "After the first validation the model trains on in evaluation mode.",
     "첫 검증이 끝난 뒤로 모델이 평가 모드인 채로 학습해요."),
    ("fit-keeps-the-last", "fit", fitting(best=False), FORUM,
     "After stopping early the model has its last weights, not its best.",
     "일찍 멈춘 뒤 모델에 가장 좋은 가중치가 아니라 마지막 가중치가 남아 있어요."),
)  # fmt: skip
