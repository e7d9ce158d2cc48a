"""What crossing the bridge costs, with a real worker on the other side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from table import Row

from grader.assignment.manifest import Limits
from grader.bridge.session import Session
from grader.bridge.student import Student, read
from grader.intake import Cell, Submission
from grader.sandbox import start

CODE = "def nothing():\n    pass\n\ndef size(x):\n    return x.nbytes\n"


def median(action: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def rows() -> list[Row]:
    server = start(["numpy"])
    try:
        host = Session(server, Submission("kim", "kim.py", (Cell("kim.py", CODE),), ""), Limits(total_seconds=300))
        student = Student(host.transport())
        host.budget.grant(300)
        megabyte = np.random.default_rng(0).normal(size=1 << 17)
        held = student.array(megabyte)
        fresh = median(lambda: (host.drop(), host.transport()), 40)
        student = Student(host.transport())
        host.budget.grant(300)
        held = student.array(megabyte)
        return [
            Row("bridge, one empty call", 1e3 * median(student.nothing, 2000), 0.3, "ms", ""),
            Row("bridge, 1 MB to the worker", 1e3 * median(lambda: student.size(megabyte), 200), 3, "ms", ""),
            Row("bridge, 1 MB from the worker", 1e3 * median(lambda: read(held), 200), 3, "ms", ""),
            Row("fresh worker with code loaded", 1e3 * fresh, None, "ms", "old one ended, and all of its processes"),
        ]
    finally:
        server.close()
