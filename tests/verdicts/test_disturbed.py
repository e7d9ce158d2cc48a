"""Honest work on a machine that kills, stops and starves our processes: the scores are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.courses import HALF, RIGHT, ROOT
from tests.examples import examples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in Linux's /proc"),
]
# What people hand in: right, half right, not written, hanging in one function, ending its process in one.
KINDS = {
    "right": RIGHT,
    "half": HALF,
    "stub": "def mse(x, y): raise NotImplementedError\ndef double(x): raise NotImplementedError\n",
    "exits": RIGHT + "import os\ndef double(x): os._exit(1)\n",
    "hangs": RIGHT + "def double(x):\n    while True: pass\n",
}
GRADE = [sys.executable, "-m", "grader", "grade", "mini", "class", "--jobs", "2", "--out"]


def handed_in(course: Path, count: int) -> None:
    (course / "class").mkdir()
    for number in range(count):
        kind = list(KINDS)[number % 3] if number % 10 else list(KINDS)[3 + number // 10 % 2]
        (course / "class" / f"kim{number:02}.py").write_text(KINDS[kind], "utf-8")
    manifest = course / "assignments" / "mini" / "assignment.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("case_seconds = 10", "case_seconds = 1"), "utf-8")


def start(course: Path, out: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*GRADE, out], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def ended(process: subprocess.Popen[bytes], course: Path, out: str) -> dict[str, Any]:
    """What the run came to: of each member the verdicts and points."""
    errors = process.communicate()[0].decode()
    reports = [json.loads(file.read_text("utf-8")) for file in sorted((course / out / "reports").glob("*.json"))]
    for report in reports:
        assert report["complete"], [case for case in report["cases"] if case["verdict"] == "ungradable"]
    assert process.returncode == 1, errors
    return {
        report["member"]: (report["score"], [(case["id"], case["verdict"], case["points"]) for case in report["cases"]])
        for report in reports
    }


def points(members: dict[str, Any]) -> dict[str, Any]:
    """What was earned: a process that hangs and is killed twice is said to have crashed, and has earned as little."""
    return {
        name: (score, [(case, earned) for case, _verdict, earned in cases]) for name, (score, cases) in members.items()
    }


def below(pid: int) -> dict[int, str]:
    """The processes that came of one, each with its command line."""
    processes: dict[int, str] = {}
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                processes[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                processes |= below(child)
    return processes


def ours(pid: int) -> list[tuple[str, int]]:
    """The judges, zygotes and workers of a run."""
    roles: list[tuple[str, int]] = []
    for judge, command in below(pid).items():
        if "spawn_main" in command:
            roles.append(("judge", judge))
            for zygote in below(judge):
                roles.append(("zygote", zygote))
                roles += [("worker", worker) for worker in below(zygote)]
    return roles


def test_a_class_while_its_processes_are_killed(course: Path) -> None:
    handed_in(course, 60)
    undisturbed = ended(start(course, "before"), course, "before")
    assert len(undisturbed) == 60
    choice, killed = random.Random(60), Counter[str]()
    process = start(course, "after")
    while process.poll() is None:
        time.sleep(choice.uniform(1, 3))
        if processes := ours(process.pid):
            role = min({role for role, _pid in processes}, key=lambda role: killed[role])  # each in its turn
            with suppress(ProcessLookupError):
                os.kill(choice.choice([pid for of_role, pid in processes if of_role == role]), signal.SIGKILL)
                killed[role] += 1
    assert points(ended(process, course, "after")) == points(undisturbed)
    assert sum(killed.values()) >= 5


def test_everything_is_stopped_for_seconds_and_goes_on(course: Path) -> None:
    handed_in(course, 24)
    undisturbed = ended(start(course, "before"), course, "before")
    process = start(course, "after")
    stopped = 0
    while process.poll() is None and stopped < 4:
        time.sleep(1.0)
        processes = [process.pid, *below(process.pid)]
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(5.0)
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        stopped += 1
    assert ended(process, course, "after") == undisturbed
    assert stopped == 4


@contextmanager
def busy(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _loop in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@pytest.mark.parametrize(("beside", "niceness"), [(16, 0), (4, 10)], ids=["16-busy", "nice-10-beside-4"])
def test_a_class_on_a_machine_that_is_busy(course: Path, beside: int, niceness: int) -> None:
    handed_in(course, 10)
    undisturbed = ended(start(course, "before"), course, "before")
    with busy(beside):
        process = start(course, "after")
        os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        assert ended(process, course, "after") == undisturbed


# -- the references ---------------------------------------------------------------------------------------------------

# All of it, five minutes and more: D2D_ALL_EXAMPLES=1 pytest -m slow tests/verdicts/test_disturbed.py
SECRETS = ("the first of two secrets", "the second of two secrets")[: examples(1, 2)]
REFERENCES = [(f"hw{number}", secret) for number in range(1, 6) for secret in SECRETS]
AMONG_OTHERS = [(hw, secret) for hw, secret in REFERENCES if hw == "hw1" or examples(0, 1)]


def reports_on_references(
    folder: Path, references: Sequence[tuple[str, str]] = REFERENCES, niceness: int = 0
) -> dict[tuple[str, str], str]:
    """The report on each reference with each secret, without its times. They are judged side by side."""
    runs = {}
    for at, (hw, secret) in enumerate(references):
        command = [sys.executable, "-m", "grader", "grade", hw, f"reference/{hw}.py", "--out", str(folder / str(at))]
        runs[hw, secret] = subprocess.Popen(
            [*command, "--jobs", "1"],
            cwd=ROOT,
            env={**os.environ, "D2D_SECRET": secret},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.nice(niceness),
        )
    reports = {}
    for at, (of, run) in enumerate(runs.items()):
        said = run.communicate()[0].decode()
        report = json.loads((folder / str(at) / "reports" / f"{of[0]}.json").read_text("utf-8"))
        assert (run.returncode, report["percent"], report["complete"]) == (0, 100, True), said
        for case in report["cases"]:
            del case["seconds"]
        del report["graded_at"]
        reports[of] = json.dumps(report)
    return reports


def test_the_references_earn_everything_on_any_machine(tmp_path: Path) -> None:
    """Alone, beside sixteen processes that compute, and with a twentieth of a processor: the same reports."""
    undisturbed = reports_on_references(tmp_path / "alone")
    expected = {of: undisturbed[of] for of in AMONG_OTHERS}
    with busy(16):
        assert reports_on_references(tmp_path / "beside", AMONG_OTHERS) == expected
    with busy(4):
        assert reports_on_references(tmp_path / "nice", AMONG_OTHERS, niceness=10) == expected
