"""Wrong answers to hw3: Maxout."""

import torch
from variants import LECTURE, Part, linear, misconceptions


class MaxoutOfTwo(Part):
    """Two pieces, whatever is asked for."""

    def __init__(self, n_in, n_out, pieces=2):  # noqa: ARG002 (that is the misconception)
        self.pieces = [linear()(n_in, n_out) for _ in range(2)]

    def forward(self, x):
        return torch.maximum(self.pieces[0](x), self.pieces[1](x))


MISCONCEPTIONS = misconceptions(
    ("maxout-of-two", "Maxout", MaxoutOfTwo, LECTURE,
     "Maxout always has two pieces, as on the slide. The number is an argument here.",
     "Maxout의 조각이 슬라이드처럼 늘 두 개예요. 여기서는 개수가 인자예요."),
)  # fmt: skip
