"""Wrong answers to hw3: activations."""

import torch
from variants import FORUM, LECTURE, activation, misconceptions

MISCONCEPTIONS = misconceptions(
    ("sigmoid-nan-gradient", "Sigmoid", activation(lambda x: 1 / (1 + torch.exp(-x))), FORUM,
     "Far from 0 the value is right, but its gradient is NaN. What does autograd multiply there?",
     "0에서 먼 곳의 값은 맞지만 기울기가 NaN이에요. 거기서 autograd가 무엇을 곱하는지 따라가 보세요."),
    ("tanh-overflow", "Tanh", activation(lambda x: (1 - torch.exp(-2 * x)) / (1 + torch.exp(-2 * x))), LECTURE,
     "The slide's formula is inf / inf far below 0. Work it out on paper into another form.",
     "슬라이드의 식은 아주 작은 x에서 inf / inf가 돼요. 종이에서 다른 모양으로 바꿔 보세요."),
    ("relu-gradient-at-0", "ReLU", activation(lambda x: torch.maximum(x, torch.zeros_like(x))), FORUM,
     "The value is right, but the gradient at exactly 0 is not 0. What does your function do with a tie?",
     "값은 맞지만 정확히 0에서 기울기가 0이 아니에요. 두 값이 같을 때 그 함수가 어떻게 하는지 보세요."),
    ("leaky-fixed-slope", "LeakyReLU", activation(lambda x, _slope: torch.where(x > 0, x, 0.01 * x), 0.01), FORUM,
     "LeakyReLU has the same slope whatever it is given. Is the argument used?",
     "어떤 slope를 줘도 기울기가 똑같아요. 인자를 쓰고 있나요?"),
    ("elu-nan-gradient", "ELU", activation(lambda x, a: torch.where(x > 0, x, a * (torch.exp(x) - 1)), 1.0), FORUM,
     "For large x the gradient is NaN, though the branch with the exponential is not chosen there.",
     "x가 크면 지수 쪽을 고르지 않는데도 기울기가 NaN이에요. 고르지 않은 쪽의 기울기는 어떻게 될까요?"),
    ("elu-without-alpha", "ELU", activation(lambda x, _a: torch.where(x > 0, x, torch.expm1(x.clamp(max=0))), 1.0),
     FORUM,
     "ELU gives the same whatever alpha is. Is the argument used?",
     "alpha를 바꿔도 ELU의 값이 그대로예요. 인자를 쓰고 있나요?"),
)  # fmt: skip
