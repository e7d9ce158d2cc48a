"""Resource limits of each process: memory, processor time, files (man 2 setrlimit)."""

from __future__ import annotations

import os
import sys

from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

_DESCRIPTORS = 512  # pipes and files held open take memory of the kernel's


class Rlimits(Layer):
    """The limits that a process can lower for itself and never raise again."""

    gives = N_("memory, processor time, open files and their size are limited for each process")

    def __init__(self, ground: Ground) -> None:
        import resource  # noqa: F401 — once here instead of once in each child

        self.in_use = mapped_bytes()  # here instead of in each child: a fork has the same mappings

    @classmethod
    def available(cls) -> str | None:
        return "needs Linux or macOS" if sys.platform == "win32" else None

    def enter(self, limits: WorkerLimits) -> None:
        take_limits(limits, self.in_use)


def take_limits(limits: WorkerLimits, in_use: int) -> None:
    """Stay within the memory and file size given, on top of what is in use; and leave no core."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _lower(resource.RLIMIT_CPU, limits["cpu_seconds"])
    _lower(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    if sys.platform == "linux":  # elsewhere the address space has no limit that is kept
        _lower(resource.RLIMIT_AS, in_use + limits["memory_bytes"])


def mapped_bytes() -> int:
    """The address space in use, where that can be limited: torch alone maps hundreds of megabytes."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _lower(which: int, value: int) -> None:
    """Lower a limit for good; where it is lower already, it stays."""
    import resource

    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))
