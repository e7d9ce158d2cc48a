"""Wrong answers to hw3: penalties."""

import torch
from variants import FORUM, misconceptions, penalty

MISCONCEPTIONS = misconceptions(
    ("l1-on-biases", "l1_penalty", penalty(lambda w: w.abs().sum(), smallest=1), FORUM,
     "The penalty counts biases too. Which parameters are weights?",
     "벌점에 편향까지 들어갔어요. 어떤 파라미터가 가중치인지 보세요."),
    ("l2-on-biases", "l2_penalty", penalty(lambda w: (w**2).sum() / 2, smallest=1), FORUM,
     "The penalty counts biases too. Which parameters are weights?",
     "벌점에 편향까지 들어갔어요. 어떤 파라미터가 가중치인지 보세요."),
    ("l2-without-half", "l2_penalty", penalty(lambda w: (w**2).sum()), "the slide of lecture 000",
     "The penalty is twice what is asked for. The lectures have two definitions; which one holds here?",
     "벌점이 두 배예요. 강의에 정의가 두 가지 나와요. 여기서는 어느 쪽인지 확인해 보세요."),
    ("l2-is-a-norm", "l2_penalty", penalty(lambda w: torch.sqrt((w**2).sum()) / 2), FORUM,
     "The root of the sum of squares is taken. Is there a root in the formula?",
     "제곱합에 제곱근을 취했어요. 식에 제곱근이 있나요?"),
    ("l1-without-abs", "l1_penalty", penalty(lambda w: w.sum()), FORUM,
     "Positive and negative weights cancel each other. What does L1 add up?",
     "양수와 음수 가중치가 서로 지워져요. L1은 무엇을 더하나요?"),
)  # fmt: skip
