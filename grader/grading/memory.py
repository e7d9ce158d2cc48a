"""How much memory a judge may take: what a submission answers must not fill the machine on which others are judged."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass

MOST = 1 << 30  # bytes beside what a judge takes when it is ready; hw5's reference needs a tenth of it
_SWOLLEN = 256 << 20  # bytes more than that: what a judge does not give back after a task
_RESIDENT, _DATA = 1, 5  # places in /proc/self/statm


@dataclass(frozen=True)
class JudgeMemory:
    """What this process takes now, in bytes; 0 where the system doesn't tell."""

    resident: int
    data: int

    @classmethod
    def now(cls) -> JudgeMemory:
        """Of this process."""
        if sys.platform != "linux":
            return cls(0, 0)
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 — not a file of anybody's
            fields = [int(field) * os.sysconf("SC_PAGE_SIZE") for field in file.read().split()]
        return cls(fields[_RESIDENT], fields[_DATA])

    def limit(self, most: int = MOST) -> None:
        """Let this process have so much more: what goes beyond raises MemoryError, as where a machine has no more.

        Only Linux keeps such a limit. A worker lifts it again, because it has limits of its own.
        """
        if sys.platform == "linux":
            import resource

            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            wanted = self.data + most
            resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))

    def has_swollen(self) -> bool:
        """Whether this process takes far more than it did, for good: then another should go on in its place."""
        if JudgeMemory.now().resident <= self.resident + _SWOLLEN:
            return False
        gc.collect()
        return JudgeMemory.now().resident > self.resident + _SWOLLEN
