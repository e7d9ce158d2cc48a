"""How grading scales: parts of a submission measured here, days of a class, a course and a MOOC simulated from them.

`python tests/bench/scale.py [COUNT]` measures COUNT submissions of each assignment (24) and writes the tables into
docs/scale.md, between its two marks. The measuring is of this machine; the simulation has one seed.
"""

from __future__ import annotations

import heapq
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import klass

from grader.bridge.loader import LoadPlan
from grader.bridge.session import Session
from grader.course.course import find_course
from grader.grading import Setting, Task
from grader.grading.bench import open_bench
from grader.grading.dask import connected
from grader.grading.folder import ReportFolder
from grader.intake.read import read_submission

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SECRET = b"the same for all that is compared"
DAY = 24 * 3600.0
RUSH_SHARE, RUSH_SECONDS = 0.6, 3 * 3600.0  # so many come in the last hours before a deadline
CLASSES = {"a class of 60": 60, "a course of 5,000": 5_000, "a MOOC of 1,000,000 a day": 1_000_000}
SIMULATED = 50_000  # of more than these a part is simulated, which waits no less: small queues are the worse ones
WAIT = 60.0  # seconds that the slowest of a hundred may wait in the rush


@dataclass
class Parts:
    """Seconds of one core that each part of each submission took; of a report, its bytes."""

    start: float = 0.0
    load: list[float] = field(default_factory=list)
    cases: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    @property
    def each(self) -> list[float]:
        return [sum(parts) for parts in zip(self.load, self.cases, self.report, strict=True)]


def measured(hw: str, count: int) -> Parts:
    """The parts for `count` submissions of the generated class, one after another at one bench."""
    assignment = find_course(ROOT).assignment(hw)
    parts = Parts()
    with tempfile.TemporaryDirectory() as name:
        files = sorted(klass.hand_in(Path(name, "class"), hw, count).iterdir())
        folder = ReportFolder(Path(name, "out"), hw)
        begun = time.perf_counter()

        with open_bench(Setting(assignment, SECRET, "en")) as bench:
            parts.start = time.perf_counter() - begun
            zygote = bench.judge.workers.process.pid  # type: ignore[attr-defined]

            def spent(action: Callable[[], Any]) -> tuple[Any, float]:
                before = _cpu(zygote)
                done = action()
                return done, _cpu(zygote) - before

            bench.do(Task("warm", read_submission(files[0], hw, assignment.asked), SECRET))
            with folder.held():
                for file in files:
                    submission = read_submission(file, hw, assignment.asked)
                    host = Session(bench.judge.workers, submission, assignment.limits, LoadPlan(asked=assignment.asked))

                    def load(at: Path = file, host: Session = host) -> None:
                        read_submission(at, hw, assignment.asked)
                        host.transport()
                        host.drop()

                    loaded = spent(load)
                    report, judged = spent(lambda one=submission: bench.do(Task("one", one, SECRET)).report)
                    parts.load.append(loaded[1])
                    parts.cases.append(max(0.0, judged - loaded[1]))
                    parts.report.append(spent(lambda done=report: folder.write(done))[1])
                    parts.size.append(folder.path(report.member).stat().st_size)
    return parts


def _cpu(zygote: int) -> float:
    """CPU seconds of this process, and of the zygote with the workers that have ended."""
    text = Path(f"/proc/{zygote}/stat").read_text("utf-8").rpartition(")")[2].split()
    return time.process_time() + sum(map(int, text[11:15])) / os.sysconf("SC_CLK_TCK")


def arrivals(count: int, draw: random.Random) -> list[float]:
    """When each comes in a day that ends with a deadline."""
    rush = DAY - RUSH_SECONDS
    return sorted(
        draw.uniform(rush, DAY) if draw.random() < RUSH_SHARE else draw.uniform(0, rush) for _ in range(count)
    )


def slowest_wait(count: int, cores: int, costs: list[float]) -> float:
    """How long the slowest of a hundred waits for its report, on so many cores."""
    draw = random.Random(count)
    free = [0.0] * cores
    waits = []
    for came in arrivals(count, draw):
        begun = max(came, heapq.heappop(free))
        ended = begun + draw.choice(costs)
        heapq.heappush(free, ended)
        waits.append(ended - came)
    return statistics.quantiles(waits, n=100)[98]


def cores_for(count: int, costs: list[float]) -> tuple[int, float]:
    """The fewest cores with which hardly anybody waits longer than `WAIT`, and how long that is."""
    times = max(1, count // SIMULATED)
    part = count // times
    cores = max(1, int(part * RUSH_SHARE * statistics.mean(costs) / RUSH_SECONDS))
    while (wait := slowest_wait(part, cores, costs)) > WAIT:
        cores += 1
    return cores * times, wait


@contextmanager
def quiet() -> Iterator[None]:
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    yield
    if before is not None:
        os.environ["OMP_NUM_THREADS"] = before


def scheduled(count: int = 2000) -> float:
    """Tasks a second that a Dask scheduler of this machine hands out and takes back, each with a submission's bytes."""
    with connected(None, 1) as client:
        load = [os.urandom(20_000) for _ in range(count)]
        client.submit(len, b"warm").result()
        begun = time.perf_counter()
        client.gather([client.submit(len, each, pure=False) for each in load])
        return count / (time.perf_counter() - begun)


def tables(count: int) -> Iterator[str]:
    found = {hw: measured(hw, count) for hw in ("hw1", "hw4")}
    yield f"{platform.machine()}, Python {platform.python_version()}, {count} submissions of each, one after another.\n"
    yield "| CPU ms a submission | " + " | ".join(found) + " |\n|---|" + "---:|" * len(found)
    for name in ("load", "cases", "report"):
        cells = [f"{1e3 * statistics.mean(getattr(parts, name)):.0f}" for parts in found.values()]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield "| together | " + " | ".join(f"{1e3 * statistics.mean(each.each):.0f}" for each in found.values()) + " |"
    rates = {hw: 1 / statistics.mean(parts.each) for hw, parts in found.items()}
    yield "| submissions a second and core | " + " | ".join(f"{rate:.1f}" for rate in rates.values()) + " |"
    yield "| start of a judge, s | " + " | ".join(f"{parts.start:.1f}" for parts in found.values()) + " |"
    sizes = {hw: statistics.mean(parts.size) for hw, parts in found.items()}
    yield "| report, kB | " + " | ".join(f"{size / 1e3:.0f}" for size in sizes.values()) + " |\n"
    head = (
        "| | assignment | one core needs | cores for the rush | slowest of 100 waits | reports a day | tasks a second |"
    )
    yield head + "\n|---|---|---:|---:|---:|---:|---:|"
    for name, members in CLASSES.items():
        for hw, parts in found.items():
            cores, wait = cores_for(members, parts.each)
            alone = members / rates[hw]
            rush = members * RUSH_SHARE / RUSH_SECONDS
            size = members * sizes[hw] / 1e9
            yield (f"| {name} | {hw} | {_long(alone)} | {cores} | {wait:.1f} s | {size:.2f} GB | {rush:.2f} |")
    yield f"\nA Dask scheduler of this machine handed out and took back {scheduled():.0f} tasks a second."


def _long(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.0f} h"
    )


if __name__ == "__main__":
    with quiet():
        text = "\n".join(tables(int(sys.argv[1]) if len(sys.argv) > 1 else 24))
    page = PAGE.read_text("utf-8")
    before, _mark, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")
    print(text)
