"""d2d: the autograder of a deep-learning study group.

For scripts and tests:    from grader import judge_file, judge_source, Submission, Report
For authors of cases:     from grader import case, close, raises, read, unchanged, Misconception, TensorValue

These names are kept; whatever else the package holds may change.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.bridge.student import read
    from grader.door import judge_file, judge_source
    from grader.intake.submission import Submission
    from grader.judge.case import Misconception, case, raises, unchanged
    from grader.judge.compare import close
    from grader.report.report import Report
    from grader.worker.wire import TensorValue

__version__ = "0.1.0"
__all__ = [
    "Misconception",
    "Report",
    "Submission",
    "TensorValue",
    "case",
    "close",
    "judge_file",
    "judge_source",
    "raises",
    "read",
    "unchanged",
]

# Where each name comes from: imported when it is asked for, since every command imports this package.
_HOMES = {
    "judge_file": "grader.door",
    "judge_source": "grader.door",
    "Submission": "grader.intake.submission",
    "Report": "grader.report.report",
    "case": "grader.judge.case",
    "Misconception": "grader.judge.case",
    "close": "grader.judge.compare",
    "raises": "grader.judge.case",
    "read": "grader.bridge.student",
    "TensorValue": "grader.worker.wire",
    "unchanged": "grader.judge.case",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
