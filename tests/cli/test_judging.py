"""What `grade` and `regrade` judge with, by the command line and the course."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader import i18n
from grader.cli import judging
from grader.cli.judging import JudgingRun, Looking, Progress
from grader.errors import BadInputError
from grader.grading.batch import EntryResult
from grader.grading.cohort import SummaryRow
from grader.judge.cases import PUBLIC_SECRET
from tests.samples import a_case, a_report


def options(course: Path, **more: Any) -> dict[str, Any]:
    return {
        "course": course, "no_color": True, "timeout": None, "memory": None, "key": None, "secret_file": None,
        "engine": "local", "jobs": 1, "scheduler": None, "force": False, "unsigned": False, **more,
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


def test_a_line_says_what_came_of_the_entries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(judging, "_LINE_SECONDS", 0)
    i18n.use("en")
    row = SummaryRow.of(a_report(a_case()))
    with Progress(4) as progress:
        for result in (
            EntryResult("kim", row),
            EntryResult("lee", trouble=BadInputError("The file is empty.")),
            EntryResult("park", row, kept=True),
        ):
            progress.count(result)
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("3 of 4: 2 passed, 0 not passed, 1 without a result")
    assert (progress.done, progress.judged) == (3, 1)


def test_looking_at_many_reports_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    looking = Looking()
    looking.tell(1, 3000)
    assert capsys.readouterr().err == ""
    for done in (1200, 1201):
        if done == 1200:
            looking.printed -= 5
        looking.tell(done, 3000)
    assert capsys.readouterr().err == "Looking at the reports that are there: 1200 of 3000\n"
