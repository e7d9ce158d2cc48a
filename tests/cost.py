"""What a piece of work costs: a number that doesn't depend on the speed of the machine, or on what else it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

_TURNS = 1_000_000


def turns(work: Callable[[], object]) -> float:
    """How many turns of an empty loop take as much processor time as this work."""
    return _seconds(work) / _loop_seconds() * _TURNS


@cache
def _loop_seconds() -> float:
    return min(_seconds(_loop) for _ in range(3))


def _loop() -> None:
    for _ in range(_TURNS):
        pass


def _seconds(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started
