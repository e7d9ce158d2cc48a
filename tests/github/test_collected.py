"""Which snapshot counts."""

from __future__ import annotations

from datetime import datetime, timezone

from grader.github.collected import Snapshot, snapshot_for
from tests.github.gathering import DEADLINE


def test_which_snapshot_says_what_was_there() -> None:
    def at(*moment: int) -> Snapshot:
        return Snapshot(datetime(2026, 3, *moment, tzinfo=timezone.utc), ())

    day_before, soon, late = at(19, 15, 0), at(20, 15, 8), at(20, 16, 30)
    assert snapshot_for([late, soon, day_before], DEADLINE) is soon
    assert snapshot_for([late, day_before], DEADLINE) is day_before
    assert snapshot_for([late], DEADLINE) is None
    assert snapshot_for([at(20, 15, 0), soon], DEADLINE) == at(20, 15, 0)
