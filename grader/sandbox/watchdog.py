"""Memory of a worker and its children by /proc, for whoever watches from outside where no control group is writable.

A poor substitute: it sees only what is there when it looks. RLIMIT_AS in the worker is what stops a sudden growth.
"""

from __future__ import annotations

import os
from contextlib import suppress

GIVES = "the memory of a whole worker can be watched from outside"


def available() -> str | None:
    """None where the children and the memory of a process can be read; else the reason."""
    for name in ("statm", f"task/{os.getpid()}/children"):
        if not os.path.exists(f"/proc/self/{name}"):
            return f"/proc/self/{name} is not there"
    return None


def memory_of(pid: int, share: int = 0) -> int:
    """Bytes of anonymous memory of a process and all below it, 0 once it is gone (man 5 proc_pid_statm).

    What a fork shares unwritten with the zygote is counted in each; `share` is taken off every one of them for that.
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
