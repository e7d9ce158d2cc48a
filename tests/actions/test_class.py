"""A class of twelve, some of them hostile, through the staff's whole workflow: its real steps, in order, in bash."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.report.reader import from_json
from grader.report.signature import read_signing_key
from tests.actions.host import hosting
from tests.actions.runner import JobRun, Runner, load
from tests.actions.test_check import INJECTED, RIGHT, WRONG, outside_of_code
from tests.courses import make_course
from tests.git_repositories import ENVIRONMENT, Repository
from tests.github.test_log import obeyed

ROOT = Path(__file__).resolve().parents[2]
GRADE = ROOT / ".github" / "workflows" / "grade.yml"
SECRET = "0123456789abcdef" * 2
TOKENS = {"D2D_SECRET": SECRET, "D2D_COLLECT_TOKEN": "read-token", "D2D_MEMBERS_TOKEN": "write-token"}
NOTHING_RIGHT = WRONG.replace("np.mean(", "np.sum(")
LOUD = f"""
import numpy as np

TEXTS = {INJECTED!r}
print("\\n".join(TEXTS))


def mse(x, y):
    print("::set-output name=matrix::[]\\n##[set-env name=X]y\\n" * 200_000)
    return np.mean((x - y) ** 2)


def double(x):
    raise ValueError("\\n".join(TEXTS))
