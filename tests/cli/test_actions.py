"""`d2d actions`: each job, and one after the other; whole workflows are in tests/actions."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.gradebook.book import Gradebook
from grader.report.reader import read_file, read_value
from tests.git_repositories import Repository

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = (
    "import numpy as np\n\n\ndef mse(x, y):\n    return np.mean((x - y) ** 2)\n\n\ndef double(x):\n    return 2 * x\n"
)

SECRET = {"D2D_SECRET": "0123456789abcdef" * 2}

GH = """#!{python}
import json, os, sys
body = json.load(sys.stdin)
with open({log!r}, "a") as file:
    file.write(json.dumps([sys.argv[5], body]) + "\\n")
sys.exit("HTTP 422: ::error::\\x1b[31mno" if os.path.exists({refuse!r}) and "/lee/" in sys.argv[5] else 0)
"""


@pytest.mark.slow
def test_who_could_not_be_told_is_told_by_the_next_run(d2d: Command, course: Path, tmp_path: Path) -> None:
    log, refuse, programs = tmp_path / "log", tmp_path / "refuse", tmp_path / "bin"
    programs.mkdir()
    (programs / "gh").write_text(GH.format(python=sys.executable, log=str(log), refuse=str(refuse)), "utf-8")
    (programs / "gh").chmod(0o755)
    work = tmp_path / "work"
    for name in ("kim", "lee"):
        Repository.make(tmp_path / "git" / name).commit({"mini.py": RIGHT})
    rows = "".join(f"{name},file://{tmp_path}/git/{name}\n" for name in ("kim", "lee"))
    (course / "roster.csv").write_text("member,repository\n" + rows, "utf-8")
    assert d2d("keygen", "--from-secret", "d2d.key", env=SECRET).returncode == 0
    with (course / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write('[signing]\npublic_key = "d2d.key.pub"\n')
    arguments = ("--roster", "roster.csv", "--state", work / "state", "--out", work / "collected")
    output = tmp_path / "output"
    env = {"D2D_GIT_ALLOW": "file", "GITHUB_OUTPUT": str(output)}
    done = d2d("actions", "collect", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    matrix = [{"hw": "mini", "shard": "1/1", "name": "mini-1", "torch": "false"}]
    first, second = output.read_text("utf-8").splitlines()
    assert first == f"matrix={json.dumps(matrix)}"
    assert re.fullmatch("digest=[0-9a-f]{64}", second)
    graded = d2d("grade", "mini", work / "collected" / "mini", "--out", work / "graded" / "mini-1", env=SECRET)
    assert graded.returncode == 0, graded.stderr
    # As if they lay at GitHub.
    for file in (work / "collected" / "mini").glob("*.json"):
        text = file.read_text("utf-8").replace(f"file://{tmp_path}/git/", "https://github.com/d2d/")
        file.write_text(text, "utf-8")
    refuse.touch()
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "D2D_MEMBERS_TOKEN": "write-token", "D2D_PAUSE": "0"}
    folders = ("--collected", work / "collected", "--graded", work / "graded", "--state", work / "state")
    done = d2d("actions", "publish", *folders, env=env)
    assert done.returncode == 3
    assert "lee/mini: GitHub did not take it: HTTP 422" in done.stderr
    assert "\x1b" not in done.stderr
    refuse.unlink()
    log.rename(tmp_path / "first")
    assert d2d("actions", "publish", *folders, env=env).returncode == 0
    told = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {path.split("/")[2] for path, _body in told} == {"lee"}
    status, comment = (body for _path, body in told)
    assert status == {"state": "success", "context": "d2d/mini", "description": "5 of 5 points (100 %)"}
    assert comment["body"].startswith("## mini · Mini — `lee`")
    assert d2d("actions", "publish", *folders, env=env).returncode == 0
    assert len(log.read_text("utf-8").splitlines()) == 2  # nothing is said twice
    (work / "state" / "published.json").unlink()
    assert d2d("actions", "publish", *folders, env={**env, "D2D_COMMENTS": "false"}).returncode == 0
    paths = [json.loads(line)[0] for line in log.read_text("utf-8").splitlines()[2:]]
    assert [path.split("/")[3] for path in paths] == ["statuses", "statuses"]
    with Gradebook(work / "state" / "gradebook.sqlite") as book:  # as if lee had handed in five others before
        other = read_file(work / "graded" / "mini-1" / "reports" / "lee.json").value
        for number in range(5):
            book.add(read_value({**other, "submission_sha256": f"{number:064}"}), by="park")
    (work / "state" / "published.json").unlink()
    assert d2d("actions", "publish", *folders, env=env).returncode == 0
    bodies = [
        body["body"] for _path, body in map(json.loads, log.read_text("utf-8").splitlines()[4:]) if "body" in body
    ]
    assert ["Many versions of this were graded" in body for body in bodies] == [False, True]
    shutil.rmtree(work / "graded" / "mini-1" / "reports")
    done = d2d("actions", "publish", *folders, env=env)
    assert (done.returncode, "there is no report" in done.stderr) == (3, True)


def test_a_folder_grader_of_the_member_s_is_not_run(d2d: Command, course: Path) -> None:
    (course / "mini.py").write_text(RIGHT, "utf-8")
    (course / "grader").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (course / "grader" / name).write_text("raise SystemExit('the wrong one')\n", "utf-8")
    done = d2d("actions", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4/4" in done.stdout


def test_the_matrix_and_the_snapshot(d2d: Command, course: Path, tmp_path: Path) -> None:
    Repository.make(tmp_path / "kim").commit({"mini.py": "x = 1\n"})
    (course / "roster.csv").write_text(f"member,repository\nkim,file://{tmp_path}/kim\n", "utf-8")
    env = {"D2D_GIT_ALLOW": "file", "GITHUB_OUTPUT": str(tmp_path / "output")}
    arguments = ("--roster", "roster.csv", "--state", tmp_path / "state", "--out", tmp_path / "out")
    done = d2d("actions", "collect", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    matrix, _digest = (tmp_path / "output").read_text("utf-8").splitlines()
    assert [part["shard"] for part in json.loads(matrix.removeprefix("matrix="))] == ["1/1"]
    assert len(json.loads((tmp_path / "out" / "heads.json").read_text("utf-8"))["snapshots"]) == 1
