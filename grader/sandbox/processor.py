"""One processor for a judge and its worker: they work by turns, so neither takes time from the other.

On two processors, each request would wake one that has just gone to sleep: in a virtual machine that takes longer than
most requests do, and both lose what their caches held. Two judges on one processor would each be half as fast, so each
judge claims its own.
"""

from __future__ import annotations

import ctypes
import os
import socket
from contextlib import suppress

_NAME = "\0d2d-processor-"  # because of the zero it is no file
# The processors of this process before it has chosen one.
_ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else frozenset[int]()


class Processor:
    """The processor of one judge, from the start of a worker to its end."""

    def __init__(self) -> None:
        self.claim: socket.socket | None = None

    def take(self, zygote: int) -> None:
        """Keep this thread, and the workers that the zygote will fork, on a processor that no other judge has.

        Where none is free, everything stays as it is. The one on which this thread runs now is tried first.
        """
        self.leave()
        if len(_ALL) < 2:
            return
        with suppress(OSError, AttributeError):  # where it can't be done, everything takes a little longer
            here = ctypes.CDLL(None).sched_getcpu()
            for processor in sorted(_ALL, key=lambda processor: processor != here):
                if self._claims(processor):
                    os.sched_setaffinity(zygote, {processor})
                    os.sched_setaffinity(0, {processor})
                    return
            os.sched_setaffinity(zygote, _ALL)  # it may still be where an earlier worker was

    def leave(self) -> None:
        """Let the system decide again where this thread runs."""
        if self.claim is not None:
            self.claim.close()
            self.claim = None
            with suppress(OSError):
                os.sched_setaffinity(0, _ALL)

    def _claims(self, processor: int) -> bool:
        """Whether this process now has the name of a processor, which one process has at a time and while it lives."""
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"{_NAME}{processor}")
        except OSError:
            claim.close()
            return False
        self.claim = claim
        return True
