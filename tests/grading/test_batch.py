"""A batch that is stopped, killed, or runs out of disk: no report lost or torn, and the same command goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.course.course import find_course
from grader.grading import Done, Lost, Setting, Task
from grader.grading.local import LocalEngine
from grader.intake import Cell, Submission
from tests.waiting import BACKSTOP, wait_until

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return {factor} * x\n"
SLOW = "import time\n" + RIGHT.replace("return np", "time.sleep(0.2); return np")
ASLEEP = "import time\ndef mse(x, y): time.sleep(600)\n"
SECONDS_TO_KILL_IN = 2.0  # a run of the class takes about as long


def hand_in(folder: Path, count: int, source: str = RIGHT) -> Path:
    folder.mkdir()
    for at in range(count):
        (folder / f"m{at:02}.py").write_text(source.format(factor=2 - at % 3), "utf-8")
    return folder


def timeless(folder: Path) -> dict[str, Any]:
    """Every report, whole, without what may differ from run to run."""
    found = {}
    for file in (folder / "reports").glob("*.json"):
        report = json.loads(file.read_text("utf-8"))
        cases = [{**case, "seconds": 0} for case in report["cases"]]
        found[file.name] = {**report, "cases": cases, "graded_at": ""}
    return found


def killed_and_resumed(d2d: Command, count: int, times: int, draw: random.Random) -> None:
    folder, home = hand_in(d2d.folder.parent / "handed-in", count), d2d.folder.parent
    assert d2d("grade", "mini", folder, "--out", home / "undisturbed", "--jobs", "1").returncode == 1
    seen: dict[str, bytes] = {}
    for _time in range(times):
        run = d2d.begin("grade", "mini", folder, "--out", home / "out", stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0, SECONDS_TO_KILL_IN))
        run.kill()
        run.communicate()
        d2d.family.gone()  # a folder of a zygote that had only begun is left to the next run, which sweeps it
        reap()
        now = {file.name: file.read_bytes() for file in (home / "out" / "reports").glob("*.json")}
        assert now.items() >= seen.items(), "a finished report was lost or made again"
        seen = now
        timeless(home / "out")  # none is torn
    done = d2d("grade", "mini", folder, "--out", home / "out")
    assert done.returncode == 1
    assert timeless(home / "out") == timeless(home / "undisturbed")
    assert len(seen) == 0 or "unchanged" in done.stdout
    assert [file.name for file in (home / "out" / "reports").iterdir() if file.name.startswith(".")] == []


def test_killed_at_a_moment_and_resumed(d2d: Command) -> None:
    killed_and_resumed(d2d, 8, 1, random.Random())


@pytest.mark.slow
def test_killed_at_twenty_moments_and_resumed(d2d: Command) -> None:
    killed_and_resumed(d2d, 40, 20, random.Random())


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_ends_all_of_it(d2d: Command, number: int) -> None:
    folder, out = hand_in(d2d.folder.parent / "handed-in", 6), d2d.folder.parent / "out"
    after = {file: file.read_text("utf-8") for file in sorted(folder.iterdir())[2:]}
    for file in after:  # so that the run is not over before the signal comes, however late that is
        file.write_text(ASLEEP, "utf-8")
    # A group of its own, so that Ctrl-C reaches the judges as well, as it does from a terminal.
    run = d2d.begin("grade", "mini", folder, "--out", out, "--jobs", "2", start_new_session=True)
    wait_for(lambda: list(out.glob("reports/*.json")), run)
    (os.killpg if number == signal.SIGINT else os.kill)(run.pid, number)
    _out, said = run.communicate(timeout=BACKSTOP)
    assert run.returncode == 130, said.decode()
    assert "the same command goes on where this one ended" in said.decode()
    assert "Traceback" not in said.decode()
    d2d.nothing_left()
    before = timeless(out)
    assert 0 < len(before) < 6
    for file, source in after.items():
        file.write_text(source, "utf-8")
    assert d2d("grade", "mini", folder, "--out", out, "--jobs", "1").returncode == 1
    assert len(timeless(out)) == 6
    assert timeless(out).items() >= before.items()


@pytest.mark.slow
def test_a_judge_that_is_killed_costs_nothing_but_time(d2d: Command) -> None:
    folder, out = hand_in(d2d.folder.parent / "handed-in", 6, SLOW), d2d.folder.parent / "out"
    run = d2d.begin("grade", "mini", folder, "--out", out, "--jobs", "2")
    wait_for(lambda: list(out.glob("reports/*.json")), run)
    os.kill(next(judges_of(run.pid)), signal.SIGKILL)
    _out, said = run.communicate(timeout=BACKSTOP)
    assert run.returncode == 1, said.decode()
    assert sorted(timeless(out)) == [f"m0{at}.json" for at in range(6)]
    d2d.nothing_left()


@pytest.mark.slow
def test_a_task_that_costs_two_judges_is_given_up_and_the_rest_goes_on(course: Path) -> None:
    class Deadly(Submission):
        """Ends the judge that unpacks it."""

        def __reduce__(self) -> Any:
            return os._exit, (9,)

    def submission(name: str, kind: type[Submission] = Submission) -> Submission:
        return kind(name, f"{name}.py", (Cell(f"{name}.py", RIGHT.format(factor=2)),), "0" * 64)

    engine = LocalEngine(Setting(find_course(course).assignment("mini"), b"secret", "en"), 1)
    tasks = [Task("kim", submission("kim"), b"secret"), Task("evil", submission("evil", Deadly), b"secret")]
    tasks.append(Task("lee", submission("lee"), b"secret"))
    found = {each.key: each for each in engine.judge(tasks)}
    assert isinstance(found["evil"], Lost)
    assert [isinstance(found[name], Done) for name in ("kim", "lee")] == [True, True]


@pytest.mark.slow
def test_a_full_disk_stops_the_run_and_tears_nothing(d2d: Command, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    # Room for the folders and a few reports of 3 kB each, which take a page apiece.
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24k", "none", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        folder = hand_in(d2d.folder.parent / "handed-in", 8)
        done = d2d("grade", "mini", folder, "--out", small / "out")
        assert done.returncode == 3, done.stderr
        assert "No space left on device" in done.stderr
        assert "the same command" in done.stderr
        before = timeless(small / "out")
        assert 0 < len(before) < 8
        assert list((small / "out" / "reports").glob(".*")) == []
        subprocess.run(["mount", "-o", "remount,size=10m", small], check=True)
        assert d2d("grade", "mini", folder, "--out", small / "out").returncode == 1
        assert len(timeless(small / "out")) == 8
        assert timeless(small / "out").items() >= before.items()
    finally:
        subprocess.run(["umount", small], check=True)


def reap() -> None:
    """Take note of the orphans that have ended, as init would; the test has adopted them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def judges_of(pid: int) -> Iterator[int]:
    """The judges that are at work for the command `pid`."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            yield int(child)


def wait_for(true: Any, run: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: true() or run.poll() is not None)
    assert true(), run.communicate()
