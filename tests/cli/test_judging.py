"""What `grade` and `regrade` judge with, by the command line and the course."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import click
import pytest

from grader.cli.judging import JudgingRun, ended_softly
from grader.judge.cases import PUBLIC_SECRET


def options(course: Path, **more: Any) -> dict[str, Any]:
    return {
        "course": course, "no_color": True, "timeout": None, "memory": None, "key": None, "secret_file": None,
        "engine": "local", "jobs": 1, "scheduler": None, "force": False, **more,
    }  # fmt: skip


def test_public_cases_need_no_secret_and_no_key(course: Path) -> None:
    run = JudgingRun.of("mini", options(course), public=True)
    assert (run.setting.secret, run.setting.hidden, run.seed_commitment, run.key) == (PUBLIC_SECRET, False, None, None)
    assert not (course / ".d2d").exists()


def test_a_course_gets_its_secret_once(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (JudgingRun.of("mini", options(course)) for _time in range(2))
    assert first.setting.secret == second.setting.secret
    assert first.seed_commitment == second.seed_commitment
    assert capsys.readouterr().err.count("The course had no secret") == 1


def test_sigterm_ends_a_run_as_ctrl_c_does(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(click.Abort), ended_softly():
        signal.raise_signal(signal.SIGTERM)
    assert "What was judged so far is kept" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before