"""
FORGED = {"schema": "d2d.report/1", "member": "kang", "assignment": "mini", "score": 5, "max_score": 5}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


@dataclass
class Class:
    """The members' repositories, the staff's, and the runner."""

    home: Path
    host: str
    members: dict[str, Repository] = field(default_factory=dict)
    runner: Runner = field(init=False)
    course: Path = field(init=False)

    def __post_init__(self) -> None:
        self.course = make_course(self.home / "course")
        shutil.copytree(ROOT / ".github", self.course / ".github")
        self.state = Repository.make(self.home / "state.git", "d2d-state")
        self.state.commit({"README.md": "Kept from run to run."})
        variables = {"D2D_GIT_HOST": self.host, "D2D_GIT_ALLOW": "http", "D2D_PAUSE": "0"}
        branches = {"d2d-state": self.state.path}
        self.runner = Runner(self.home / "runner", self.course, branches, TOKENS, variables)
        command = [sys.executable, "-m", "grader", "keygen", "--from-secret", str(self.home / "d2d.key")]
        subprocess.run(command, env={**os.environ, "D2D_SECRET": SECRET}, check=True, capture_output=True)
        shutil.copy(self.home / "d2d.key.pub", self.course)
        git(self.course, "init", "--quiet", "-b", "main")

    def member(self, name: str, files: dict[str, Any] | None, branch: str = "main") -> Repository:
        repository = Repository.make(self.home / "git" / "d2d" / f"{name}.git", branch)
        if files is not None:
            repository.commit(files)
        self.members[name] = repository
        return repository

    def due(self, moment: datetime) -> None:
        """Write the course as it is now, with this deadline."""
        rows = "".join(f"{name},http://{self.host}/d2d/{name}.git\n" for name in sorted(self.members))
        (self.course / "roster.csv").write_text("member,repository\n" + rows, "utf-8")
        text = f'name = "Mini course"\n[deadlines]\nmini = {moment.isoformat(timespec="seconds")}\n'
        text += '[signing]\npublic_key = "d2d.key.pub"\n'
        (self.course / "d2d.toml").write_text(text, "utf-8")
        git(self.course, "add", "--all")
        git(self.course, "commit", "--quiet", "-m", "course")

    def kept(self, name: str) -> bytes | None:
        """A file of the branch that is kept from run to run."""
        shown = subprocess.run(
            ["git", "show", f"d2d-state:{name}"], cwd=self.state.path, env=ENVIRONMENT, capture_output=True, check=False
        )
        return shown.stdout if shown.returncode == 0 else None

    def scores(self) -> dict[str, set[str]]:
        """Every score that the gradebook has, by member."""
        data = self.kept("gradebook.sqlite")
        assert data is not None
        file = self.home / "book.sqlite"
        file.write_bytes(data)
        with sqlite3.connect(file) as book:
            rows = book.execute("SELECT member, score FROM reports").fetchall()
        book.close()
        found: dict[str, set[str]] = {}
        for member, score in rows:
            found.setdefault(member, set()).add(score)
        return found


@contextmanager
def a_class(home: Path) -> Iterator[Class]:
    (home / "git" / "d2d").mkdir(parents=True)
    with hosting(home / "git") as host:
        yield Class(home, host)


@pytest.fixture(scope="module", autouse=True)
def _a_machine_that_may_judge() -> None:
    done = subprocess.run([sys.executable, "-m", "grader", "doctor"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("hidden cases can't be judged on this machine (d2d doctor)")


@dataclass
class Outcome:
    """What is left of two runs: one before the deadline, one after it."""

    klass: Class
    first: dict[str, list[JobRun]]
    second: dict[str, list[JobRun]]
    first_posts: list[tuple[str, dict[str, Any], str]]
    mark: Path


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    home = tmp_path_factory.mktemp("class")
    mark = home / "pwned"
    with a_class(home) as klass:
        klass.member("kim", {"mini.py": RIGHT})
        klass.member("lee", {"mini.py": NOTHING_RIGHT})
        klass.member("park", {"mini.ipynb": ("120000", "/etc/passwd")})
        edited = f"on: push\njobs: {{check: {{runs-on: x, steps: [{{run: touch {mark}; exit 0}}]}}}}"
        klass.member(
            "choi", {"mini.py": NOTHING_RIGHT, ".github/workflows/check.yml": edited, "d2d.toml": "name = 'x'"}
        )
        klass.member("jung", {"README.md": "I deleted it."})
        forged = json.dumps(FORGED)
        files = {"mini.py": "", "reports/kang.json": forged, "kang.json": forged, "gradebook.sqlite": "x"}
        klass.member("kang", {**files, "mini.py": NOTHING_RIGHT, "conftest.py": f"open({str(mark)!r}, 'w')"})
        klass.member("cho", {"mini.py": LOUD})
        klass.member("yoon", {"mini.py": WRONG})
        klass.member("jang", {"mini.py": RIGHT}, branch=f"--upload-pack=touch${{IFS}}{mark}")
        klass.member("lim", {"mini.py": RIGHT})
        klass.member("han", None)
        klass.member("oh", {f"mini $(touch {mark.name})`touch x`;<img src=x>.py": RIGHT, "../mini.py": "x"})
        shutil.rmtree(klass.members["lim"].path)
        klass.due(datetime.now(timezone.utc) + timedelta(days=1))
        first = klass.runner.run(GRADE, inputs={"hw": ""})
        posts = klass.runner.posts()
        heads = json.loads(klass.kept("heads.json") or b"{}")
        klass.due(datetime.fromisoformat(heads["snapshots"][0]["at"]))
        klass.members["yoon"].commit({"mini.py": RIGHT}, at="2026-01-01T00:00:00+0900", parent=False)
        second = klass.runner.run(GRADE, "schedule") if klass.runner.variables.setdefault("D2D_COURSE", "true") else {}
        yield Outcome(klass, first, second, posts, mark)


pytestmark = pytest.mark.slow


def test_every_job_did_its_work(outcome: Outcome) -> None:
    for jobs in (outcome.first, outcome.second):
        assert {name: [run.ok for run in runs] for name, runs in jobs.items()} == {
            "collect": [True],
            "judge": [True],
            "publish": [True],
        }, "\n".join(run.log for runs in jobs.values() for run in runs)


def test_the_gradebook(outcome: Outcome) -> None:
    """Right is right, wrong is wrong, and neither an edited workflow nor a forged report makes it otherwise."""
    scores = outcome.klass.scores()
    assert scores == {
        "kim": {"5"},
        "lee": {"0"},
        "choi": {"0"},
        "kang": {"0"},
        "cho": {"3"},
        "yoon": {"3"},  # what was pushed after the deadline, in the place of all before, does not count
        "jang": {"5"},
        "oh": {"5"},
    }


def test_an_edited_workflow_changes_nothing(outcome: Outcome) -> None:
    """It is not collected, and what it would say of itself is asked by nobody."""
    assert outcome.klass.scores()["choi"] == outcome.klass.scores()["lee"] == {"0"}
    posts = {path: body["state"] for path, body, _token in outcome.first_posts if "state" in body}
    assert [state for path, state in posts.items() if "/choi/" in path] == ["failure"]


def test_a_report_that_is_committed_is_no_report(outcome: Outcome) -> None:
    assert outcome.klass.scores()["kang"] == {"0"}
    with zipfile.ZipFile(outcome.klass.runner.home / "artifacts" / "collected" / "mini" / "kang.zip") as archive:
        assert archive.namelist() == ["mini.py"]


def test_the_statuses(outcome: Outcome) -> None:
    found = {path: body for path, body, _token in outcome.first_posts if "/statuses/" in path}
    states = {}
    for path, body in found.items():
        _repos, owner, name, _statuses, commit = path.split("/")
        assert (owner, body["context"]) == ("d2d", "d2d/mini")
        assert commit == outcome.klass.members[name].made[0]
        states[name] = body["state"]
    passed, failed = ("kim", "jang", "oh", "cho", "yoon"), ("lee", "choi", "kang")  # 3 of 5 is the pass mark of 60 %
    assert states == {
        **dict.fromkeys(passed, "success"),
        **dict.fromkeys(failed, "failure"),
        **dict.fromkeys(("park", "jung"), "error"),
    }


def test_each_token_is_where_it_belongs(outcome: Outcome) -> None:
    assert {token for _path, _body, token in outcome.klass.runner.posts()} == {"write-token"}
    everything = "".join(run.log + run.summary for runs in outcome.first.values() for run in runs)
    for secret in TOKENS.values():
        assert secret not in everything
    definition = load(GRADE)
    assert definition["permissions"] == {}
    assert {name: job["permissions"] for name, job in definition["jobs"].items()} == {
        "collect": {"contents": "read"},
        "judge": {"contents": "read"},
        "publish": {"contents": "write"},
    }
    used = {
        name: {secret for secret in TOKENS if secret in json.dumps(job)} for name, job in definition["jobs"].items()
    }
    assert used["judge"] == {"D2D_SECRET"}


def test_nothing_of_a_students_is_a_command_or_markup(outcome: Outcome) -> None:
    for jobs in (outcome.first, outcome.second):
        for runs in jobs.values():
            for run in runs:
                assert obeyed(run.log) == []
                assert len(run.log) < 100_000
                outside_of_code(run.summary)
    for _path, body, _token in outcome.klass.runner.posts():
        comment = body.get("body", "")
        assert not {"<img", "@d2d"} & set(outside_of_code(comment).split())
        assert len(comment) < 65_536


def test_nobody_sees_hidden_cases_before_the_deadline(outcome: Outcome) -> None:
    comments = [body["body"] for _path, body, _token in outcome.first_posts if "body" in body]
    assert comments
    assert not any("wide rows" in comment for comment in comments)


def test_nothing_is_written_where_it_should_not_be(outcome: Outcome) -> None:
    assert not outcome.mark.exists()
    assert not list((outcome.klass.home / "runner").rglob("*pwned*"))
    collected = outcome.klass.runner.home / "artifacts" / "collected" / "mini"
    names = {path.name for path in collected.iterdir()}
    there = ("kim", "lee", "choi", "kang", "cho", "yoon", "jang", "oh")
    assert names == {"collected.json", *(f"{name}.zip" for name in there)}
    with zipfile.ZipFile(collected / "choi.zip") as archive:
        assert archive.namelist() == ["mini.py"]
    kept = subprocess.run(
        ["git", "ls-tree", "--name-only", "d2d-state"],
        cwd=outcome.klass.state.path, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert kept.stdout.split() == ["README.md", "gradebook.sqlite", "heads.json", "published.json"]


def test_who_is_missing_is_named(outcome: Outcome) -> None:
    (collect,) = outcome.first["collect"]
    for name, why in {"park": "link", "jung": "nothing of this", "lim": "no such", "han": "ever pushed"}.items():
        (line,) = [line for line in collect.log.splitlines() if f" {name} " in line]
        assert why in line


def test_the_snapshot_said_what_was_there(outcome: Outcome) -> None:
    (collect,) = outcome.second["collect"]
    assert "What counts is the snapshot of" in collect.log
    (line,) = [line for line in collect.log.splitlines() if " yoon " in line]
    assert outcome.klass.members["yoon"].made[0][:10] in line


# -- the machine that judges is in other hands ------------------------------------------------------------------------


def change(artifacts: Path, pattern: str, how: Callable[[Any], None]) -> None:
    """Change the JSON in a file of an artifact."""
    (file,) = artifacts.rglob(pattern)
    value = json.loads(file.read_text("utf-8"))
    how(value)
    file.write_text(json.dumps(value), "utf-8")


def forge_score(artifacts: Path) -> None:
    def all_right(report: Any) -> None:
        for case in report["cases"]:
            case["verdict"], case["points"], case["message"] = "passed", case["max_points"], ""
        report |= {"score": 5, "percent": 100, "passed": True}

    change(artifacts, "reports/lee.json", all_right)


def unsign(artifacts: Path) -> None:
    change(artifacts, "reports/lee.json", lambda report: report.update(signature=None))


def take_anothers_place(artifacts: Path) -> None:
    """A report that is signed and whole, and somebody else's."""
    (file,) = artifacts.rglob("reports/kim.json")
    shutil.copy(file, file.with_name("lee.json"))


