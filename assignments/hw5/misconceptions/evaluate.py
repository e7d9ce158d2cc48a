"""Wrong answers to hw5: evaluate."""

from variants import COURSE, FORUM, evaluating, misconceptions


def micro(part, whole):
    return (part.sum() / whole.sum()).item()


def of_those_there(part, whole):
    return (part[whole > 0] / whole[whole > 0]).mean().item()


MISCONCEPTIONS = misconceptions(
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
)  # fmt: skip
