"""What grading a class costs: CPU seconds a submission against the floor, two jobs against one, memory of a worker.

`python tests/bench/grade.py [COUNT] [HW…]` prints the table; COUNT submissions of each assignment (100).
CPU seconds are those of the whole family of processes: judges, zygotes, workers.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"  # as in the judges, before any library reads them

import klass  # noqa: E402
from table import Row  # noqa: E402

ROOT = Path(__file__).parents[2]
SECRET = "the same for all that is compared"
TWICE = 2.0  # the bound on the ratio to the floor
PARALLEL = 1.8  # the least that two jobs must give
_FLOOR = "import sys; sys.path.insert(0, {here!r}); import floor, pathlib; print(*floor.floor({hw!r}, sorted(pathlib.Path({folder!r}).iterdir()), {secret!r}))"  # noqa: E501


@dataclass
class Run:
    """One run of a command: seconds, CPU seconds of it and all below it, and what its workers took in memory."""

    seconds: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0  # of the command itself
    workers_mb: list[float] = field(default_factory=list)


def graded(folder: Path, hw: str, out: Path, *options: object, watch: bool = False) -> Run:
    """`d2d grade` in a process of its own."""
    command = [sys.executable, "-m", "grader", "grade", hw, folder, "--out", out, *options]
    environment = {**os.environ, "D2D_SECRET": SECRET}
    before, started = _children(), time.perf_counter()
    run = Run()
    process = subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if watch:
        watcher = threading.Thread(target=_watch, args=(process.pid, run, process))
        watcher.start()
    process.wait()
    run.seconds, run.cpu = time.perf_counter() - started, _children() - before
    if watch:
        watcher.join()
    return run


def _children() -> float:
    """CPU seconds of all children that have ended, and of theirs that they waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _watch(pid: int, run: Run, process: subprocess.Popen[bytes]) -> None:
    """Look now and then at what processes take; a worker is a child of a zygote, which a judge started."""
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has just ended
            status = Path(f"/proc/{pid}/status").read_text("utf-8")
            run.peak_mb = int(status.split("VmHWM:")[1].split()[0]) / 1024
            for judge in _below(pid):
                for zygote in _below(judge):
                    run.workers_mb += [_pss(worker) for worker in _below(zygote)]
        time.sleep(0.05)


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text("utf-8").split())
    return found


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    return int(text.split("Pss:")[1].split()[0]) / 1024


def floor(folder: Path, hw: str) -> float:
    """CPU seconds of the floor for all of the folder, start left out."""
    here = str(Path(__file__).parent)
    code = _FLOOR.format(here=here, hw=hw, folder=str(folder), secret=SECRET.encode())
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


def rows(count: int = 100, assignments: tuple[str, ...] = ("hw1", "hw4")) -> list[Row]:
    found = []
    for hw in assignments:
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            folder = klass.hand_in(home / "class", hw, count)
            one = klass.hand_in(home / "one", hw, 1)
            two = klass.hand_in(home / "two", hw, 2)
            start = graded(one, hw, home / "start", "--jobs", 1)
            pair_start = graded(two, hw, home / "pair-start", "--jobs", 2)
            watched = graded(klass.hand_in(home / "few", hw, 20), hw, home / "watched", "--jobs", 1, watch=True)
            alone = graded(folder, hw, home / "out", "--jobs", 1)
            pair = graded(folder, hw, home / "pair", "--jobs", 2)
            again = graded(folder, hw, home / "out", "--jobs", 1)
            least = floor(folder, hw) / count
            each = (alone.cpu - start.cpu) / (count - 1)
            speed = (count - 1) / (alone.seconds - start.seconds)
            pair_speed = (count - 2) / (pair.seconds - pair_start.seconds)
            said = f"{count} submissions"
            found += [
                Row(f"{hw}, floor", 1e3 * least, None, "ms", "CPU a submission: the cases, functions called directly"),
                Row(f"{hw}, d2d grade", 1e3 * each, None, "ms", "CPU a submission, start left out"),
                Row(f"{hw}, d2d grade / floor", each / least, TWICE, "×", ""),
                Row(
                    f"{hw}, wall, 1 job",
                    1e3 * alone.seconds / count,
                    None,
                    "ms",
                    f"a submission; {said}, start and all",
                ),
                Row(f"{hw}, wall, 2 jobs", 1e3 * pair.seconds / count, None, "ms", "likewise"),
                Row(
                    f"{hw}, 2 / speed-up of 2 jobs",
                    2 * speed / pair_speed,
                    2 / PARALLEL,
                    "",
                    f"≥ {PARALLEL} × (here {pair_speed / speed:.2f} ×), start left out",
                ),
                Row(f"{hw}, second run", again.seconds, None, "s", f"{said}, none changed"),
                Row(f"{hw}, start", start.seconds, None, "s", "one submission, all there is to start"),
                Row(f"{hw}, a worker", max(watched.workers_mb, default=0.0), None, "MB", "PSS at the most"),
                Row(f"{hw}, d2d itself", watched.peak_mb, None, "MB", "resident at the most"),
            ]
    return found


if __name__ == "__main__":
    wanted = sys.argv[1:]
    number = int(wanted.pop(0)) if wanted and wanted[0].isdigit() else 100
    print(*rows(number, tuple(wanted) or ("hw1", "hw4")), sep="\n")
