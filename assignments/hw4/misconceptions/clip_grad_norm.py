"""Wrong answers to hw4: clip_grad_norm."""

from variants import clipping

from grader import Misconception

MISCONCEPTIONS = (
    Misconception(
        id="clip-each",
        of="clip_grad_norm",
        en="Each of your gradients has a norm of its own. The direction of all together must stay.",
        ko="기울기마다 norm을 따로 쟀어요. 전체를 하나로 본 방향은 그대로여야 해요.",
        seen="common",
        variant=clipping(separate=True),
    ),
    Misconception(
        id="clip-always",
        of="clip_grad_norm",
        en="You lengthen gradients that are short already.",
        ko="이미 짧은 기울기를 오히려 늘리고 있어요.",
        seen="common",
        variant=clipping(always=True),
    ),
    Misconception(
        id="clip-values",
        of="clip_grad_norm",
        en="You cut single numbers, which turns the direction. It is the norm that is bounded.",
        ko="숫자를 하나씩 잘라서 방향이 틀어졌어요. 제한하는 것은 norm이에요.",
        seen="clip_grad_value_",
        variant=clipping(values=True),
    ),
    Misconception(
        id="clip-norms-added",
        of="clip_grad_norm",
        en="You add up the norms of the gradients. The norm of all numbers in one row is less than that.",
        ko="기울기마다 잰 norm을 그냥 더했어요. 모든 숫자를 한 줄로 이은 norm은 그보다 작아요.",
        seen="common",
        variant=clipping(added=True),
    ),
    Misconception(
        id="clip-returns-after",
        of="clip_grad_norm",
        en="What you return is the norm after shortening. Asked for is the one before.",
        ko="줄인 뒤의 norm을 돌려줬어요. 돌려줄 것은 줄이기 전의 norm이에요.",
        seen="common",
        variant=clipping(after=True),
    ),
)
