"""Wrong answers to hw4: RMSprop."""

from variants import Adagrad, but

from grader import Misconception


class RMSprop(Adagrad):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr, eps, weight_decay)
        self.alpha = alpha

    def gathered(self, s, g):
        return self.alpha * s + (1 - self.alpha) * g**2


MISCONCEPTIONS = (
    Misconception(
        id="rmsprop-swapped",
        of="RMSprop",
        en="Your average listens to alpha of the new and 1 - alpha of the old. It is the other way round.",
        ko="새 값에 alpha, 옛 값에 1 - alpha를 곱했어요. 둘이 바뀌었어요.",
        seen="common",
        variant=but(RMSprop, gathered=lambda s, old, g: (1 - s.alpha) * old + s.alpha * g**2),
    ),
)
