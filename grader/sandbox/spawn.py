"""Workers where there is no fork server: an interpreter of its own for each, on its standard streams.

Threads read and write the pipes, since Windows can't poll them.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from grader.assignment.manifest import Limits
from grader.sandbox.budget import TimeBudget, WallClock, WorkerClock
from grader.sandbox.worker import CHUNK, COMMAND, ProcessWorker, WorkerSpec, status_text
from grader.scratch import Scratch
from grader.worker.layers.compose import LAYERS
from grader.worker.service import HEADER

_SETTLE_SECONDS = 2.0
_START_SECONDS = 100.0  # of a processor: it imports torch, and may wait ten times as long for a cold disk


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
        self.current.greeting(_START_SECONDS)
        return self.current

    def close(self) -> None:
        """End the worker that is left."""
        if self.current is not None:
            self.current.end()


class SpawnedWorker(ProcessWorker):
    """A worker in an interpreter of its own."""

    def __init__(self, spec: WorkerSpec, limits: Limits, reply_bound: int) -> None:
        super().__init__(limits.output_kb << 10, reply_bound)
        self.scratch = Scratch("worker")
        self.process = subprocess.Popen(  # noqa: S603 — our own interpreter and file
            [*COMMAND, "-"],
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
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.streams = (self.process.stdin, self.process.stdout, self.process.stderr)
        self.threads = [
            threading.Thread(target=handle, args=(stream,), daemon=True)
            for handle, stream in zip((self._write, self._read, self._listen), self.streams, strict=True)
        ]
        for thread in self.threads:
            thread.start()
        first = json.dumps({**asdict(spec), "limits": limits.for_worker(str(self.scratch.path))}).encode()
        self._send(HEADER.pack(len(first)) + first)
        self.clock = WorkerClock(self.process.pid) if sys.platform == "linux" else WallClock()

    def _has_replied(self) -> bool:
        return not self.chunks.empty()

    def _send(self, frame: bytes) -> None:
        self.messages.put(frame)

    def _receive(self, budget: TimeBudget) -> bytes:
        while True:
            try:
                return self.chunks.get(timeout=budget.patience)
            except queue.Empty:
                self._look(budget)

    def end(self) -> str:
        if self.ended is None:
            code = self.process.poll()
            self._kill()
            self.messages.put(None)
            self.process.wait()
            self._settle()
            for stream in self.streams:
                stream.close()
            self.scratch.close()
            code = self.process.returncode if code is None else code
            self.ended = status_text(-code) if code < 0 else f"exit {code}"
        return self.ended

    def _settle(self) -> None:
        """Let the threads finish: one waits while its queue is full, or while a process that got away has its pipe."""
        until = time.monotonic() + _SETTLE_SECONDS
        while any(thread.is_alive() for thread in self.threads) and time.monotonic() < until:
            with suppress(queue.Empty):
                self.chunks.get(timeout=0.01)

    def _ends_by_itself(self) -> bool:
        with suppress(subprocess.TimeoutExpired):  # its pipes are closed: it is about to be gone
            self.process.wait(1)
        return True

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
