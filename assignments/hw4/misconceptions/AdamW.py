"""Wrong answers to hw4: AdamW."""

from variants import SLIPPED

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="coupled-decay",
        of="AdamW",
        en="Your decay goes through the averages and the root, as in Adam. What does the W stand for?",
        ko="decay가 Adam에서처럼 이동 평균과 제곱근을 거쳐 가요. AdamW의 W가 무슨 뜻인지 떠올려 보세요.",
        seen="Adam with weight_decay",
        variant=SLIPPED["AdamW_coupled"],
    ),
    Misconception(
        id="adamw-decay-grows",
        of="AdamW",
        en="Your decay makes parameters grow. Check its sign.",
        ko="decay가 파라미터를 오히려 키우고 있어요. 부호를 확인해 보세요.",
        seen="common",
        variant=SLIPPED["AdamW_grows"],
    ),
    Misconception(
        id="decay-afterwards",
        of="AdamW",
        en="You shrink what the step has moved already. Look at the order.",
        ko="이미 움직인 값을 줄였어요. 순서를 다시 봐 주세요.",
        seen="common",
        variant=SLIPPED["AdamW_afterwards"],
    ),
)
