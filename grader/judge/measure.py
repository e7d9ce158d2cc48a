"""How far a case's comparisons were from their tolerances: `d2d audit` asks for it.

    with Measure() as measure:
        error = case.run(fixtures)
    measure.distance(error)

A comparison is a function that gets the measure and knows nothing of the case that runs:

    @comparison
    def close(measure, actual, expected): ...
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar, Token
from functools import wraps
from typing import Any, Concatenate, ParamSpec

_Options = ParamSpec("_Options")
# A case calls `close(actual, expected)`, so this is how its comparisons find the measure. Nothing else reads it.
_entered: ContextVar[Measure | None] = ContextVar("_entered", default=None)


class Measure:
    """Takes the distances of the comparisons that are made while it is entered, in tolerances."""

    def __init__(self) -> None:
        self.distances: list[float] = []  # 1 is the farthest that passes
        self._token: Token[Measure | None] | None = None

    def __enter__(self) -> Measure:
        self._token = _entered.set(self)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._token is not None:
            _entered.reset(self._token)

    def distance(self, error: BaseException | None) -> float:
        """The distance of a case that ended with `error`; infinite where it failed by something else than a value."""
        greatest = max(self.distances, default=0.0)
        return greatest if error is None or greatest > 1 else math.inf


def comparison(function: Callable[Concatenate[Measure | None, _Options], Any]) -> Callable[_Options, None]:
    """Make a comparison of a function. The case gives everything but the measure, which is None if nobody asks."""

    @wraps(function)
    def compare(*arguments: _Options.args, **options: _Options.kwargs) -> None:
        function(_entered.get(), *arguments, **options)

    return compare
