"""The judge and its worker on one processor: they work by turns, so neither takes time from the other.

Apart, each request wakes a processor that has just gone to sleep: in a virtual machine that takes longer than most
requests do, and both lose what their caches held. Which processor it is the system says anew for each worker.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

# Asked before anything is moved.
_ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else frozenset[int]()


def together(zygote: int) -> None:
    """Keep this thread, and the workers that the zygote will fork, where this thread happens to be."""
    if len(_ALL) > 1:
        with suppress(OSError, AttributeError):  # where it can't be done, everything takes a little longer
            here = ctypes.CDLL(None).sched_getcpu()
            os.sched_setaffinity(zygote, {here})
            os.sched_setaffinity(0, {here})


def apart() -> None:
    """Let the system decide again where this thread runs."""
    if len(_ALL) > 1:
        with suppress(OSError):
            os.sched_setaffinity(0, _ALL)