def move_the_deadline(artifacts: Path) -> None:
    """The artifact of the first job, put in its own place once more."""
    change(
        artifacts,
        "mini/collected.json",
        lambda value: value["members"][1].update(submitted_at="2020-01-01T00:00:00+00:00"),
    )


def forget_the_snapshots(artifacts: Path) -> None:
    change(artifacts, "heads.json", lambda value: value.update(snapshots=[]))


def judge_something_else(artifacts: Path) -> None:
    """Signed, whole, lee's own, and on other work than what was collected: as a report of an earlier run would be."""
    (file,) = artifacts.rglob("reports/lee.json")
    report = json.loads(file.read_text("utf-8"))
    report["submission_sha256"] = "0" * 64
    home = artifacts.parents[1]
    signed = read_signing_key(home / "d2d.key").sign(from_json(report))
    file.write_text(json.dumps(signed.as_json()), "utf-8")


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        (forge_score, "lee.json"),
        (unsign, "lee.json"),
        (take_anothers_place, "lee.json"),
        (judge_something_else, "something else than what was collected"),
        (move_the_deadline, "not what the first job collected"),
        (forget_the_snapshots, "not what the first job collected"),
    ],
)
def test_a_forged_artifact_stops_everything(attack: Callable[[Path], None], named: str, tmp_path: Path) -> None:
    with a_class(tmp_path) as klass:
        klass.member("kim", {"mini.py": RIGHT})
        klass.member("lee", {"mini.py": WRONG})
        klass.due(datetime.now(timezone.utc) + timedelta(days=1))
        klass.runner.between = lambda job, artifacts: attack(artifacts) if job == "judge" else None
        done = klass.runner.run(GRADE, inputs={"hw": "mini"})
        assert [run.ok for run in done["judge"]] == [True]
        (publish,) = done["publish"]
        assert not publish.ok
        assert named in publish.log
        assert klass.runner.posts() == []
        assert klass.kept("gradebook.sqlite") is None


