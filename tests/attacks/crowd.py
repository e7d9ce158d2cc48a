"""A crowd: hostile submissions mixed with honest ones, and what they have done to the judge and its zygote.

    python crowd.py 200 50           through one zygote and one collected judge
    python crowd.py 20 6 --engine    through the local engine, with judges in processes of their own

Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from grader.course.course import find_course
from grader.grading import Task
from grader.grading.local import judge_all
from grader.intake import Cell, Submission

from attack import ATTACKS, Attack
from runner import Arena, at_arena, clear, pockets
from world import RIGHT, World

# Left out: what ends by a limit of time, and what takes most of a second of honest work to refuse.
_LONG = {"exhausting/shared-memory", "exhausting/deep-recursion-of-data", "exhausting/many-pipes", "files/deep-folders"}
HOSTILE = [attack for attack in ATTACKS if not (attack.slow or attack.torch or attack.id in _LONG)]


def mixed(hostile: int, honest: int) -> Iterator[Attack | None]:
    """Attacks, with an honest submission (None) after every few."""
    attacks = islice(cycle(HOSTILE), hostile)
    each = hostile // honest
    for _ in range(honest):
        yield from islice(attacks, each)
        yield None
    yield from attacks


def proportional(pid: int) -> int:
    """Bytes of memory of a process, what is shared divided by those who share it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()]


def through_one_judge(hostile: int, honest: int) -> dict[str, Any]:
    found: dict[str, Any] = {"honest": [], "escaped": [], "memory": []}

    def work(arena: Arena) -> None:
        alone = report_of(arena)
        started = time.perf_counter()
        for number, attack in enumerate(mixed(hostile, honest)):
            if attack is None:
                found["honest"].append(report_of(arena) == alone)
            else:
                ending = arena.run(attack)
                complaint = ending.complaint(attack, "held")
                found["escaped"] += [complaint] if complaint and attack.expected("all", "root") == "held" else []
            if number % 10 == 0:
                pids = os.getpid(), arena.server.process.pid
                found["memory"].append([proportional(pid) for pid in pids])
        found["seconds"] = time.perf_counter() - started
        found["processes"] = len(set(children()) - {arena.server.process.pid, arena.world.victim.pid})

    found["left"] = at_arena((), work)
    return found


def report_of(arena: Arena) -> dict[str, Any]:
    """The report on an honest submission, without what differs by the clock."""
    report = arena.judge(RIGHT, member="lee").as_json()
    assert report["percent"] == 100, report
    del report["graded_at"]
    for case in report["cases"]:
        del case["seconds"]
    return report


def through_the_engine(hostile: int, honest: int) -> dict[str, Any]:
    from tests.courses import RIGHT as BOTH
    from tests.courses import make_course

    os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="attacks-")
    temporary = Path(os.environ["TMPDIR"])
    temporary.chmod(0o755)
    tempfile.tempdir = str(temporary)
    world = World()
    course = make_course(world.place / "mini")
    (course / "assignments/mini/misconceptions.py").write_text("", "utf-8")
    world.settle()
    facts = pockets(world.facts(world.victim.pid))
    asked = "".join(f"\n\ndef {name}(x, y=None):\n    return attack(x)\n" for name in ("mse", "double"))
    tasks = []
    for number, attack in enumerate(mixed(hostile, honest)):
        cells = [Cell("kim.py", BOTH)] if attack is None else [Cell("p.py", facts), Cell("a.py", attack.source + asked)]
        key = f"{'lee' if attack is None else 'kim'}{number}"
        tasks.append(Task(key, Submission(key, f"{key}.py", tuple(cells), "0" * 64), b"secret"))
    done = list(judge_all(find_course(course).assignment("mini"), tasks, secret=b"secret", jobs=2))
    touched = [what for what in world.touched() if what != "the judge's descriptors"]  # the engine's pipes, closing
    world.close()
    left = [path.name for path in temporary.iterdir()]
    clear(temporary)
    temporary.rmdir()
    return {
        "honest": [one.report.percent == 100 for one in done if one.key.startswith("lee")],
        "escaped": [f"{one.key}: {one.report.score}" for one in done if one.key.startswith("kim") and one.report.score],
        "left": [*left, *touched],
        "processes": len(set(children()) - {resource_tracker._resource_tracker._pid}),  # type: ignore[attr-defined]
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("hostile", type=int)
    parser.add_argument("honest", type=int)
    parser.add_argument("--engine", action="store_true")
    options = parser.parse_args()
    work = through_the_engine if options.engine else through_one_judge
    print(json.dumps(work(options.hostile, options.honest)))


if __name__ == "__main__":
    main()
