"""What a judge may take: a submission that answers with all that a message holds costs nobody else anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.grading import Done, Setting, Task
from grader.grading.local import LocalEngine
from grader.grading.memory import JudgeMemory
from grader.report.report import Report
from tests.benches import code
from tests.courses import HIDDEN, MANIFEST, RIGHT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a limit")
SECRET = b"a secret"
GREEDY = """

@case("mse", points=1, concept="many")
def test_many(student, reference, rng):
    '''Twenty answers, all of them kept, and handed to the reference.'''
    answers = [student.mse(1.0, 0.0) for _time in range(20)]
    for answer in answers:
        reference.mse(answer, 0.0)
        close(answer, 1.0)
"""
HOSTILE = "import numpy as np\ndef mse(x, y): return np.zeros(60 << 20, np.uint8)\n"
MOST_MEGABYTES = 900
# Also what the judge starts anew has limits of its own: the zygote that it starts when one is lost.
LIMITED = """
from pathlib import Path
from grader.assignment.manifest import Limits
from grader.grading.memory import JudgeMemory
from grader.sandbox import start
before = JudgeMemory.now()
before.limit(64 << 20)
try:
    bytes(128 << 20)
except MemoryError:
    print("refused")
bytes(8 << 20)
server = start(("numpy",))
server.worker(Limits(), 1 << 20).end()  # it is there once it has started one
print(Path(f"/proc/{server.process.pid}/limits").read_text().partition("Max data size")[2].split()[0])
server.close()
"""


def test_what_goes_beyond_is_refused_and_workers_have_their_own_limits() -> None:
    said = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["refused", "unlimited"], said.stderr


def test_a_process_that_keeps_much_has_swollen() -> None:
    before = JudgeMemory.now()
    assert not before.has_swollen()
    assert replace(before, resident=before.resident - (300 << 20)).has_swollen()


def peak_of(engine: LocalEngine) -> int:
    """The most that a judge has taken, in megabytes."""
    (judge,) = engine.judges.values()
    status = Path(f"/proc/{judge.process.pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def without_times(report: Report) -> object:
    return replace(report, graded_at="", cases=tuple(replace(case, seconds=0.0) for case in report.cases))


@pytest.mark.slow
def test_answers_as_large_as_a_message_cost_one_submission_and_the_others_nothing(
    new_course: Callable[..., Path],
) -> None:
    course = new_course(test_hidden=HIDDEN + GREEDY, manifest=MANIFEST.replace("points = 3", "points = 4", 1))
    setting = Setting(find_course(course).assignment("mini"), SECRET, "en")
    engine, peaks = LocalEngine(setting, 1), []

    def tasks(names: str) -> Iterator[Task]:
        for name in names.split():
            yield Task(name, code(HOSTILE if name == "kim" else RIGHT), SECRET)
            peaks.append(peak_of(engine))  # the next task is asked for when this one is done

    alone = next(engine.judge(tasks("park")))
    done = {end.key: end for end in engine.judge(tasks("kim lee park"))}
    assert isinstance(alone, Done)
    reports = {key: end.report for key, end in done.items() if isinstance(end, Done)}
    assert set(reports) == {"kim", "lee", "park"}
    assert without_times(reports["lee"]) == without_times(reports["park"]) == without_times(alone.report)
    assert alone.report.all_passed
    many = next(case for case in reports["kim"].cases if "test_many" in case.id)
    assert many.message == "The answer is too large or too deeply nested to be read."
    assert reports["kim"].score == 0
    assert max(peaks) < MOST_MEGABYTES
