"""What a worker leaves is ended and removed: its processes, and its files however it left them.

Files are removed once nothing of the submission runs, so nothing changes meanwhile. There is no recursion: a program
can nest folders deeper than Python recurses, deeper than a path may be long, and deeper than descriptors may be open.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

ENDING_SECONDS = 8.0  # killing takes milliseconds; a crowd that forks faster than it dies must not hold the judge


def end_all(worker: int) -> int:
    """Kill the worker and everything that it left behind; the worker's wait status.

    Orphans of the worker become children of this process (it is their sub-reaper). So nothing of the submission is
    left when the kernel says that there is no child, whatever it forked and however it renamed its sessions. The list
    of children only says whom to kill: it may miss one that comes or goes while it is read.
    """
    status = 0
    until = time.monotonic() + ENDING_SECONDS
    while time.monotonic() < until:
        for pid in living_children():
            with contextlib.suppress(ProcessLookupError):  # between listing and killing it ended by itself
                os.kill(pid, signal.SIGKILL)
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            time.sleep(0.0002)
        elif pid == worker:
            status = ended
    return status


def living_children() -> list[int]:
    """The children of this process, zombies among them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]
    except FileNotFoundError:  # a kernel built without that file
        processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in processes if parent_of(pid) == os.getpid()]


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def remove(top: str) -> None:
    """Remove a folder and all that is in it. Links are removed themselves and never followed."""
    empty(top)
    os.rmdir(top)


def empty(top: str) -> None:
    """Remove all that is in a folder. The content of each inner folder is moved up beside it until none has any."""
    moved = 0
    while entries := list(os.scandir(top)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)  # it may have been made without rights; only its owner gets here
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)  # moving a folder changes its "..", which is writing to it
                moved += 1
                os.rename(inner.path, os.path.join(top, f".d2d-{os.getpid()}-{moved}"))
            os.rmdir(entry.path)
