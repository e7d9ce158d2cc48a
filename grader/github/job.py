"""What a job of GitHub Actions hands on: its summary, and outputs for the jobs after it."""

from __future__ import annotations

import os
from pathlib import Path

from grader.files import append


def add_summary(markdown: str) -> bool:
    """Add to the job's summary; False where no runner asks for one."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if name:
        append(Path(name), markdown)
    return bool(name)


def set_output(name: str, value: str) -> None:
    """Set an output of the step: a single line, so that it can't become another output."""
    assert "\n" not in value
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        append(Path(file), f"{name}={value}\n")
