"""How far a run has come, on standard error: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from grader.i18n import _

if TYPE_CHECKING:
    from grader.grading.batch import EntryResult

_LINE_SECONDS = 2.0


@dataclass
class Progress:
    """Count results: done, passed, not passed, without a report; how fast, and how long it will take."""

    total: int
    color: bool = True
    done: int = 0
    passed: int = 0
    failed: int = 0
    trouble: int = 0
    judged: int = 0  # not kept from an earlier run: these say how long the rest takes
    started: float = field(default_factory=time.monotonic)
    _printed: float = field(default_factory=time.monotonic)
    _bar: Any = None
    _row: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[text]}", markup=False))
            console = Console(stderr=True, no_color=not self.color, highlight=False)
            self._bar = Bar(*columns, console=console, transient=True)
            self._row = self._bar.add_task("", total=self.total, text="")
            self._bar.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def count(self, result: EntryResult) -> None:
        """Count one more result and show it."""
        self.done += 1
        self.judged += result.row is not None and not result.kept
        if result.row is None or not result.row.complete:
            self.trouble += 1
        elif result.row.passed:
            self.passed += 1
        else:
            self.failed += 1
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._row, completed=self.done, text=self._text(now))
        elif now - self._printed >= _LINE_SECONDS:
            self._printed = now
            click.echo(_("{done} of {total}: ").format(done=self.done, total=self.total) + self._text(now), err=True)

    def _text(self, now: float) -> str:
        parts = [_("{n} passed").format(n=self.passed), _("{n} not passed").format(n=self.failed)]
        if self.trouble:
            parts.append(_("{n} without a result").format(n=self.trouble))
        taken = now - self.started
        if self.judged and taken > 0:
            rate = self.judged / taken
            left = (self.total - self.done) / rate
            parts.append(_("{rate} a second").format(rate=f"{rate:.1f}"))
            parts.append(_("{minutes}:{seconds} left").format(minutes=int(left // 60), seconds=f"{int(left % 60):02}"))
        return ", ".join(parts)
