"""The zygote: a process that has imported the libraries once, and from which workers are forked.

It is executed as a file of its own with an empty environment and is never forked from the judge: what a process once
held can be read in its children (copy-on-write memory, the initial stack), so this one never holds anything but the
libraries and the worker's side of the bridge. It runs no student code itself.

    python -I -S zygote.py FD        FD: a SOCK_SEQPACKET socket to the judge

    judge → zygote   {"files": {module: file}, "imports": [...], "support": [...], …}    once
    zygote → judge   {"ready": true, "offered": {layer: null or why not}, …}
    judge → zygote   {"fork": {...limits, "scratch": folder}} + 3 descriptors (requests, replies, output)
    zygote → judge   {"pid": n} + the pidfd where the kernel has them; the worker's first frame names its layers
    judge → zygote   {"end": true}                                  kill what is left of the worker, and wait
    zygote → judge   {"status": wait status, "out_of_memory": bool}

Where there is no fork server (macOS, Windows), the same file is executed for each worker:

    python -I -S zygote.py -         the first message above comes on standard input; replies on standard output
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import types
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
GROUP_SLACK = 256 << 20  # what a group counts beside the worker's own budget: page tables, its share of the libraries
MESSAGE = 1 << 20
ENDING_SECONDS = 8.0  # killing takes milliseconds; a crowd that forks faster than it dies must not hold the judge
DESCRIPTORS = 512  # pipes and files held open take memory of the kernel's
FIRST_FREE = 5  # 0 to 2 standard streams, 3 requests, 4 replies


class AllowedFinder:
    """Finds, of all that is installed beside the standard library, only what the assignment may import."""

    def __init__(self, names: Iterable[str], folders: Sequence[str]) -> None:
        self.names, self.folders = set(names), list(folders)

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        if path is None and name in self.names:
            return PathFinder.find_spec(name, self.folders)
        return None


class OwnFinder:
    """Finds the modules of the worker's side by their files, below a package that holds nothing else of the program."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        package = types.ModuleType("grader")
        package.__path__ = []
        package.__spec__ = ModuleSpec("grader", None)  # find_spec() in a notebook's first cell asks for it
        sys.modules["grader"] = package
        sys.modules["grader.worker.zygote"] = sys.modules["__main__"]  # this file, which runs already
        sys.meta_path.append(self)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        file = self.files.get(name)
        if file is None:
            return None
        below: list[str] | None = [] if os.path.basename(file) == "__init__.py" else None
        return importlib.util.spec_from_file_location(name, file, submodule_search_locations=below)

    def load_all(self) -> None:
        """Import every module of the list, and find none from here on: the files can't be read in a worker."""
        for name in self.files:
            importlib.import_module(name)
        sys.meta_path.remove(self)


def preload(names: Sequence[str]) -> None:
    """Import the assignment's libraries, and let them do once what they put off until first use."""
    for name in names:
        __import__(name)
    if "torch" in names:
        import torch

        torch.set_num_threads(1)
        weight = torch.nn.Parameter(torch.zeros(2))
        optimizer = torch.optim.SGD([weight], lr=0.1)  # imports torch._dynamo: seconds in each child otherwise
        weight.sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def become_worker(zygote: Zygote, limits: dict[str, Any], descriptors: Sequence[int], group: Any) -> None:
    """In the forked child: let go of everything, take on limits and layers, say which hold, then serve.

    Never returns. The list of layers goes out as the first frame, before the student's code is there to write one.
    """
    zygote.control.close()
    os.setsid()
    # Out of the way first: a descriptor may already have the number that another is to get.
    requests, replies, output = (os.dup2(fd, 20 + at) for at, fd in enumerate(descriptors))
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2), (requests, 3), (replies, 4)):
        os.dup2(source, target)
    if zygote.has_limits:
        take_limits(limits, zygote.mapped)
    active = zygote.lockdown.apply(limits["scratch"], work_bytes=limits["scratch_bytes"], group=group)
    os.closerange(FIRST_FREE, 65536)  # after the layers, which hold descriptors that they were prepared with
    hello = json.dumps({"layers": active}).encode()
    os.write(4, struct.pack("<Q", len(hello)) + hello)
    answer_on(3, 4)


def answer_on(requests: int, replies: int) -> None:
    """Serve one submission until the judge closes the bridge. Never returns."""
    from grader.worker import stubs
    from grader.worker.server import Server, serve

    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 — these live as long as the process
    streams = [open(fd, "w", encoding="utf-8", errors="replace") for fd in (1, 2)]  # noqa: SIM115
    sys.stdout, sys.stderr = streams

    def flush() -> None:
        for stream in streams:
            with contextlib.suppress(OSError, ValueError):  # what the submission closed costs its text, not its answer
                stream.flush()

    stubs.install()
    serve(Server(flush=flush), requests, replies)
    os._exit(0)


def take_limits(limits: dict[str, Any], in_use: int) -> None:
    """Stay within the memory and file size given, on top of what is in use; and leave no core."""
    if sys.platform == "win32":
        return
    import resource

    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, limits["file_bytes"])
    lower(resource.RLIMIT_CPU, limits["cpu_seconds"])
    lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    if sys.platform == "linux":  # elsewhere the address space has no limit that is kept
        lower(resource.RLIMIT_AS, in_use + limits["memory_bytes"])


