"""The same class by what others use: pytest once for each submission, otter and nbgrader, where they are installed.

    D2D_PEERS=/somewhere/venv/bin python tests/bench       the folder with the programs `otter` and `nbgrader`

Each is given notebooks, which all three read, and the cases of the assignment as they are, every case with its points:
what earns points is a test case for otter, a cell for nbgrader. So that none pays for collecting them one by one, a
notebook's cases are run in one go and each test only looks at how its own ended.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from grade import graded
from klass import hand_in
from table import Row

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_OTTER_TEST = """\
OK_FORMAT = False
import sys
sys.path[:0] = {path!r}
from otter.test_files import test_case
from peers import ended
name = {section!r}
points = None
"""
_OTTER_CASE = """

@test_case(points={points})
def test_{at}(env):
    assert ended({hw!r}, env)[{case!r}]
"""


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of CPU for a submission, and the points that all of them earned."""

    wall: float
    cpu: float
    points: float


def ended(hw: str, names: Mapping[str, Any]) -> dict[str, bool]:
    """By case whether it passes with these names; in the process of the student's code, as is usual."""
    if "__ended__" not in names:
        names["__ended__"] = _judged(hw, types.SimpleNamespace(**names))  # type: ignore[index]
    found: dict[str, bool] = names["__ended__"]
    return found


def _judged(hw: str, module: Any) -> dict[str, bool]:
    from by_pytest import Session, in_session, name
    from floor import Direct, called_directly, load

    from grader.course.course import find_course
    from grader.intake.read import read_submission
    from grader.judge.cases import PUBLIC_SECRET, Fixtures, rng_of

    assignment = find_course(ROOT).assignment(hw)
    assert assignment.reference is not None
    reference = load(read_submission(assignment.reference, hw, assignment.asked))

    def work(session: Session) -> dict[str, bool]:
        called_directly(session.items)
        passed = {}
        for item in session.items:
            rng = partial(rng_of, PUBLIC_SECRET, name(item))
            fixtures = Fixtures(lambda: Direct(module), lambda: Direct(reference), rng)
            passed[name(item)] = session.passes(item, fixtures)
        return passed

    return in_session(assignment, work)


@contextmanager
def _measured() -> Iterator[Callable[[], tuple[float, float]]]:
    """Seconds by the clock and of CPU in child processes since the block began."""
    started, before = time.perf_counter(), os.times()

    def now() -> tuple[float, float]:
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return time.perf_counter() - started, cpu

    yield now


def _program(name: str) -> str | None:
    return shutil.which(name, path=_environment()["PATH"])


def _environment() -> dict[str, str]:
    """That of this process, with the project and the peers' programs on the paths."""
    path = os.pathsep.join([os.environ.get("D2D_PEERS", ""), os.environ["PATH"]])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]), "PATH": path}


def _run(command: Sequence[str | Path], folder: Path) -> str:
    done = subprocess.run([*map(str, command)], cwd=folder, env=_environment(), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def by_pytest(hw: str, files: Sequence[Path], _folder: Path) -> Cost:
    """A process of pytest for each submission."""
    with _measured() as cost:
        points = sum(float(_run([sys.executable, HERE / "peers.py", hw, file], ROOT).split()[-1]) for file in files)
        wall, cpu = cost()
    return Cost(wall / len(files), cpu / len(files), points)


def by_otter(hw: str, files: Sequence[Path], folder: Path) -> Cost | None:
    """`otter run` for each submission; it has no container here, in which it would take longer."""
    otter = _program("otter")
    if otter is None:
        return None
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for section in sorted({section for section, _points in _cases(hw).values()}):
        text = _OTTER_TEST.format(path=[str(HERE), str(ROOT)], section=section)
        for at, (case, (of, points)) in enumerate(_cases(hw).items()):
            text += _OTTER_CASE.format(points=points, at=at, hw=hw, case=case) if of == section else ""
        (tests / f"{section}.py").write_text(text, "utf-8")
    alone = ["--no-config", "--no-requirements", "--no-environment"]
    _run([otter, "generate", "-t", tests, "-o", folder / "autograder.zip", *alone], folder)
    points = 0.0
    with _measured() as cost:
        for file in files:
            out = folder / file.stem
            out.mkdir()
            _run([otter, "run", "-a", folder / "autograder.zip", "-o", out, file], folder)
            tests_run = json.loads((out / "results.json").read_text("utf-8"))["tests"]
            points += sum(test["score"] for test in tests_run if "score" in test)
        wall, cpu = cost()
    return Cost(wall / len(files), cpu / len(files), points)


def by_nbgrader(hw: str, files: Sequence[Path], folder: Path) -> Cost | None:
    """`nbgrader autograde` for all of them in one call, as its users do."""
    nbgrader = _program("nbgrader")
    if nbgrader is None:
        return None
    (folder / "source" / hw).mkdir(parents=True)
    (folder / "source" / hw / f"{hw}.ipynb").write_text(_graded(hw, []), "utf-8")
    for file in files:
        target = folder / "submitted" / file.stem / hw
        target.mkdir(parents=True)
        cells = json.loads(file.read_text("utf-8"))["cells"]
        (target / f"{hw}.ipynb").write_text(_graded(hw, cells), "utf-8")
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\nc.ClearSolutions.enforce_metadata = False\n"
    )
    _run([nbgrader, "generate_assignment", hw], folder)
    with _measured() as cost:
        _run([nbgrader, "autograde", hw], folder)
        wall, cpu = cost()
    points = 0.0
    for file in files:
        notebook = json.loads((folder / "autograded" / file.stem / hw / f"{hw}.ipynb").read_text("utf-8"))
        graded = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
        right = [cell for cell in graded if not any(out["output_type"] == "error" for out in cell["outputs"])]
        points += sum(cell["metadata"]["nbgrader"]["points"] for cell in right)
    return Cost(wall / len(files), cpu / len(files), points)


