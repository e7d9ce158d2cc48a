"""The zygote: a process that has imported the libraries once, and from which workers are forked.

It is executed (`__main__.py`) and never forked from the judge, and it runs no student code itself. It talks to the
judge over a SOCK_SEQPACKET socket:

    judge → zygote   {"imports": [...], "folders": [...], "without": [...], "home": folder}      once
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
import os
import socket
from collections.abc import Sequence
from typing import Any

from grader.worker.layers import compose, folders
from grader.worker.leftovers import end_all, remove
from grader.worker.libraries import library, load_libraries, with_support
from grader.worker.service import serve_forked

_PR_SET_CHILD_SUBREAPER = 36
_MESSAGE_BYTES = 1 << 20


class Zygote:
    """Forks workers and ends them as the judge asks, one at a time, until it closes its end or is killed."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
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
        gc.collect()
        lockdown = compose.prepare(
            folders.readable(with_support(imports), where),
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
