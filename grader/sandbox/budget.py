"""The time that a submission has: seconds of a processor, read from outside of the process that uses them.

The clock on the wall says how busy the machine is, so no limit follows it. It matters only for code that does nothing:
what sleeps, or waits for something that never comes, is stopped after ten times the limit. To stand in line for a
processor, and a suspended machine, is no sleep.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

ASLEEP_FACTOR = 10  # so many times its limit a submission may sleep
_LOOK_SECONDS = 0.25  # between two looks at a worker that does not answer
_LEAST_LOOK = 0.01


class Clock(Protocol):
    """What counts the time of a worker. Its readings stay when the worker is gone."""

    def used(self) -> float:
        """Seconds of a processor."""

    def queued(self) -> float:
        """Seconds in which it could have run, and others did."""


class WorkerClock:
    """The clock of a process on Linux; `family` counts the seconds of the processes that it started."""

    def __init__(self, pid: int, family: Callable[[], float] | None = None) -> None:
        self.clock, self.family = (~pid << 3) | 2, family  # man 3 clock_getcpuclockid
        self.statistics = f"/proc/{pid}/schedstat"
        self._used = self._queued = 0.0

    def used(self) -> float:
        with suppress(OSError):
            self._used = time.clock_gettime(self.clock) + (self.family() if self.family else 0.0)
        return self._used

    def queued(self) -> float:
        with suppress(OSError, ValueError, IndexError), open(self.statistics, "rb") as file:  # noqa: PTH123
            self._queued = int(file.read().split()[1]) / 1e9  # zero where the kernel does not count it
        return self._queued


class WallClock:
    """Where the time of a process can't be read from outside: all time that passes counts as used."""

    def used(self) -> float:
        return time.monotonic()

    def queued(self) -> float:
        return 0.0


class NoClock:
    """Where nothing runs whose time is counted."""

    def used(self) -> float:
        return 0.0

    queued = used


@dataclass(frozen=True)
class Overrun:
    """The limit that a submission went beyond, and whether it computed so long or slept."""

    seconds: float  # the limit
    asleep: bool = False
    whole: bool = False  # the limit of the submission, not of what it was asked last


class TimeBudget:
    """The seconds that a submission has for what it is asked now, and as a whole."""

    def __init__(self, total_seconds: float, clock: Clock | None = None) -> None:
        self.total = total_seconds
        self.spent = self.asleep = self.asleep_before = 0.0  # asleep: of what is asked now, and of all before it
        self.clock: Clock = NoClock()
        self.reading = 0.0
        self.follow(clock or self.clock)
        self.grant(total_seconds)

    def follow(self, clock: Clock) -> None:
        """From now on `clock` counts: another worker does the work."""
        self.settle()
        self.clock, self.reading = clock, clock.used()

    def settle(self) -> float:
        """The seconds that were used until now."""
        reading = self.clock.used()
        self.spent, self.reading = self.spent + reading - self.reading, reading
        return self.spent

    def renew(self) -> None:
        """The submission has the time as a whole once more."""
        self.settle()
        self.spent = self.asleep = self.asleep_before = 0.0
        self.grant(self.total)

    def grant(self, seconds: float) -> None:
        """From now on requests have this long together."""
        self.granted, self.begun = seconds, self.settle()
        self.asleep_before, self.asleep = self.asleep_before + self.asleep, 0.0

    @property
    def is_used_up(self) -> bool:
        """Whether the submission has used the time that it has as a whole."""
        return self.settle() >= self.total or self.asleep_before + self.asleep >= ASLEEP_FACTOR * self.total

    def begin_wait(self) -> None:
        """A wait for a reply begins."""
        self.looked: tuple[float, float, float] | None = None
        self.next_look = time.monotonic() + min(self.granted, _LOOK_SECONDS)

    @property
    def patience(self) -> float:
        """The seconds for which there is no need to look at the clock."""
        return max(0.0, self.next_look - time.monotonic())

    def look(self) -> Overrun | None:
        """The limit that was exceeded, if one was."""
        now, used, queued = time.monotonic(), self.settle(), self.clock.queued()
        if self.looked is not None:
            # A wait that took longer than it was asked for means that this process itself had no processor.
            passed = min(now - self.looked[0], _LOOK_SECONDS)
            self.asleep += passed - (used - self.looked[1]) - (queued - self.looked[2])
        self.looked = now, used, queued
        left = min(self.begun + self.granted, self.total) - used
        self.next_look = now + min(max(left, _LEAST_LOOK), _LOOK_SECONDS)
        if left <= 0:
            whole = used >= self.total
            return Overrun(self.total if whole else self.granted, whole=whole)
        if self.asleep >= ASLEEP_FACTOR * self.granted:
            return Overrun(ASLEEP_FACTOR * self.granted, asleep=True)
        if self.asleep_before + self.asleep >= ASLEEP_FACTOR * self.total:
            return Overrun(ASLEEP_FACTOR * self.total, asleep=True, whole=True)
        return None