def _graded(hw: str, cells: list[dict[str, Any]]) -> str:
    """A notebook with these cells and, below them, a test cell for each case, as nbgrader marks them."""
    tests = []
    for at, (case, (_section, points)) in enumerate(_cases(hw).items()):
        mark = {"grade": True, "grade_id": f"case-{at}", "locked": True, "points": points, "schema_version": 3,
                "solution": False, "task": False, "cell_type": "code"}  # fmt: skip
        source = f"from peers import ended\nassert ended({hw!r}, globals())[{case!r}]"
        tests.append({"cell_type": "code", "metadata": {"nbgrader": mark}, "source": source, "outputs": [],
                      "execution_count": None})  # fmt: skip
    plain = [{key: value for key, value in cell.items() if key != "id"} for cell in cells]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": plain + tests, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


@cache
def _cases(hw: str) -> dict[str, tuple[str, float]]:
    """The section and the points of every case."""
    from grader.course.course import find_course
    from grader.judge.cases import collect_cases

    case_set = collect_cases(find_course(ROOT).assignment(hw), hidden=True)
    return {case.id: (case.info.section, float(case.info.points)) for case in case_set.cases}


def rows(hw: str = "hw1", count: int = 100, sample: int = 4) -> list[Row]:
    """Seconds a submission; the peers' are of a few notebooks of the class, for they take their time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        entries = hand_in(folder / "class", hw, count)
        run = graded(entries, hw, folder / "out")
        ours = Cost(run.seconds / count, run.cpu / count, 0.0)
        made = [Row(f"d2d grade {hw}, a submission", ours.wall, None, "s", f"by the clock; {ours.cpu:.3f} s of CPU")]
        points = 0.0
        files = sorted(entries.glob("*.ipynb"))[:: count // 2 // sample][:sample]
        for peer, by in (("pytest", by_pytest), ("otter", by_otter), ("nbgrader", by_nbgrader)):
            theirs = by(hw, files, folder / peer)
            if theirs is None:
                print(f"  {peer} is not installed: D2D_PEERS names the folder of its program")
                continue
            points = points or theirs.points
            assert round(theirs.points, 6) == round(points, 6), f"{peer} does not judge by the same cases"
            said = f"{theirs.wall:.2f} s by the clock, {theirs.cpu:.2f} s of CPU; {theirs.wall / ours.wall:.0f} × d2d's"
            bound = None if peer == "pytest" else theirs.wall / 25
            made.append(Row(f"d2d's against {peer}'s / 25" if bound else "pytest, a process each",
                            ours.wall if bound else theirs.wall, bound, "s", said))  # fmt: skip
        return made


if __name__ == "__main__":  # the whole work of pytest for one submission
    from floor import load

    from grader.intake.read import read_submission

    hw, file = sys.argv[1:]
    print(
        sum(
            _cases(hw)[case][1] for case, passed in _judged(hw, load(read_submission(Path(file), hw))).items() if passed
        )
    )
