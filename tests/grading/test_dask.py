"""The Dask engine on a real cluster: a scheduler and two workers as an operator starts them, one killed on the way."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.grading.dask import differences
from tests.examples import examples
from tests.waiting import BACKSTOP, wait_until

if TYPE_CHECKING:
    from tests.commands import Command

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="Dask is not installed")

ROOT = Path(__file__).parents[2]
SOURCE = (
    "import numpy as np\nTURN = {turn}\n"
    "def mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return {factor} * x\n"
)


@dataclass
class Cluster:
    """A scheduler and its workers, each in a process of its own."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def scheduler_file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.scheduler_file.read_text("utf-8"))["address"])

    def start(self, what: str, *options: object, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        arguments = ["--scheduler-file", self.scheduler_file, "--no-dashboard", *options]
        with self.log(len(self.processes)).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", what, *map(str, arguments)],
                cwd=self.folder,
                env={**os.environ, "TMPDIR": str(self.folder), **(env or {})},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def log(self, number: int) -> Path:
        return self.folder / f"{number}.log"

    def newest_is_there(self) -> bool:
        return "Registered to" in self.log(len(self.processes) - 1).read_text("utf-8")

    def worker(self, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        return self.start("worker", "--nthreads", 1, "--host", "127.0.0.1", "--local-directory", self.folder, env=env)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(BACKSTOP)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start("scheduler", "--host", "127.0.0.1", "--port", 0)
    wait_until(cluster.scheduler_file.exists)
    for _number in range(2):
        cluster.worker()
        wait_until(cluster.newest_is_there)
    yield cluster
    cluster.end()


def hand_in(folder: Path, count: int) -> Path:
    folder.mkdir()
    for at in range(count):
        (folder / f"m{at:04}.py").write_text(SOURCE.format(turn=at, factor=2 - (at % 3 == 2)), "utf-8")
    return folder


def run(d2d: Command, *arguments: object) -> tuple[int, str, str]:
    """The command to its end, and nothing of it left: the cluster of the module is no child of its."""
    command = d2d.begin(*arguments)
    said, complaints = command.communicate(timeout=BACKSTOP)
    wait_until(lambda: not any(belongs(process, d2d) for process in Path("/proc").iterdir()))
    assert list(d2d.temporary.iterdir()) == []
    return command.returncode, said.decode(), complaints.decode()


def belongs(process: Path, d2d: Command) -> bool:
    try:
        return f"TMPDIR={d2d.temporary}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False


def timeless(folder: Path) -> dict[str, Any]:
    found = {}
    for file in sorted((folder / "reports").glob("*.json")):
        report = json.loads(file.read_text("utf-8"))
        cases = [{**case, "seconds": 0} for case in report["cases"]]
        found[file.name] = {**report, "cases": cases, "graded_at": ""}
    return found


def serving(worker: subprocess.Popen[bytes]) -> int:
    """The process that does the work: the child of the one that was started, which watches it."""
    with suppress(FileNotFoundError):  # a thread or a child that ends while it is looked at
        for thread in Path(f"/proc/{worker.pid}/task").iterdir():
            for child in (thread / "children").read_text("utf-8").split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
    return 0


def judged_with_one_killed(d2d: Command, cluster: Cluster, count: int) -> tuple[str, list[int]]:
    """A class on the cluster, one of whose workers is killed on the way: what was printed, kB of memory meanwhile."""
    folder, out = hand_in(d2d.folder.parent / "handed-in", count), d2d.folder.parent / "by-dask"
    run = d2d.begin("grade", "mini", folder, "--out", out, "--engine", "dask", "--scheduler", cluster.address)
    wait_until(lambda: len(list(out.glob("reports/*.json"))) > count // 10 or run.poll() is not None)
    os.kill(serving(cluster.processes[1]), signal.SIGKILL)
    memory = []
    while True:
        try:
            said, complaints = run.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            status = Path(f"/proc/{run.pid}/status").read_text("utf-8")
            memory += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
    assert run.returncode == 1, complaints.decode()
    assert len(timeless(out)) == count
    return said.decode(), memory


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_report(cluster: Cluster, d2d: Command) -> None:
    """…and what comes back is what this machine alone makes of the class, in the same order."""
    said, _memory = judged_with_one_killed(d2d, cluster, 50)
    home = d2d.folder.parent
    local = d2d.begin("grade", "mini", home / "handed-in", "--out", home / "by-local")
    told = local.communicate(timeout=BACKSTOP)[0].decode()
    assert timeless(home / "by-dask") == timeless(home / "by-local")
    assert said.replace("by-dask", "by-local") == told
    assert (home / "by-dask" / "summary.csv").read_bytes() == (home / "by-local" / "summary.csv").read_bytes()


@pytest.mark.slow
def test_a_large_class_with_one_worker_killed(cluster: Cluster, d2d: Command) -> None:
    count = examples(200, 1000)
    _said, memory = judged_with_one_killed(d2d, cluster, count)
    assert max(memory) - memory[0] < 50 << 10
    scores = [report["score"] for report in timeless(d2d.folder.parent / "by-dask").values()]
    assert scores == [3 if at % 3 == 2 else 5 for at in range(count)]


@pytest.mark.slow
def test_doctor_looks_at_each_worker(cluster: Cluster, d2d: Command) -> None:
    from distributed import Client

    # One may have been killed by a test before this one, and a scheduler counts the dead until it has noticed.
    with Client(cluster.address, set_as_default=False) as client:
        wait_until(lambda: len(client.run(os.getpid, on_error="ignore")) == 2)
    code, said, complaints = run(d2d, "doctor", "--scheduler", cluster.address)
    assert code == 0, said + complaints
    assert [line[:8] for line in said.splitlines()] == ["✓ tcp://"] * 2


def worker_with_another_d2d(cluster: Cluster) -> subprocess.Popen[bytes]:
    other = cluster.folder / "other"
    shutil.copytree(ROOT / "grader", other / "grader", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    (other / "grader" / "another.py").write_text('"""Of another version."""\n', "utf-8")
    return cluster.worker({"PYTHONPATH": str(other)})


@pytest.mark.slow
def test_a_worker_with_another_d2d_is_named_before_anything_is_judged(cluster: Cluster, d2d: Command) -> None:
    odd = worker_with_another_d2d(cluster)
    try:
        wait_until(cluster.newest_is_there)
        folder = hand_in(d2d.folder.parent / "handed-in", 1)
        out = d2d.folder.parent / "out"
        code, _said, complaints = run(
            d2d, "grade", "mini", folder, "--out", out, "--engine", "dask", "--scheduler", cluster.address
        )
        assert code == 2, complaints
        assert "are not like this machine: tcp://127.0.0.1:" in complaints
        assert complaints.count("≠") == 1
        assert timeless(out) == {}
    finally:
        odd.terminate()
        odd.wait(BACKSTOP)


@pytest.mark.slow
def test_a_worker_that_joins_late_is_compared_before_it_judges(cluster: Cluster, d2d: Command) -> None:
    folder, out = hand_in(d2d.folder.parent / "handed-in", 2000), d2d.folder.parent / "out"  # longer than a start takes
    grade = d2d.begin("grade", "mini", folder, "--out", out, "--engine", "dask", "--scheduler", cluster.address)
    wait_until(lambda: list(out.glob("reports/*.json")) or grade.poll() is not None)
    odd = worker_with_another_d2d(cluster)
    try:
        complaints = grade.communicate(timeout=BACKSTOP)[1].decode()
        assert grade.returncode == 2, complaints
        assert "are not like this machine: d2d " in complaints
        assert "Traceback" not in complaints
    finally:
        odd.terminate()
        odd.wait(BACKSTOP)


def test_what_a_worker_has_otherwise() -> None:
    here = {"d2d": "0a", "Python": "3.11", "numpy": "2.0"}
    assert differences(here, here) == ""
    assert differences({**here, "numpy": "1.26"}, here) == "numpy 1.26 ≠ 2.0"
    assert differences({"d2d": "0a", "Python": "3.11"}, here) == "numpy None ≠ 2.0"


@pytest.mark.slow  # ten seconds of waiting
def test_a_scheduler_that_does_not_answer(d2d: Command) -> None:
    options = ["--out", d2d.folder.parent / "out", "--scheduler", "tcp://127.0.0.1:9"]
    folder = hand_in(d2d.folder.parent / "handed-in", 1)
    code, _said, complaints = run(d2d, "grade", "mini", folder, *options, "--engine", "dask")
    assert code == 3
    assert "The scheduler does not answer" in complaints
    assert "Traceback" not in complaints
    assert run(d2d, "grade", "mini", folder, *options)[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM][: examples(1, 2)])
def test_a_scheduler_that_goes_away_is_one_sentence(d2d: Command, tmp_path: Path, number: signal.Signals) -> None:
    """What was judged stays, and the same command goes on from there, here without a cluster."""
    (tmp_path / "of-its-own").mkdir()
    cluster = Cluster(tmp_path / "of-its-own")
    scheduler = cluster.start("scheduler", "--host", "127.0.0.1", "--port", 0)
    try:
        wait_until(cluster.scheduler_file.exists)
        cluster.worker()
        wait_until(cluster.newest_is_there)
        folder, out = hand_in(d2d.folder.parent / "handed-in", 100), d2d.folder.parent / "out"
        command = ["grade", "mini", folder, "--out", out]
        grade = d2d.begin(*command, "--engine", "dask", "--scheduler", cluster.address)
        wait_until(lambda: len(list(out.glob("reports/*.json"))) > 5 or grade.poll() is not None)
        scheduler.send_signal(number)
        complaints = grade.communicate(timeout=BACKSTOP)[1].decode()
    finally:
        cluster.end()
    assert grade.returncode == 3, complaints
    assert "The connection to the cluster was lost" in complaints
    assert "the same command goes on where this one ended" in complaints
    assert not any(word in complaints for word in ("Traceback", "Error:\n", "d2d itself failed", "distributed")), (
        complaints
    )
    kept = len(timeless(out))
    assert 5 < kept < 100
    code, said, _complaints = run(d2d, *command, "--json", "-")
    assert (code, json.loads(said)["kept"]) == (1, kept)


@pytest.mark.slow
def test_a_cluster_of_its_own(d2d: Command) -> None:
    folder, out = hand_in(d2d.folder.parent / "handed-in", 4), d2d.folder.parent / "out"
    code, _said, complaints = run(d2d, "grade", "mini", folder, "--out", out, "--engine", "dask", "--jobs", "1")
    assert code == 1, complaints
    assert len(timeless(out)) == 4


@pytest.mark.slow
def test_a_killed_command_leaves_no_hidden_case_behind_for_long(d2d: Command) -> None:
    """The next command of any kind that judges removes the parcel, and what Dask itself had put there."""
    folder = hand_in(d2d.folder.parent / "handed-in", 50)
    killed = d2d.begin("grade", "mini", folder, "--out", "out", "--engine", "dask", "--jobs", 1, start_new_session=True)
    wait_until(lambda: list(d2d.temporary.glob("d2d-parcel-*/*")) or killed.poll() is not None)
    killed.kill()
    killed.communicate()
    wait_until(lambda: not any(belongs(process, d2d) for process in Path("/proc").iterdir()))
    assert list(d2d.temporary.glob("d2d-*"))
    assert run(d2d, "grade", "mini", folder / "m0000.py", "--out", "other")[0] == 0
