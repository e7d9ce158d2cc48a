"""What the layers cost: the start of a worker that is locked down against a bare fork, both of the same zygote.

python layers.py numpy,torch cgroup,namespaces,root      the measuring process itself: imports, layers left out
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIMES = 60


def rows() -> list[Any]:
    from table import Row

    if sys.platform != "linux":
        return []
    found = []
    for imports in ("numpy", "numpy,torch"):
        for name, without, bound in (("no namespaces", "cgroup,namespaces,root", 2.0), ("all layers", "", 4.0)):
            bare, locked = measured(imports, without)
            what = f"locked start, {imports.split(',')[-1]}, {name}"
            found.append(Row(what, locked / bare, bound, "×", f"{1e3 * locked:.1f} ms; bare fork {1e3 * bare:.1f} ms"))
    return [*found, Row("idle torch worker, private memory", private("numpy,torch") / 1e6, 10, "MB", "")]


def measured(imports: str, without: str) -> tuple[float, float]:
    """Medians of a bare fork and of a locked-down one, in turn, in a zygote of their own."""
    command = [sys.executable, "-I", "-X", "utf8", __file__, imports, without]
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    done = subprocess.run(command, env=threads, stdout=subprocess.PIPE, check=True)
    bare, locked = json.loads(done.stdout)
    return bare, locked


def zygote(imports: list[str], without: list[str]) -> None:
    """Do what a zygote does, and time its children from the fork to where the student's code would be read."""
    from grader.assignment.manifest import Limits
    from grader.sandbox.worker import worker_spec
    from grader.worker.layers import compose, folders
    from grader.worker.libraries import library, with_support

    spec = worker_spec(imports, without)
    offered = compose.survey()
    home = tempfile.mkdtemp(prefix="bench-")
    for name in spec.imports:
        importlib.import_module(name)
        library(name).get_ready()
    lockdown = compose.prepare(
        folders.readable(with_support(spec.imports), spec.folders),
        offered,
        executable_maps=any(library(name).executable_maps for name in spec.imports),
        scratch_parent=home,
        without=spec.without,
    )
    gc.collect()
    gc.freeze()
    limits = Limits().for_worker(str(Path(home, "work")))
    taken: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * TIMES):
        locked = bool(number % 2)
        scratch = Path(home, "work")
        scratch.mkdir()
        reading, writing = os.pipe()
        started = time.perf_counter()
        pid = lockdown.fork(limits) if locked else os.fork()
        if pid == 0:
            if locked:
                lockdown.apply(limits)
            os.write(writing, b"!")
            os._exit(0)
        os.close(writing)
        os.read(reading, 1)
        taken[locked].append(time.perf_counter() - started)
        os.close(reading)
        os.waitpid(pid, 0)
        if locked:
            lockdown.after_end()
        scratch.rmdir()
    Path(home).rmdir()
    print(json.dumps([statistics.median(taken[locked][5:]) for locked in (False, True)]))


def private(imports: str) -> int:
    """Bytes that a worker has for itself alone once it is ready and before it is asked anything."""
    from grader.assignment.manifest import Limits
    from grader.bridge.session import Session
    from grader.intake import Cell, Submission
    from grader.sandbox.forkserver import ForkServer
    from grader.sandbox.worker import worker_spec

    server = ForkServer(worker_spec(imports.split(",")))
    try:
        code = Cell("kim.py", "import torch\n\ndef f():\n    return 1\n")
        host = Session(server, Submission("kim", "kim.py", (code,), ""), Limits(total_seconds=60))
        host.transport()
        zygote = server.process.pid
        worker = Path(f"/proc/{zygote}/task/{zygote}/children").read_text("ascii").split()[0]
        lines = Path(f"/proc/{worker}/smaps_rollup").read_text("ascii").splitlines()
        host.drop()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Private_"))
    finally:
        server.close()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    zygote(sys.argv[1].split(","), [name for name in sys.argv[2].split(",") if name])
