"""What a piece of work costs: a number that doesn't depend on the speed of the machine, or on what else it does."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_TURNS = 1_000_000


def turns(work: Callable[[], object]) -> float:
    """How many turns of an empty loop take as much processor time as this work.

    The loop runs right before and right after it: a neighbour on the same core makes all three slower.
    """
    before, own, after = _seconds(_loop), _seconds(work), _seconds(_loop)
    return own / max(before, after) * _TURNS


def _loop() -> None:
    for _ in range(_TURNS):
        pass


def _seconds(work: Callable[[], object]) -> float:
    """The seconds of this work alone: to collect what other tests have left is no part of it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        started = time.thread_time()
        work()
        return time.thread_time() - started
    finally:
        if collects:
            gc.enable()
