"""hw2: what the hidden cases share: operations, and functions that use several of them.

A case about several operations needs the cases of each of them. So where it fails, each operation by itself is right,
and the walk back through them is wrong.
"""

import numpy as np
from test_public import NEAR, agree, fitted

from grader import close, unchanged


def operations(names):
    """The cases that a case about these operations needs."""
    return tuple(f"test_tensor_operation_gradient[{name}]" for name in names.split())


PAIRED = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "truediv": lambda a, b: a / b,
    "matmul": lambda a, b: a @ b,
    "maxout": lambda a, b: a.maxout(b),
}
ARITHMETIC = ["add", "sub", "mul", "truediv"]


def deep(a, b):
    for _ in range(100):
        a = a * 1.01 + b
    return a


def doubled(a, times=30):
    """A walk along every path has no time for 30 doublings."""
    for _ in range(times):
        a = a + a
    return a


WALKS = {
    "a+a": lambda a, b: a + a + b,
    "a*a": lambda a, b: a * a + b,
    "diamond": lambda a, b: doubled(a, 2) + b,
    "near-first": lambda a, b: (near := a * b) * (near * near * b + a),
    "far-first": lambda a, b: ((near := a * b) * near * b + a) * near,
    "two-results": lambda a, b: (a * b, a + b + b),
    "shared-interior": lambda a, b: ((between := a * b) * a, between + between * b),
    "second-backward": lambda a, b: (a * b * b + a,) * 2,
    "200-deep": deep,
    "30-doublings": lambda a, b: doubled(a) + b,
}


def agree_twice(student, reference, name, x, y):
    held = student.array(x), student.array(y)
    for steps in (5, 3):
        expected = fitted(reference, name, x, y, lr=0.1, steps=steps)
        close(fitted(student, name, *held, lr=0.1, steps=steps), expected, **NEAR)
    unchanged(held[0], x)
    unchanged(held[1], y)


def heading(who, name, x, y):
    """The first step's weights, made one long."""
    answer = fitted(who, name, x, y, lr=0.1, steps=1)
    if not isinstance(answer, list):
        return answer
    with np.errstate(all="ignore"):
        return answer[0] / np.linalg.norm(answer[0])


def agree_by_default(student, reference, name, x, y):
    agree(fitted, student, reference, name, x, y, steps=3)
    # So slow that the thousandth step still shows: by 6e-4 of the way, which float64 is far from.
    expected = fitted(reference, name, x, y, lr=0.001)
    close(fitted(student, name, x, y, lr=0.001), expected, rtol=1e-5, atol=1e-6)
