"""Wrong answers to hw4: AdamW."""

from variants import Adam, Base, but

from grader import Misconception


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def decayed(self, p, g):
        p *= 1 - self.lr * self.weight_decay
        return g


class DecayAfterwards(AdamW):
    def decayed(self, _p, g):
        return g

    def update(self, p, g, state):
        super().update(p, g, state)
        p *= 1 - self.lr * self.weight_decay


MISCONCEPTIONS = (
    Misconception(
        id="coupled-decay",
        of="AdamW",
        en="Your decay goes through the averages and the root, as in Adam. What does the W stand for?",
        ko="decay가 Adam에서처럼 이동 평균과 제곱근을 거쳐 가요. AdamW의 W가 무슨 뜻인지 떠올려 보세요.",
        seen="Adam with weight_decay",
        variant=but(AdamW, decayed=Base.decayed),
    ),
    Misconception(
        id="adamw-decay-grows",
        of="AdamW",
        en="Your decay makes parameters grow. Check its sign.",
        ko="decay가 파라미터를 오히려 키우고 있어요. 부호를 확인해 보세요.",
        seen="common",
        variant=but(AdamW, decayed=lambda s, p, g: (p.mul_(1 + s.lr * s.weight_decay), g)[1]),
    ),
    Misconception(
        id="decay-afterwards",
        of="AdamW",
        en="You shrink what the step has moved already. Look at the order.",
        ko="이미 움직인 값을 줄였어요. 순서를 다시 봐 주세요.",
        seen="common",
        variant=DecayAfterwards,
    ),
)
