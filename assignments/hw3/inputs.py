"""hw3: what the hidden cases share.

A case is a script that runs on both sides, as in test_public.py. Where the right answer is all zeros, the input itself
or an exception, the same case also asks for an ordinary value, so that code that does nothing earns nothing.

Where numbers are random, a case reads what is not random about them: which values there are, or a rounded mean over
many. So a mistake gives the same answers every time, and its hint can be found.
"""

import numpy as np

from grader import TensorValue, close, read


def near(actual, expected, rtol=1e-4, atol=1e-5):
    """As close as float32 stays over some dozen steps, in whatever order they are taken."""
    close(actual, expected, rtol=rtol, atol=atol)


def agree(student, reference, script, **tolerance):
    near(script(student), script(reference), **tolerance)


def draw(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


def yes(remote):
    """What torch found in the worker must be true."""
    close(read(remote), TensorValue(np.array(True)))
