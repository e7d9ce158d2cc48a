"""The memory of a worker and its children as /proc shows it, for where no control group counts it.

It sees only what is there at the moment. RLIMIT_AS in the worker is what stops a sudden growth.
"""

from __future__ import annotations

import os
from contextlib import suppress


def memory_of(pid: int, share: int = 0) -> int:
    """Bytes of anonymous memory of a process and all below it, 0 once it is gone (man 5 proc_pid_statm).

    `share` is taken off for each process: the pages that it shares with the zygote would be counted in every one.
    """
    held = 0
    with suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/statm", "rb") as file:
            _size, resident, shared = map(int, file.read().split()[:3])
        held = max(0, (resident - shared) * os.sysconf("SC_PAGE_SIZE") - share)
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            children = [int(child) for child in file.read().split()]
        held += sum(memory_of(child, share) for child in children)
    return held
