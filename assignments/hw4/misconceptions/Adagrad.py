"""Wrong answers to hw4: Adagrad."""

from variants import Adagrad, but

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="adagrad-eps-inside",
        of="Adagrad",
        en="Look where eps stands: under the root or beside it?",
        ko="eps가 제곱근 안에 있는지 밖에 있는지 확인해 보세요.",
        seen="other libraries",
        variant=but(Adagrad, divisor=lambda s, total: (total + s.eps).sqrt()),
    ),
)
