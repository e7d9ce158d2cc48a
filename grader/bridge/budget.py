"""The time that a submission has: for what it is asked now, and as a whole."""

from __future__ import annotations

import time


class TimeBudget:
    """Deadlines of `time.monotonic`, none of them later than the end of the whole."""

    def __init__(self, total_seconds: float) -> None:
        self.end = time.monotonic() + total_seconds
        self.grant(total_seconds)

    def grant(self, seconds: float) -> None:
        """From now on requests have this long together."""
        self.granted = seconds
        self.deadline = min(time.monotonic() + seconds, self.end)

    @property
    def is_used_up(self) -> bool:
        """Whether the submission has used the time that it has as a whole."""
        return time.monotonic() >= self.end
