"""hw3: what the hidden cases share.

A case is a script that runs on both sides, as in test_public.py. Where the right answer is all zeros, the input itself
or an exception, the same case also asks for an ordinary value, so that code that does nothing earns nothing.

Where numbers are random, a case reads all of them and decides here. What is not random about them (which factors there
are, a rounded mean over many) it tells apart from chance: that a mistake gives every time, so its hint can be found.
"""

import numpy as np

from grader import TensorValue, close, read


def near(actual, expected, rtol=1e-4, atol=1e-5, dtype=False):
    """As close as float32 stays over some dozen steps, in whatever order they are taken."""
    close(actual, expected, rtol=rtol, atol=atol, dtype=dtype)


def agree(student, reference, script, **tolerance):
    near(script(student), script(reference), **tolerance)


def draw(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


def symmetric(rng, n):
    """A matrix that is its own transpose: to lie the other way round is a mistake of other cases."""
    drawn = rng.normal(size=(n, n))
    return drawn + drawn.T


def in_both(values):
    """The same numbers in both precisions, which both can hold."""
    single = np.asarray(values, np.float32)
    return TensorValue(single), TensorValue(single.astype(np.float64))


def double(module):
    """A module with all that it holds in double precision."""
    for part in list(module.state()):
        part.data = part.data.double()
    return module


def precise(student, reference, make, *inputs):
    """What a layer answers is of the precision of its input, where what it holds is of that precision too."""

    def script(side):
        layer = make(side)
        single = [read(layer(in_both(x)[0])) for x in inputs]
        return single + [read(double(layer)(in_both(x)[1])) for x in inputs]

    near(script(student), script(reference), dtype=True)


def unlike(lines):
    """Lines of a hundred draws or so, each 1 or -1 by itself: none is like another one or its opposite, or all alike.

    Of a hundred lines chance makes two as much alike as that less often than once in 10^9 times.
    """
    assert np.abs(np.triu(lines @ lines.T, 1)).max() <= 7.5 * lines.shape[1] ** 0.5
    assert np.abs(lines.sum(axis=1)).max() <= 7.5 * lines.shape[1] ** 0.5


def unlike_weights(first, second):
    """Two square weights, each drawn by itself: no row and no column is like another one or its opposite."""
    for lines in (np.concatenate([first, second]), np.concatenate([first, second], axis=1).T):
        units = lines / np.linalg.norm(lines, axis=1, keepdims=True)
        assert np.abs(np.triu(units @ units.T, 1)).max() <= 8 / lines.shape[1] ** 0.5
