"""How far a run has come, where there is no terminal."""

from __future__ import annotations

import pytest

from grader import i18n
from grader.cli import progress as module
from grader.cli.progress import Progress
from grader.errors import BadInputError
from grader.grading.batch import EntryResult
from grader.report.summary import SummaryRow
from tests.samples import a_case, a_report


def test_a_line_says_what_came_of_the_entries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "_LINE_SECONDS", 0)
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
