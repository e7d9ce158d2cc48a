"""Wrong answers to hw3: gates."""

import torch
from variants import LECTURE, Chain, activation, linear, misconceptions


def gate(*layers):
    """A gate of these (weight, bias) pairs, each with a sigmoid behind it."""

    def build():
        chain = []
        for weight, bias in layers:
            layer = linear()(len(weight[0]), len(weight))
            layer.weight, layer.bias = (torch.tensor(values, requires_grad=True) for values in (weight, bias))
            chain += [layer, activation(torch.sigmoid)()]
        return Chain(*chain)

    return build


MISCONCEPTIONS = misconceptions(
    ("xor-is-or", "xor_gate", gate(([[20.0, 20.0], [20.0, 20.0]], [-10.0, -10.0]), ([[20.0, 20.0]], [-10.0])), LECTURE,
     "This gate also says yes to two ones. Which hidden neuron should object?",
     "둘 다 1일 때도 1이 나와요. 은닉 뉴런 중 누가 막아야 할까요?"),
)  # fmt: skip
