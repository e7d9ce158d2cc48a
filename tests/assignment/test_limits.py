"""What a worker is told of its limits."""

from __future__ import annotations

from grader.assignment.limits import Limits


def test_a_worker_gets_bytes_and_the_time_for_the_whole() -> None:
    told = Limits(memory_mb=2, total_seconds=10).for_worker("/scratch")
    assert told["memory_bytes"] == 2 << 20
    assert told["cpu_seconds"] > 10
