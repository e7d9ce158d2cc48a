"""What a worker leaves is ended and removed: its processes, and its files however it left them.

Files are removed once nothing of the submission runs, so nothing should change meanwhile. Where something got away and
still runs, it can put a link in place of a folder at any moment: so every step is taken from a folder that is open, and
none by a path. There is no recursion: a program can nest folders deeper than Python recurses, deeper than a path may be
long, and deeper than descriptors may be open.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import time

from grader.worker.opened import CAN_OPEN, open_folder, open_with_rights

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
    if not CAN_OPEN:
        import shutil

        shutil.rmtree(top)
        return
    folder = open_folder(top)
    try:
        empty(folder)
    finally:
        os.close(folder)
    os.rmdir(top)


def empty(top: int) -> None:
    """Remove all that is in an open folder. The content of each inner folder is moved up until none has any.

    An error where something is still put there: it could go on for good.
    """
    prefix, moved, names = f".d2d-{os.urandom(8).hex()}-", 0, os.listdir(top)
    while names:
        for name in names:
            if not stat.S_ISDIR(os.lstat(name, dir_fd=top).st_mode):
                os.unlink(name, dir_fd=top)
                continue
            folder = open_with_rights(name, top)
            try:
                for entry in list(os.scandir(folder)):
                    if entry.is_dir(follow_symlinks=False):
                        # Moving a folder changes its "..", which is writing to it.
                        os.close(open_with_rights(entry.name, folder))
                    moved += 1
                    os.rename(entry.name, f"{prefix}{moved}", src_dir_fd=folder, dst_dir_fd=top)
            finally:
                os.close(folder)
            os.rmdir(name, dir_fd=top)
        names = os.listdir(top)
        if not all(name.startswith(prefix) for name in names):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
