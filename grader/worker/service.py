"""The zygote, and how a process becomes a worker: its descriptors are put in place, it is locked down, then it answers.

Judge and worker speak over pipes; each message is a frame, which begins with its length.

The zygote is a process that has imported the libraries once, and from which workers are forked. It is executed
(`__main__.py`) and never forked from the judge, and it runs no student code itself. It talks to the judge over a
SOCK_SEQPACKET socket:

    judge → zygote   {"imports": [...], "folders": [...], "without": [...], "canary": [...], "home": folder}   once
    zygote → judge   {"ready": true, "offered": {layer: null or why not}, "unreadable": null or what}
    judge → zygote   {"fork": {...limits, "scratch": folder}} + 3 descriptors (requests, replies, output)
    zygote → judge   {"pid": n} + the pidfd where the kernel has them; the worker's first frame names its layers
    judge → zygote   {"end": true}                                  kill what is left of the worker, and wait
    zygote → judge   {"status": wait status, "out_of_memory": bool}
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import json
import linecache
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from grader.worker import canary
from grader.worker.layers import compose, folders
from grader.worker.layers.layer import WorkerLimits
from grader.worker.layers.rlimits import mapped_bytes, take_limits
from grader.worker.leftovers import end_all, remove
from grader.worker.libraries import library, load_libraries, with_support
from grader.worker.opened import stand_in

HEADER = struct.Struct("<Q")  # the length of the frame that follows
_REQUESTS, _REPLIES, _FIRST_FREE = 3, 4, 5  # descriptors of a worker; 0 to 2 are the standard streams
_OUT_OF_THE_WAY = 20
_PR_SET_CHILD_SUBREAPER = 36
_MESSAGE_BYTES = 1 << 20


class Zygote:
    """Forks workers and ends them as the judge asks, one at a time, until it closes its end or is killed."""

    def __init__(self, descriptor: int) -> None:
        self.control = socket.socket(fileno=descriptor)
        self.worker = 0
        self.lockdown: compose.Lockdown | None = None
        # Orphans of a worker become children of this process, where they are found and ended.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.spec, _none = self.receive()

    def serve(self) -> None:
        """Do what the judge asks; once it is gone, take along what is left."""
        try:
            lockdown = self.lockdown = self.get_ready()
            while True:
                message, descriptors = self.receive()
                if not message:
                    return
                if "fork" in message:
                    self.start(lockdown, message["fork"], descriptors)
                else:
                    self.send(self.end())
        finally:
            self.end()
            with contextlib.suppress(OSError):  # the judge does it too, unless it was killed
                remove(self.spec["home"])

    def get_ready(self) -> compose.Lockdown:
        """Import, look at what the machine offers, and say so."""
        imports, where = self.spec["imports"], self.spec["folders"]
        offered = compose.survey()  # before the libraries make its forks large
        load_libraries(imports, where)
        if self.spec["canary"]:
            canary.get_ready()
        linecache.clearcache()  # texts of files that workers may not read
        gc.collect()
        lockdown = compose.prepare(
            folders.readable(with_support(imports), where, list(filter(canary.is_part, self.spec["canary"]))),
            offered,
            executable_maps=any(library(name).executable_maps for name in imports),
            scratch_parent=self.spec["home"],
            without=self.spec["without"],
        )
        gc.freeze()
        self.send({"ready": True, "offered": offered, "unreadable": lockdown.unreadable})
        return lockdown

    def start(self, lockdown: compose.Lockdown, limits: dict[str, Any], descriptors: list[int]) -> None:
        """Fork a worker, and tell the judge its pid."""
        self.worker = lockdown.fork(limits)
        if self.worker == 0:
            try:
                self.control.close()
                serve_forked(lockdown, limits, descriptors)
            finally:
                os._exit(1)
        for fd in descriptors:
            os.close(fd)
        pidfd = os.pidfd_open(self.worker) if hasattr(os, "pidfd_open") else -1
        self.send({"pid": self.worker}, [pidfd] if pidfd >= 0 else [])
        if pidfd >= 0:
            os.close(pidfd)

    def end(self) -> dict[str, Any]:
        """End the worker and all that came of it; how it ended."""
        status = end_all(self.worker)
        return {"status": status, "out_of_memory": self.lockdown is not None and self.lockdown.after_end()}

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """The judge's next message and the descriptors that came with it; {} once the judge is gone."""
        data, ancillary, _flags, _address = self.control.recvmsg(_MESSAGE_BYTES, socket.CMSG_SPACE(3 * 4))
        descriptors = array.array("i")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
        return (json.loads(data) if data else {}), list(descriptors)

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """One message to the judge."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self.control.sendmsg([json.dumps(message).encode()], rights)


def serve_forked(lockdown: compose.Lockdown, limits: WorkerLimits, descriptors: Sequence[int]) -> None:
    """In the forked child: let go of everything, take on all layers, say which hold, then serve.

    Never returns. The list of layers goes out as the first frame, before the student's code is there to write one.
    """
    os.setsid()
    # Out of the way first: a descriptor may already have the number that another is to get.
    requests, replies, output = (os.dup2(fd, _OUT_OF_THE_WAY + at) for at, fd in enumerate(descriptors))
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2), (requests, _REQUESTS), (replies, _REPLIES)):
        os.dup2(source, target)
    active = lockdown.apply(limits)
    os.closerange(_FIRST_FREE, 65536)  # after the layers, which hold descriptors that they were prepared with
    write_frame(_REPLIES, json.dumps({"layers": active}).encode())
    _serve(_REQUESTS, _REPLIES)


def serve_spawned() -> None:
    """Be one worker on the standard streams, where nothing can be forked. Never returns.

    What it may import and its limits are the first frame on standard input.
    """
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what is printed goes to standard error, which the judge reads as output
    spec = json.loads(read_frame(requests) or b"")
    load_libraries(spec["imports"], spec["folders"])
    stand_in(spec["limits"]["scratch"])
    take_limits(spec["limits"], mapped_bytes())
    write_frame(replies, b"{}")
    _serve(requests, replies)


def _serve(requests: int, replies: int) -> None:
    """Serve one submission until the judge closes the bridge. Never returns."""
    from grader.worker import stubs  # these two need NumPy, which can be imported only now
    from grader.worker.server import Server

    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 — these live as long as the process
    streams = [open(fd, "w", encoding="utf-8", errors="replace") for fd in (1, 2)]  # noqa: SIM115
    sys.stdout, sys.stderr = streams

    def flush() -> None:
        for stream in streams:
            with contextlib.suppress(OSError, ValueError):  # what the submission closed costs its text, not its answer
                stream.flush()

    stubs.install()
    sys.path.append("")  # cells may write a module and import it; unlike in a notebook, no library gives way to it
    server = Server(flush=flush)
    while (request := read_frame(requests)) is not None:
        write_frame(replies, server.answer(request))
    os._exit(0)


def _leave_with(judge: int) -> None:
    """End this process once the judge is gone, whatever the student's code is doing."""
    while os.getppid() == judge:
        time.sleep(0.2)
    os._exit(1)


def read_frame(descriptor: int) -> bytes | None:
    """The next frame; None where the other side is gone."""
    header = _read(descriptor, HEADER.size)
    return _read(descriptor, HEADER.unpack(header)[0]) if header else None


def write_frame(descriptor: int, message: bytes) -> None:
    """Send a message as one frame."""
    data = memoryview(HEADER.pack(len(message)) + message)
    while data:
        data = data[os.write(descriptor, data) :]


def _read(descriptor: int, count: int) -> bytes:
    """Exactly `count` bytes, or nothing where the other side is gone."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(descriptor, min(count - len(parts), 1 << 20))
        if not part:
            return b""
        parts += part
    return bytes(parts)
