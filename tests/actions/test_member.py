"""The workflow that members receive: its real steps, against a repository of theirs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.actions.runner import Runner
from tests.actions.test_check import RIGHT, WRONG, obeyed
from tests.git_repositories import Repository


@pytest.fixture
def push(member: Path, tmp_path: Path) -> Callable[..., Any]:
    """Push files to a member's repository; how the job ended."""

    def run(event: str = "push", **files: str) -> Any:
        for name, text in files.items():
            (member / f"{name}.py").write_text(text, "utf-8")
        given = {path.relative_to(member).as_posix(): path.read_bytes() for path in member.rglob("*") if path.is_file()}
        repository = Repository.make(tmp_path / "git" / event)
        repository.commit(given)
        runner = Runner(tmp_path / f"runner-{event}", repository.path)
        (job,) = runner.run(member / ".github" / "workflows" / "check.yml", event)["check"]
        assert runner.posts() == []
        shutil.rmtree(tmp_path / f"runner-{event}")
        return job

    return run


def test_a_push_is_checked(push: Any) -> None:
    job = push(mini=WRONG.replace("return 3 * x", "return x.nothing"))
    assert not job.ok
    assert "\n::error file=mini.py,line=9,title=" in job.log
    assert "> 공개 테스트로 본 피드백이고 점수가 아니에요" in job.summary


@pytest.mark.slow
def test_a_fork_is_checked_the_same_way(push: Any) -> None:
    job = push("pull_request", mini=RIGHT)
    assert job.ok
    stop, go = obeyed(job.log)
    assert stop == f"::stop-commands::{go.strip(':')}"
    assert "| ✅ | `double` | 2 / 2 |" in job.summary
