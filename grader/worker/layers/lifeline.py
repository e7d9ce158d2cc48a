"""A worker ends with its zygote, however the zygote ends."""

from __future__ import annotations

import os
import select
import signal

from grader.worker.layers.kernel import PR_SET_PDEATHSIG, out_of_the_way, prctl


class Lifeline:
    """A pipe that closes with the process that made it: in a new namespace, getppid reads 0 for every parent."""

    def __init__(self) -> None:
        self.alive, self._kept = map(out_of_the_way, os.pipe())

    def take(self) -> None:
        """In the child: let go of the end that only the parent may hold."""
        os.close(self._kept)

    def tie(self) -> None:
        """In the child: be killed when the parent ends, also where it has ended before this line."""
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if not self.holds():
            os._exit(1)
        os.close(self.alive)

    def holds(self) -> bool:
        """In the child: whether the parent is alive."""
        poll = select.poll()
        poll.register(self.alive, 0)
        return not poll.poll(0)