def test_an_unknown_assignment_is_no_command(tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    with a_class(tmp_path) as klass:
        klass.member("kim", {"mini.py": RIGHT})
        klass.due(datetime.now(timezone.utc) + timedelta(days=1))
        done = klass.runner.run(GRADE, "repository_dispatch", client_payload={"hw": f'mini"; touch {mark}; "'})
        assert [run.ok for run in done["collect"]] == [False]
        assert not mark.exists()


def test_where_nothing_is_due_there_is_a_snapshot_all_the_same(tmp_path: Path) -> None:
    with a_class(tmp_path) as klass:
        repository = klass.member("kim", {"mini.py": RIGHT})
        klass.due(datetime.now(timezone.utc) - timedelta(days=30))
        klass.runner.variables["D2D_COURSE"] = "true"
        done = klass.runner.run(GRADE, "schedule")
        assert {name: [run.ok for run in runs] for name, runs in done.items()} == {
            "collect": [True],
            "judge": [],
            "publish": [True],
        }
        heads = json.loads(klass.kept("heads.json") or b"")
        assert [head["commit"] for head in heads["snapshots"][0]["heads"]] == [repository.tip]
        assert klass.runner.posts() == []


def test_a_repository_without_a_class_grades_nobody_at_night(tmp_path: Path) -> None:
    with a_class(tmp_path) as klass:
        klass.member("kim", {"mini.py": RIGHT})
        klass.due(datetime.now(timezone.utc) + timedelta(days=1))
        assert klass.runner.run(GRADE, "schedule") == {"collect": [], "judge": [], "publish": []}
