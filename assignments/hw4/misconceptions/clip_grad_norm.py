"""Wrong answers to hw4: clip_grad_norm."""

import math

import torch

from grader import Misconception


def clipping(*, separate=False, always=False, values=False):
    @torch.no_grad()
    def clip_grad_norm(params, max_norm):
        grads = [p.grad for p in params if p.grad is not None]
        norm = math.sqrt(sum(float(g.norm()) ** 2 for g in grads))
        for g in grads:
            factor = max_norm / ((g.norm() if separate else norm) + 1e-6)
            _ = g.clamp_(-max_norm, max_norm) if values else g.mul_(factor if always else min(factor, 1))
        return norm

    return clip_grad_norm


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
)
