"""Control groups: they bound memory and processes of a worker together with all that it starts.

Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, cgroup-v1/pids.rst. A group is made only below the group
of this process, so a bound on this process holds for its workers too. As root it is made only where that group is the
top or was handed over (systemd's CGROUP_DELEGATION.md): the tree belongs to another manager otherwise.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

_PREFIX = "d2d-"
_LEAF = "d2d-supervisor"
_REMOVE_SECONDS = 2.0
_SLACK = 256 << 20  # what a group counts beside the budget: page tables, its share of the libraries
_counter = count()


@dataclass(frozen=True)
class Parents:
    """Folders below which groups can be made; both the same under v2. "" where a controller is out of reach."""

    version: int
    memory: str
    pids: str
    reason: str = ""

    @property
    def folders(self) -> list[str]:
        return list(dict.fromkeys(folder for folder in (self.memory, self.pids) if folder))


def find(parent: str | None = None) -> Parents:
    """Where groups can be made: below `parent`, a v2 group that was handed over; else below this process's own."""
    try:
        if parent is not None:
            return _second(parent)  # named by whoever set this machine up
        own = dict(_own_groups())
        places = {kind: folder for kind, folder in _mounts() if kind in own}
        if "memory" in places or "pids" in places:
            return _first(places, own)
        if "" in places:
            folder = os.path.normpath(places[""] + own[""])
            if not _ours(folder, own[""]):
                return Parents(2, "", "", f"the group {own['']} was not handed over to this process")
            return _second(folder)
    except OSError as error:
        return Parents(0, "", "", f"{error.filename or 'cgroup'}: {error.strerror}")
    return Parents(0, "", "", "no control groups are mounted")


class Cgroup(Layer):
    """A group for each worker, below that of the zygote; «out of memory» is known for certain by it."""

    gives = N_("memory and processes of a submission are bounded as a whole")
    from_outside = True

    def __init__(self, ground: Ground) -> None:
        self.parents = find()
        self.group: Group | None = None
        sweep(self.parents)

    @classmethod
    def available(cls) -> str | None:
        parents = find()
        if not parents.memory or not parents.pids:
            return parents.reason
        try:
            Group(parents, 1 << 26, 16).remove()
        except OSError as error:
            return f"{error.filename}: {error.strerror}"
        return None

    @property
    def label(self) -> str:
        return "" if self.group is None else self.group.label

    def before_fork(self, limits: WorkerLimits) -> None:
        if self.parents.folders:
            self.group = Group(self.parents, limits["memory_bytes"] + _SLACK, limits["processes"])

    def enter(self, limits: WorkerLimits) -> None:
        if self.group is not None:
            self.group.enter()

    def after_end(self) -> bool:
        if self.group is None:
            return False
        group, self.group = self.group, None
        out_of_memory = group.out_of_memory()
        group.remove()
        return out_of_memory


class Group:
    """A worker's group: the zygote makes it, and the child enters it before it does anything else."""

    def __init__(self, parents: Parents, memory_bytes: int, processes: int) -> None:
        self.version, self.parents = parents.version, parents
        name = f"{_PREFIX}{os.getpid()}-{next(_counter)}"
        self.folders = [os.path.join(folder, name) for folder in parents.folders]
        self.memory = os.path.join(parents.memory, name) if parents.memory else ""
        self.pids = os.path.join(parents.pids, name) if parents.pids else ""
        try:
            for folder in self.folders:
                os.mkdir(folder)
            self._limit(memory_bytes, processes)
        except OSError:
            self.remove()
            raise

    @property
    def label(self) -> str:
        """What a report calls it: the bare name only where it bounds all that it is there for."""
        kinds = [kind for kind, folder in (("memory", self.memory), ("pids", self.pids)) if folder]
        return "cgroup" if len(kinds) == 2 else f"cgroup ({kinds[0]})"

    def _limit(self, memory_bytes: int, processes: int) -> None:
        if self.memory and self.version == 2:
            _write(self.memory, "memory.max", str(memory_bytes))
            with suppress(FileNotFoundError):  # a kernel without swap accounting
                _write(self.memory, "memory.swap.max", "0")
            _write(self.memory, "memory.oom.group", "1")
        elif self.memory:
            _write(self.memory, "memory.limit_in_bytes", str(memory_bytes))
            with suppress(FileNotFoundError):
                _write(self.memory, "memory.memsw.limit_in_bytes", str(memory_bytes))
        if self.pids:
            _write(self.pids, "pids.max", str(processes))

    def enter(self) -> None:
        """Put the calling process in; what it forks stays in."""
        for folder in self.folders:
            _write(folder, "cgroup.procs", "0")

    def out_of_memory(self) -> bool:
        """Whether the kernel killed something of the group for want of memory."""
        if not self.memory:
            return False
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        counts = dict(line.split() for line in _read(self.memory, name).splitlines())
        return int(counts.get("oom_kill", 0)) > 0

    def kill(self) -> None:
        """Kill all that is in the group."""
        if self.version == 2:
            with suppress(FileNotFoundError):  # kernels before 5.14
                _write(self.folders[0], "cgroup.kill", "1")
                return
        for folder in self.folders:
            for pid in _read(folder, "cgroup.procs").split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), 9)

    def remove(self) -> None:
        """Kill what is left and remove the group; a process leaves its group a moment after it was killed."""
        until = time.monotonic() + _REMOVE_SECONDS
        for folder in self.folders:
            while os.path.isdir(folder):
                try:
                    os.rmdir(folder)
                except OSError as error:
                    if error.errno != errno.EBUSY or time.monotonic() > until:
                        raise
                    self.kill()
                    time.sleep(0.001)


