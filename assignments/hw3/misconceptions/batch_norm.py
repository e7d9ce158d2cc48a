"""Wrong answers to hw3: BatchNorm1d."""

from variants import FORUM, misconceptions, norming

MISCONCEPTIONS = misconceptions(
    ("norm-momentum-reversed", "BatchNorm1d", norming(reverse=True), FORUM,
     "The running statistics follow each batch almost wholly. On which side does momentum stand here?",
     "이동 통계가 거의 통째로 새 배치를 따라가요. 여기서 momentum이 어느 쪽에 곱해지는지 확인해 보세요."),
    ("norm-by-unbiased", "BatchNorm1d", norming(own=1), FORUM,
     "The batch is normalized by the variance over N - 1. Two variances are in play: which goes where?",
     "배치를 N - 1로 나눈 분산으로 정규화했어요. 두 가지 분산이 각각 어디에 쓰이는지 보세요."),
    ("norm-notes-biased", "BatchNorm1d", norming(noted=0), FORUM,
     "What is noted for later is the variance over N. Two variances are in play: which goes where?",
     "나중을 위해 적어 두는 분산을 N으로 나눴어요. 두 가지 분산이 각각 어디에 쓰이는지 보세요."),
    ("norm-batch-in-evaluation", "BatchNorm1d", norming(always=True), FORUM,
     "In evaluation the batch at hand is still normalized by itself, so an answer hangs on its neighbours.",
     "평가할 때도 그 배치의 통계를 써요. 그러면 같은 입력의 답이 옆에 있는 입력에 따라 달라져요."),
    ("norm-eps-outside", "BatchNorm1d", norming(outside=True), FORUM,
     "eps is added to the root. Where does it stand in the formula?",
     "eps를 제곱근 밖에 더했어요. 식에서 eps가 어디에 있는지 보세요."),
)  # fmt: skip
