"""Processes that run a student's code, and what keeps them there: `start` chooses what this machine has."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.sandbox.worker import worker_spec

if TYPE_CHECKING:
    from grader.sandbox.forkserver import ForkServer
    from grader.sandbox.spawn import SpawnServer


def start(
    imports: Sequence[str], *, spawn: bool = sys.platform != "linux", without: Sequence[str] = ()
) -> ForkServer | SpawnServer:
    """Begin to make workers possible: a zygote on Linux, processes of their own elsewhere."""
    if spawn:
        from grader.sandbox.spawn import SpawnServer

        return SpawnServer(worker_spec(imports))
    from grader.sandbox.forkserver import ForkServer

    return ForkServer(worker_spec(imports, without))
