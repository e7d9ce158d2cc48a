from __future__ import annotations

from dataclasses import replace

import pytest

from grader.bridge.selftest import Escape
from grader.grading import health
from grader.worker.layers.compose import LAYERS

WELL = health.Health("Linux", (), (), (Escape("fork", None),), "", {})


@pytest.mark.parametrize(
    ("found", "may"),
    [
        (WELL, True),
        (replace(WELL, escapes=(Escape("fork", "forked"),)), False),
        (replace(WELL, trouble="no worker could be started"), False),
        (replace(WELL, lacking={"landlock": "not there"}), False),
    ],
)
def test_whether_hidden_cases_may_be_judged(found: health.Health, may: bool) -> None:
    assert found.may_judge_hidden is may
    assert found.as_json()["may_judge_hidden"] is may


def test_every_layer_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_tried", lambda: ((), "", {}))
    lines = health.examine().layers
    assert tuple(line.name for line in lines) == LAYERS
    assert all(line.meaning for line in lines)
    assert all(line.reason for line in lines if line.state == health.MISSING)
