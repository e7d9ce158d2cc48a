"""Wrong answers to hw3: EarlyStopping."""

from variants import FORUM, misconceptions, stopping

MISCONCEPTIONS = misconceptions(
    ("patience-off-by-one", "EarlyStopping", stopping(late=1), FORUM,
     "It waits one epoch more than its patience. Count by hand with a patience of 1.",
     "patience보다 한 에폭 더 기다려요. patience가 1일 때를 손으로 세어 보세요."),
    ("patience-never-forgives", "EarlyStopping", stopping(forgiving=False), FORUM,
     "Bad epochs are counted over the whole run. When does the count begin anew?",
     "나쁜 에폭을 처음부터 끝까지 모두 세고 있어요. 언제 다시 0부터 세나요?"),
    ("compares-with-the-epoch-before", "EarlyStopping", stopping(previous=True), FORUM,
     "Each loss is compared with the one before. With which should it be compared?",
     "손실을 바로 앞 에폭과 비교하고 있어요. 무엇과 비교해야 할까요?"),
    ("best-weights-not-copied", "EarlyStopping", stopping(copies=False), FORUM,
     "The best weights are kept by name alone, and training goes on changing them. What makes a copy?",
     "가장 좋은 가중치를 이름으로만 붙잡아 두어서 학습이 계속 바꿔 버려요. 복사하려면 무엇이 필요할까요?"),
)  # fmt: skip
