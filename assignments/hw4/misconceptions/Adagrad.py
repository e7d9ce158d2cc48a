"""Wrong answers to hw4: Adagrad."""

from variants import SLIPPED, RightAdagrad, but

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="adagrad-eps-inside",
        of="Adagrad",
        en="Look where eps stands: under the root or beside it?",
        ko="eps가 제곱근 안에 있는지 밖에 있는지 확인해 보세요.",
        seen="other libraries",
        variant=but(RightAdagrad, divisor=lambda s, total: (total + s.eps).sqrt()),
    ),
    Misconception(
        id="adagrad-no-root",
        of="Adagrad",
        en="You divide by the sum of the squares itself. What is taken of it first?",
        ko="제곱의 합으로 그대로 나눴어요. 나누기 전에 그 합에 무엇을 해야 하나요?",
        seen="a missing sqrt",
        variant=SLIPPED["Adagrad_no_root"],
    ),
    Misconception(
        id="adagrad-forgets",
        of="Adagrad",
        en="You divide by the last gradient alone. What became of those before it?",
        ko="마지막 기울기만으로 나눴어요. 그 전의 기울기들은 어디로 갔나요?",
        seen="= for +=",
        variant=but(RightAdagrad, gathered=lambda _s, _old, g: g**2),
    ),
)
