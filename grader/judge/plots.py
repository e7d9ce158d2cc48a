"""From an answer and what was expected to the numbers of a small plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.report.plot import FURTHEST, MOST_VALUES, Kind, Plot

_LEAST = 3  # fewer values are read faster than they are drawn


def plot_of_arrays(actual: NDArray[Any], expected: NDArray[Any]) -> Plot | None:
    """Both arrays in their order; nothing where there is too little to see, or nothing finite to see it against."""
    if expected.size < _LEAST or not np.isfinite(expected).any():
        return None
    return Plot(Kind.VALUES, _numbers(expected.flat), _numbers(actual.flat), int(expected.size))


def plot_of_histories(actual: Sequence[Any], expected: Sequence[Any]) -> Plot | None:
    """Two lists of plain floats, which is how a training tells its losses; nothing where they hold anything else."""
    if len(expected) < _LEAST or any(type(value) is not float for value in (*actual, *expected)):
        return None
    return Plot(Kind.CURVE, _numbers(expected), _numbers(actual), len(expected))


def _numbers(values: Iterable[Any]) -> tuple[float | None, ...]:
    """The first ones, with as many digits as can be seen."""
    return tuple(float(f"{v:.6g}") if abs(v) <= FURTHEST else None for v in islice(values, MOST_VALUES))
