"""Workers where there is no fork server: an interpreter of its own for each, on its standard streams.

Threads read and write the pipes, since Windows can't poll them.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from grader.assignment.limits import Limits
from grader.sandbox.spec import WORKER_SCRIPT, WorkerSpec
from grader.sandbox.worker import CHUNK, EndedError, IncomingFrame, Worker, status_text
from grader.worker.layers.compose import LAYERS
from grader.worker.service import HEADER

_SETTLE_SECONDS = 2.0
_START_SECONDS = 60.0  # importing torch is part of the first exchange here


class SpawnServer:
    """Starts a new interpreter for each worker."""

    layers: tuple[str, ...] = ("process",)
    required: tuple[str, ...] = ()
    tier = "local"

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        self.current: SpawnedWorker | None = None

    def survey(self) -> dict[str, str | None]:
        """Each layer that a worker could take on, with the reason why it has none here."""
        return dict.fromkeys(LAYERS, "needs Linux")

    def worker(self, limits: Limits, reply_bound: int) -> SpawnedWorker:
        """A fresh worker in a scratch folder of its own."""
        self.current = SpawnedWorker(self.spec, limits, reply_bound)
        return self.current

    def close(self) -> None:
        """End the worker that is left."""
        if self.current is not None:
            self.current.end()


class SpawnedWorker(Worker):
    """A worker in an interpreter of its own."""

    def __init__(self, spec: WorkerSpec, limits: Limits, reply_bound: int) -> None:
        super().__init__(limits.output_kb << 10, reply_bound)
        self.scratch = tempfile.mkdtemp(prefix="d2d-")
        self.process = subprocess.Popen(  # noqa: S603 — our own interpreter and file
            [sys.executable, "-I", "-S", "-X", "utf8", WORKER_SCRIPT, "-"],
            # Windows can't open a socket or a random source without the folder of the system
            env={key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self.chunks: queue.Queue[bytes] = queue.Queue(64)
        self.messages: queue.Queue[bytes | None] = queue.Queue()
        self.ended: str | None = None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.threads = [
            threading.Thread(target=self._write, args=(self.process.stdin,), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True),
        ]
        for thread in self.threads:
            thread.start()
        first = json.dumps({**spec.as_json(), "limits": limits.for_worker(self.scratch)}).encode()
        self.messages.put(HEADER.pack(len(first)) + first)
        self.grace = _START_SECONDS

    def exchange(self, message: bytes, deadline: float) -> bytes:
        if self.ended is not None:
            raise EndedError("crashed", self.ended)
        if not self.chunks.empty():
            self._drop("crashed", "a reply before its request")
        deadline, self.grace = deadline + self.grace, 0.0
        self.messages.put(HEADER.pack(len(message)) + message)
        reply = IncomingFrame(self.reply_bound)
        while not reply.is_whole:
            try:
                chunk = self.chunks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self._drop("timeout", "")
            if not chunk:
                self._drop("crashed", "")
            if fault := reply.add(chunk):
                self._drop("crashed", fault)
        return reply.message()

    def end(self) -> str:
        if self.ended is None:
            code = self.process.poll()
            self._kill()
            self.messages.put(None)
            self.process.wait()
            self._settle()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                assert stream is not None
                stream.close()
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.ended = _code_text(self.process.returncode if code is None else code)
        return self.ended

    def _settle(self) -> None:
        """Let the threads finish: one waits while its queue is full, or while a process that got away has its pipe."""
        until = time.monotonic() + _SETTLE_SECONDS
        while any(thread.is_alive() for thread in self.threads) and time.monotonic() < until:
            with suppress(queue.Empty):
                self.chunks.get(timeout=0.01)

    def _drop(self, how: str, detail: str) -> None:
        if how == "crashed" and not detail:
            with suppress(subprocess.TimeoutExpired):  # its pipes are closed: it is about to be gone
                self.process.wait(1)
        ended = self.end()
        raise EndedError(how, detail or ended)

    def _kill(self) -> None:
        if sys.platform == "win32":
            taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            command = [str(taskkill), "/F", "/T", "/PID", str(self.process.pid)]
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603 — the system's own program
        else:
            with suppress(ProcessLookupError, PermissionError):  # the group is gone already
                os.killpg(self.process.pid, signal.SIGKILL)

    def _write(self, stream: IO[bytes]) -> None:
        while (message := self.messages.get()) is not None:
            data = memoryview(message)
            try:
                while data:
                    data = data[stream.write(data) :]
            except OSError:  # the worker is gone: its replies say so
                return

    def _read(self, stream: IO[bytes]) -> None:
        while data := stream.read(CHUNK):
            self.chunks.put(data)
        self.chunks.put(b"")

    def _listen(self, stream: IO[bytes]) -> None:
        while data := stream.read(CHUNK):
            self.output.add(data)


def _code_text(code: int) -> str:
    return status_text(-code) if code < 0 else f"exit {code}"