def lower(which: int, value: int) -> None:
    """Lower a limit for good; where it is lower already, it stays."""
    import resource

    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def mapped() -> int:
    """Bytes of address space in use, where that can be limited: torch alone maps hundreds of megabytes."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def end_all(worker: int) -> int:
    """Kill the worker and everything that it left behind; the worker's wait status.

    Orphans of the worker become children of this process (it is their sub-reaper). So nothing of the submission is
    left when the kernel says that there is no child, whatever it forked and however it renamed its sessions. The list
    of children is only where to aim: it may miss one that comes or goes while it is read.
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
        everyone = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in everyone if parent_of(pid) == os.getpid()]


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The judge's next message and the descriptors that came with it; {} once the judge is gone."""
    data, ancillary, _flags, _address = control.recvmsg(MESSAGE, socket.CMSG_SPACE(3 * 4))
    descriptors = array.array("i")
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
    return (json.loads(data) if data else {}), list(descriptors)


def send(control: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """One message to the judge."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([json.dumps(message).encode()], rights)


def prepare(spec: dict[str, Any], own: OwnFinder) -> None:
    """Import what the spec names; afterwards nothing else that is installed can be imported."""
    sys.meta_path.append(AllowedFinder([*spec["imports"], *spec["support"]], spec["folders"]))
    preload(spec["imports"])
    own.load_all()
    if "torch" in spec["imports"]:
        from grader.worker import canary

        canary.get_ready()


class Zygote:
    """Forks workers and ends them as the judge asks, one at a time, until it closes its end or is killed."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.worker = 0
        self.group: Any = None  # the control group of the worker, where there are any
        # Orphans of a worker become children of this process, where they are found and ended.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.spec, _none = receive(control)
        self.home = self.spec["home"]
        self.own = OwnFinder(self.spec["files"])

    def get_ready(self) -> None:
        """Import, look at what the machine offers, and say so."""
        from grader.worker.layers import cgroup, compose, folders, privileges

        spec = self.spec
        offered = compose.survey()  # by trying, in children that are thrown away: before the libraries make them large
        prepare(spec, self.own)
        privileges.shed()
        self.lockdown = compose.prepare(
            folders.readable([*spec["imports"], *spec["support"]], spec["folders"]),
            offered,
            executable_maps="torch" in spec["imports"],
            scratch_parent=self.home,
            without=spec["without"],
        )
        self.has_limits = "rlimits" not in spec["without"]
        self.groups = cgroup.find()
        self.has_groups = bool(self.groups.pids or self.groups.memory) and "cgroup" not in spec["without"]
        if self.has_groups:
            cgroup.sweep(self.groups)
        import resource  # noqa: F401 — once here instead of once in each child

        gc.collect()
        gc.freeze()
        self.mapped = mapped()  # here instead of in each child: a fork has the same mappings
        send(self.control, {"ready": True, "offered": offered, "unreadable": self.lockdown.unreadable})

    def serve(self) -> None:
        """Do what the judge asks; whenever it is gone, take along what is left."""
        try:
            self.get_ready()
            while True:
                message, descriptors = receive(self.control)
                if not message:
                    return
                if "fork" in message:
                    self.start(message["fork"], descriptors)
                else:
                    send(self.control, self.end())
        finally:
            self.end()
            from grader.worker.removal import remove

            with contextlib.suppress(OSError):  # the judge does it too, unless it was killed
                remove(self.home)

    def start(self, limits: dict[str, Any], descriptors: list[int]) -> None:
        """Fork a worker, and tell the judge its pid."""
        if self.has_groups:
            from grader.worker.layers import cgroup

            self.group = cgroup.Group(self.groups, limits["memory_bytes"] + GROUP_SLACK, limits["processes"])
        self.worker = self.lockdown.fork()
        if self.worker == 0:
            try:
                become_worker(self, limits, descriptors, self.group)
            finally:
                os._exit(1)
        for fd in descriptors:
            os.close(fd)
        pidfd = os.pidfd_open(self.worker) if hasattr(os, "pidfd_open") else -1
        send(self.control, {"pid": self.worker}, [pidfd] if pidfd >= 0 else [])
        if pidfd >= 0:
            os.close(pidfd)

    def end(self) -> dict[str, Any]:
        """End the worker and all that came of it; how it ended."""
        status = end_all(self.worker)
        out_of_memory = False
        if self.group is not None:
            out_of_memory = self.group.out_of_memory()
            self.group.remove()
            self.group = None
        return {"status": status, "out_of_memory": out_of_memory}


def leave_with(judge: int) -> None:
    """End this process once the judge is gone, whatever the student's code is at."""
    while os.getppid() == judge:
        time.sleep(0.2)
    os._exit(1)


def serve_alone() -> None:
    """Be one worker on the standard streams, where nothing can be forked."""
    threading.Thread(target=leave_with, args=(os.getppid(),), daemon=True).start()
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what is printed goes to standard error, which the judge reads as output
    with open(requests, "rb", buffering=0, closefd=False) as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        first = b""
        while len(first) < length:
            first += stream.read(length - len(first))
    spec = json.loads(first)
    prepare(spec, OwnFinder(spec["files"]))
    os.chdir(spec["limits"]["scratch"])
    take_limits(spec["limits"], mapped())
    answer_on(requests, replies)


if __name__ == "__main__":
    for variable in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
    ):  # before any library reads them
        os.environ[variable] = "1"
    if sys.argv[1] == "-":
        serve_alone()
    else:
        Zygote(socket.socket(fileno=int(sys.argv[1]))).serve()
