"""Runs attacks in this process's judge, and prints what came of each as a line of JSON.

    python runner.py --without seccomp,root --only kernel/bpf --quick

A process of its own, so that one more user and one more interpreter are only another command line, and so that what
an attack does to its judge is done to nobody else.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from grader.assignment.manifest import Limits
from grader.course.course import find_course
from grader.intake import Cell, Submission
from grader.judge.cases import CaseSet, collect_cases
from grader.judge.reference import LiveReference
from grader.judge.run import Judge
from grader.report.report import Report, Visibility
from grader.sandbox.forkserver import ForkServer
from grader.sandbox.worker import worker_spec

from attack import ATTACKS, LAYERS, Attack, Ending
from world import World

PRELUDE = (HERE / "prelude.py").read_text("utf-8")
LIMITS = Limits(case_seconds=60.0, load_seconds=60.0, total_seconds=300.0, memory_mb=256, file_mb=16, scratch_mb=32)
SHORT = replace(LIMITS, case_seconds=0.1)  # for what ends by a limit of time anyway
SHORT_LOAD = replace(SHORT, load_seconds=0.2)  # where loading is what takes long
PR_SET_CHILD_SUBREAPER = 36


def pockets(facts: dict[str, Any]) -> str:
    """The first cell: one statement, since each is a request of its own, and those of 250 attacks add up.

    The body of a class, since of a submission's statements only definitions are run.
    """
    code = f"WORLD = {facts!r}\n{PRELUDE}"
    return f"class Pockets:\n    exec(compile({code!r}, 'prelude.py', 'exec'), globals())\n"


class Arena:
    """A judge with its zygote, in a world of bait; one attack after another."""

    def __init__(self, world: World, case_set: CaseSet, server: ForkServer) -> None:
        self.world, self.case_set, self.server = world, case_set, server
        self.cases = sys.modules[case_set.cases[0].function.__module__]
        reference = case_set.assignment.reference
        assert reference is not None
        self.reference = LiveReference(reference)
        server.survey()
        world.settle()

    def judge(self, source: str, *, limits: Limits = LIMITS, more: str = "", member: str = "kim") -> Report:
        """The report on a submission of this source, with the prelude before it."""
        cells = (Cell("prelude.py", pockets(self.world.facts(self.server.process.pid))), Cell(f"{member}.py", source))
        submission = Submission(member, f"{member}.py", (*cells, *([Cell("more.py", more)] if more else [])), "0" * 64)
        case_set = replace(self.case_set, assignment=replace(self.case_set.assignment, limits=limits))
        return Judge(case_set, self.reference, self.server, b"secret").judge(submission)

    def run(self, attack: Attack) -> Ending:
        """What came of one attack."""
        started, zygote = time.perf_counter(), self.server.process.pid
        self.cases.SEEN[:] = []
        more = eval(attack.cell) if attack.cell else ""  # an expression of ours, from the file
        try:
            report = self.judge(attack.source, limits=limits_of(attack), more=more)
        except Exception as error:  # the worst that an attack can do, and no reason to keep the others from being tried
            self.begin_again()
            return Ending(attack.id, f"the judge fell: {type(error).__name__}", None, (), "0", 0.0)
        seen = self.cases.SEEN
        evidence = seen[1] if len(seen) > 1 and type(seen[1]) is str else None
        touched = self.world.touched() + self.left(zygote) + self.carried_out(report)
        return Ending(
            attack.id,
            report.cases[0].verdict.value,
            None if evidence is None else evidence.replace(self.world.canary, "CANARY")[:200],
            tuple(touched),
            str(report.score),
            round(time.perf_counter() - started, 3),
        )

    def begin_again(self) -> None:
        """A new zygote in the place of one that can't be used any more."""
        with suppress(Exception):
            self.server.close()
        self.world.touched()
        clear(Path(tempfile.gettempdir()), keep=self.world.place.name)
        self.server = ForkServer(self.server.spec)
        self.server.survey()
        self.world.settle()

    def left(self, zygote: int) -> list[str]:
        """What is left of a submission after its end."""
        found = []
        if self.server.process.pid != zygote:
            found.append("the zygote")
        pid = self.server.process.pid
        if Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").strip():
            found.append("processes of the zygote")
        mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
        for orphan in {int(child) for child in mine} - {pid, self.world.victim.pid}:
            if not ends(orphan):
                found.append("orphans")
        if os.listdir(self.server.home):
            found.append("scratch folder")
        return found

    def carried_out(self, report: Report) -> list[str]:
        """Whether the report tells its reader something that belongs to the judge alone."""
        text = json.dumps(report.as_json())
        secrets = [self.world.canary, *(repr(float(number)) for number in (self.cases.SEEN or [[]])[0])]
        found = ["an input in the report"] if any(secret in text for secret in secrets) else []
        return found + (["layers in the report"] if "everything" in report.layers else [])


