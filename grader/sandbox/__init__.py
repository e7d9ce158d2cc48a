"""Processes that run a student's code, and what keeps them there: `start` chooses what this machine has."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.errors import OurFaultError
from grader.i18n import _
from grader.sandbox.worker import worker_spec

if TYPE_CHECKING:
    from grader.sandbox.forkserver import ForkServer
    from grader.sandbox.spawn import SpawnServer

_DESCRIPTORS = 64  # of open files and pipes, that judging needs at least


def start(
    imports: Sequence[str],
    *,
    spawn: bool = sys.platform != "linux",
    without: Sequence[str] = (),
    canary: Sequence[str] = (),
) -> ForkServer | SpawnServer:
    """Begin to make workers possible: a zygote on Linux, processes of their own elsewhere."""
    if spawn:
        from grader.sandbox.spawn import SpawnServer

        return SpawnServer(worker_spec(imports, canary=canary))
    from grader.sandbox.forkserver import ForkServer

    _demand_descriptors()
    return ForkServer(worker_spec(imports, without, canary))


def _demand_descriptors() -> None:
    """Complain where this process may have fewer open files than judging needs; it takes what it may take."""
    import resource

    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now == resource.RLIM_INFINITY or now >= _DESCRIPTORS:
        return
    if most != resource.RLIM_INFINITY and most < _DESCRIPTORS:
        what = _("A process may have only {n} files open here; judging needs {least}.")
        raise OurFaultError(what.format(n=most, least=_DESCRIPTORS), hint="ulimit -n 1024")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, most))
