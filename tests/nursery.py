"""Zygotes forked from a process that has imported the libraries already, which takes seconds where torch is one.

What forks them was executed as a zygote is, with an empty environment, and holds what a zygote holds before its judge
speaks to it: the libraries and `grader.worker`. Only that is done once for all. How a zygote is executed, the tests of
the sandbox show, which don't use this.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

NAME = "nursery"  # of the processes from which zygotes are forked; a test does not count them as its own
KINDS = (["numpy"], ["numpy", "torch"])
_PR_SET_NAME = 15
forking = True  # False where zygotes shall be executed


class Nursery:
    """Forks zygotes for this process and for those that know its address, until it is closed."""

    def __init__(self) -> None:
        from grader.sandbox.worker import COMMAND, worker_spec

        libraries = [name for name in KINDS[-1] if importlib.util.find_spec(name)]
        self.address = f"d2d-nursery-{os.getpid()}"
        self._here, there = socket.socketpair()
        with there:
            self.process = subprocess.Popen(
                [
                    *COMMAND[:-1],
                    __file__,
                    COMMAND[-1],
                    str(there.fileno()),
                    self.address,
                    *worker_spec(libraries).folders,
                ],
                env={},
                stdin=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,
            )
        self._here.recv(1)

    def close(self) -> None:
        self._here.close()
        self.process.wait()


class ForkedZygote:
    """What a judge needs of `subprocess.Popen`, for a process that another has forked."""

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid, self._pidfd = pid, pidfd
        self.returncode: int | None = None

    def poll(self) -> int | None:
        self._wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._wait(timeout):
            raise subprocess.TimeoutExpired(NAME, timeout or 0)
        return 0

    def kill(self) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _wait(self, seconds: float | None) -> bool:
        if self.returncode is None and select.select([self._pidfd], [], [], seconds)[0]:
            os.close(self._pidfd)
            self.returncode = 0
        return self.returncode is not None


def fork_from(address: str) -> Any:
    """Let every `ForkServer` of this process get its zygote there, if it has the same user and namespaces as now."""
    from grader.sandbox import forkserver

    usual, own = forkserver.ForkServer._start, identity()
    imports: list[str] = []

    def start(server: forkserver.ForkServer) -> None:
        imports[:] = server.spec.imports
        usual(server)

    def popen(argv: list[str], **options: Any) -> subprocess.Popen[bytes] | ForkedZygote:
        zygote = None
        if forking and imports in KINDS and identity() == own:
            zygote = asked_for(address, imports, int(argv[-1]), options["stderr"].fileno())
        return zygote or subprocess.Popen(argv, **options)

    forkserver.ForkServer._start = start  # type: ignore[method-assign]
    forkserver.subprocess = SimpleNamespace(  # type: ignore[assignment]
        Popen=popen, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )


def identity() -> list[Any]:
    """Who this process is to the kernel."""
    return [os.getresuid(), *(Path(f"/proc/self/ns/{name}").readlink() for name in ("user", "mnt", "pid", "net"))]


def asked_for(address: str, imports: list[str], control: int, complaints: int) -> ForkedZygote | None:
    """A zygote that speaks over `control`; None where nobody forks one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        try:
            line.connect(f"\0{address}-{imports[-1]}")
            order = {"folder": str(Path.cwd())}
            socket.send_fds(line, [json.dumps(order).encode()], [control, complaints])
            reply, pidfds, _flags, _address = socket.recv_fds(line, 100, 1)
        except OSError:
            return None
    return ForkedZygote(int(reply), pidfds[0]) if pidfds else None


def wait_for_order(alive: socket.socket, lines: dict[str, socket.socket]) -> tuple[dict[str, Any], list[int]]:
    """Fork for every order, until `alive` ends; return in the fork. The one for torch has a process of its own."""
    while True:
        asked = select.select([alive, *lines.values()], [], [])[0]
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if alive in asked:
            os._exit(0)
        with asked[0].accept()[0] as line:
            if asked[0] is lines.get("torch") and len(lines) > 1:
                if os.fork():
                    lines.pop("torch").close()
                    continue
                lines = {"torch": lines["torch"]}
                load(KINDS[1], FOLDERS)
            data, descriptors, _flags, _address = socket.recv_fds(line, 1 << 16, 2)
            if not descriptors:
                continue
            if (pid := os.fork()) == 0:
                return json.loads(data), descriptors
            for descriptor in descriptors:
                os.close(descriptor)
            with contextlib.suppress(OSError):  # who asks executes one then
                pidfd = os.pidfd_open(pid)
                socket.send_fds(line, [str(pid).encode()], [pidfd])
                os.close(pidfd)


def load(imports: list[str], folders: list[str]) -> None:
    """Import what a zygote would, as it would."""
    from grader.worker import libraries

    finder = libraries.AllowedFinder(libraries.with_support(imports), folders)
    sys.meta_path.append(finder)
    for name in [*imports, *libraries.modules()]:
        importlib.import_module(name)
    for name in imports:
        libraries.library(name).get_ready()
    sys.meta_path.remove(finder)
    gc.collect()
    gc.freeze()


def rename(name: str) -> None:
    """Show this name of the process to the system."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def become_zygote(control: int, complaints: int, folder: str) -> None:
    """Be what was executed with these descriptors in this folder. Never returns."""
    os.setsid()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, descriptor in enumerate((nothing, nothing, complaints)):
        os.dup2(descriptor, number)
    os.dup2(control, 100)
    os.closerange(3, 100)
    os.closerange(101, 4096)
    from grader.worker.service import Zygote

    try:
        Zygote(100).serve()
    except BaseException:  # noqa: BLE001 — an interpreter would do the same
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    SCRIPT, ALIVE, ADDRESS, *FOLDERS = sys.argv[1:]
    found = importlib.util.spec_from_file_location("main", SCRIPT)
    main = importlib.util.module_from_spec(found)  # type: ignore[arg-type]
    found.loader.exec_module(main)  # type: ignore[union-attr]
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # as there
        os.environ[variable] = "1"
    main.make_package()
    load(KINDS[0], FOLDERS)
    rename(NAME)
    alive = socket.socket(fileno=int(ALIVE))
    lines = {}
    for kind in KINDS:
        lines[kind[-1]] = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lines[kind[-1]].bind(f"\0{ADDRESS}-{kind[-1]}")
        lines[kind[-1]].listen(64)
    alive.sendall(b"!")
    order, (control, complaints) = wait_for_order(alive, lines)
    rename("python")
    main.__name__ = "__main__"
    sys.modules["__main__"], sys.argv = main, [SCRIPT, "100"]
    become_zygote(control, complaints, order["folder"])
