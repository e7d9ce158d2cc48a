"""hw3, the hidden cases: each operation at its edges, then operations put together.

A case is a script that runs on both sides, as in test_public.py. An edge whose answer is nothing much (all zeros, the
input, an exception) stands beside an ordinary value in the same case: what does nothing earns nothing. Where numbers
are random, what is read of them is not: the distinct values, or a mean over many, rounded. So the same mistake gives
the same answers whenever it is made, and its hint can be found.
"""

import numpy as np

from grader import TensorValue, close, read


def near(actual, expected, rtol=1e-4, atol=1e-5):
    """As close as float32 is after some dozen steps in any order."""
    close(actual, expected, rtol=rtol, atol=atol)


def agree(student, reference, script, **tolerance):
    near(script(student), script(reference), **tolerance)


def draw(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


def yes(remote):
    """A truth value that torch worked out in the worker."""
    close(read(remote), TensorValue(np.array(True)))