def limits_of(attack: Attack) -> Limits:
    """Generous ones, unless the attack ends by a limit."""
    if not attack.slow:
        return LIMITS
    return SHORT_LOAD if attack.cell else SHORT


def ends(child: int, seconds: float = 60.0) -> bool:
    """Whether a child of this process ends within the time, and is taken note of."""
    until = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def clear(folder: Path, keep: str = "") -> None:
    """Empty a folder, however deep it is: rm goes down without recursion, once it may open everything."""
    for path in folder.iterdir():
        if path.name != keep:
            subprocess.run(["chmod", "-R", "u+rwX", str(path)], check=True)
            subprocess.run(["rm", "-rf", str(path)], check=True)


def at_arena(
    without: Iterable[str],
    work: Callable[[Arena], None],
    extra_imports: tuple[str, ...] = (),
    *,
    nested: bool = True,
) -> tuple[str, ...]:
    """Set up an arena and work in it; what is left behind at its end, by name."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGWINCH, signal.SIG_IGN)
    temporary = Path(tempfile.mkdtemp(prefix="attacks-") if nested else os.environ["TMPDIR"])
    temporary.chmod(0o755)
    tempfile.tempdir = str(temporary)
    world = World(extra_imports)
    try:
        assignment = find_course(world.course).assignment("twice")
        every = collect_cases(assignment, hidden=True)
        case_set = replace(every, cases=tuple(case for case in every.cases if case.visibility is Visibility.HIDDEN))
        arena = Arena(world, case_set, ForkServer(worker_spec(assignment.imports, tuple(without))))
        try:
            work(arena)
        finally:
            arena.server.close()
        return tuple(sorted(path.name for path in temporary.iterdir() if path != world.place))
    finally:
        world.close()
        clear(temporary)
        temporary.rmdir()
        tempfile.tempdir = None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", default="", help=f"of {', '.join(LAYERS)}")
    parser.add_argument("--only", default="", help="ids of attacks")
    parser.add_argument("--quick", action="store_true", help="without those that end by a limit of time")
    parser.add_argument("--torch", action="store_true", help="those that need PyTorch, instead of the others")
    parser.add_argument("--forever", action="store_true", help="again and again, in TMPDIR itself")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else []
    chosen = [
        attack
        for attack in ATTACKS
        if attack.torch == options.torch and not (options.quick and attack.slow) and (not only or attack.id in only)
    ]
    if options.torch and importlib.util.find_spec("torch") is None:
        chosen = []

    def work(arena: Arena) -> None:
        unreadable = arena.server.survey().get("readable")
        if unreadable:  # what is denied then is denied for a reason that is none of the sandbox's
            print(json.dumps({"unusable": unreadable}))
            return
        for attack in itertools.cycle(chosen) if options.forever else chosen:
            print(json.dumps(asdict(arena.run(attack))), flush=True)
        print(json.dumps({"layers": arena.server.layers}))

    if chosen:
        without = [name for name in options.without.split(",") if name]
        left = at_arena(without, work, ("torch",) if options.torch else (), nested=not options.forever)
        print(json.dumps({"left": left}))


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
