"""The time that a submission has."""

from __future__ import annotations

import pytest

from grader.bridge import budget as module
from grader.bridge.budget import TimeBudget


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_no_grant_reaches_beyond_the_whole(clock: list[float]) -> None:
    budget = TimeBudget(10.0)
    budget.grant(3.0)
    assert (budget.granted, budget.deadline) == (3.0, 103.0)
    clock[0] = 108.0
    budget.grant(3.0)
    assert budget.deadline == 110.0
    assert not budget.is_used_up
    clock[0] = 110.0
    assert budget.is_used_up
