"""How a process becomes a worker: its descriptors are put in place, it is locked down, and then it answers.

Judge and worker speak over pipes; each message is a frame, which begins with its length.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
import threading
import time
from collections.abc import Sequence

from grader.worker.layers.compose import Lockdown
from grader.worker.layers.layer import WorkerLimits
from grader.worker.layers.rlimits import mapped_bytes, take_limits
from grader.worker.libraries import load_libraries

HEADER = struct.Struct("<Q")  # the length of the frame that follows
_REQUESTS, _REPLIES, _FIRST_FREE = 3, 4, 5  # descriptors of a worker; 0 to 2 are the standard streams
_OUT_OF_THE_WAY = 20


def serve_forked(lockdown: Lockdown, limits: WorkerLimits, descriptors: Sequence[int]) -> None:
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
    os.chdir(spec["limits"]["scratch"])
    take_limits(spec["limits"], mapped_bytes())
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