def sweep(parents: Parents) -> None:
    """Remove the groups of zygotes that were killed before they could do it."""
    for folder in parents.folders:
        for name in os.listdir(folder):
            owner = name.removeprefix(_PREFIX).partition("-")[0]
            if name.startswith(_PREFIX) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                with suppress(OSError):  # something is still ending in it; the next start finds it empty
                    os.rmdir(os.path.join(folder, name))


def _first(places: dict[str, str], own: dict[str, str]) -> Parents:
    folders, reasons = {"memory": "", "pids": ""}, []
    for kind in folders:
        if kind not in places:
            reasons.append(f"{kind}: not mounted")
            continue
        folder = os.path.normpath(places[kind] + own[kind])
        if _ours(folder, own[kind]):
            folders[kind] = folder
        else:
            reasons.append(f"{kind}: the group {own[kind]} was not handed over to this process")
    return Parents(1, folders["memory"], folders["pids"], "; ".join(reasons))


def _second(folder: str) -> Parents:
    wanted = [kind for kind in ("memory", "pids") if kind in _read(folder, "cgroup.controllers").split()]
    if len(wanted) < 2:
        return Parents(2, "", "", f"{folder} has no controllers of memory and pids")
    if not set(wanted) <= set(_read(folder, "cgroup.subtree_control").split()):
        _enable(folder)
    return Parents(2, folder, folder)


def _enable(folder: str) -> None:
    try:
        _write(folder, "cgroup.subtree_control", "+memory +pids")
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # A group that hands controllers on may hold no process itself: this one moves into a leaf.
        with suppress(FileExistsError):
            os.mkdir(os.path.join(folder, _LEAF))
        _write(os.path.join(folder, _LEAF), "cgroup.procs", "0")
        _write(folder, "cgroup.subtree_control", "+memory +pids")


def _ours(folder: str, path: str) -> bool:
    if not os.access(folder, os.W_OK) or not os.access(os.path.join(folder, "cgroup.procs"), os.W_OK):
        return False
    return os.geteuid() != 0 or path == "/" or _handed_over(folder)


def _handed_over(folder: str) -> bool:
    for name in ("trusted.delegate", "user.delegate"):  # set by systemd for units with Delegate=yes
        with suppress(OSError):
            return os.getxattr(folder, name) == b"1"
    return False


def _own_groups() -> Iterator[tuple[str, str]]:
    """The group of this process by controller; "" is v2."""
    for line in _read("/proc/self", "cgroup").splitlines():
        _number, kinds, path = line.split(":", 2)
        for kind in kinds.split(","):
            yield kind, path


def _mounts() -> Iterator[tuple[str, str]]:
    """Where each controller is mounted; "" is v2 (man 5 proc_pid_mountinfo)."""
    for line in _read("/proc/self", "mountinfo").splitlines():
        mounted, _dash, system = line.partition(" - ")
        kind, _source, options = system.split(" ", 2)
        if kind == "cgroup2":
            yield "", mounted.split(" ")[4]
        elif kind == "cgroup":
            for option in options.split(","):
                yield option, mounted.split(" ")[4]


def _read(folder: str, name: str) -> str:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def _write(folder: str, name: str, text: str) -> None:
    fd = os.open(os.path.join(folder, name), os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
