"""Wrong answers to hw3: batches."""

from variants import FORUM, batching, misconceptions

MISCONCEPTIONS = misconceptions(
    ("shuffled-apart", "batches", batching(labels=False), FORUM,
     "Inputs and labels are shuffled each by itself, so no row keeps its label.",
     "입력과 레이블을 따로 섞어서 짝이 흩어져요."),
    ("last-batch-dropped", "batches", batching(last=False), FORUM,
     "The rows that do not fill a batch are lost.",
     "배치를 다 채우지 못한 나머지 행이 사라져요."),
    ("batches-shuffled-whole", "batches", batching(inputs=False, whole=True), FORUM,
     "The batches come in another order, but each holds the same rows as ever. What should be shuffled?",
     "배치의 순서만 바뀌고 그 안의 행은 늘 같아요. 무엇을 섞어야 할까요?"),
)  # fmt: skip
