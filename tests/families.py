"""The processes that a test starts, and the proof that none of them stays."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from tests.nursery import NAME
from tests.waiting import wait_until


def descendants(pid: int) -> set[int]:
    """The processes below `pid`, without zombies and without those that all tests have in common."""
    parents: dict[int, list[int]] = {}
    nurseries: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _end, rest = (entry / "stat").read_text("utf-8", "replace").rpartition(")")
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, parent = rest.split()[:2]
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(entry.name))
            if name.endswith(f"({NAME}"):
                nurseries.add(int(entry.name))
    found, todo = set(), [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found.update(below)
        todo += below
    return found - nurseries


@dataclass
class Family:
    """The processes of a test: whatever it starts, and whatever those leave behind as orphans."""

    before: set[int] = field(default_factory=lambda: descendants(os.getpid()))

    def members(self) -> set[int]:
        return descendants(os.getpid()) - self.before

    def end(self) -> None:
        """Kill what a failed test has left, lest it disturbs the others."""
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def gone(self, seconds: float = 30.0) -> None:
        """Wait until nothing is left; what a submission leaves behind would sleep for longer than these seconds."""
        wait_until(lambda: not self.members(), "processes are left behind", seconds)
