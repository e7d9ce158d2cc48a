"""d2d: the autograder of a deep-learning study group.

For scripts and tests:    from grader import judge_file, judge_source, Submission, Report
For authors of cases:     from grader import apart_from_chance, case, close, raises, read, unchanged
                              from grader import Misconception, TensorValue

These names are kept; whatever else the package holds may change.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.bridge.student import apart_from_chance, read
    from grader.door import judge_file, judge_source
    from grader.intake import Submission
    from grader.judge.case import Misconception, case, raises, unchanged
    from grader.judge.compare import close
    from grader.report.report import Report
    from grader.worker.wire import TensorValue

__version__ = "0.1.0"
__all__ = ["Misconception", "Report", "Submission", "TensorValue", "case", "close"]
__all__ += ["apart_from_chance", "judge_file", "judge_source", "raises", "read", "unchanged"]

# Where each name comes from: imported when it is asked for, since every command imports this package.
_HOMES = {
    "grader.bridge.student": ("apart_from_chance", "read"),
    "grader.door": ("judge_file", "judge_source"),
    "grader.intake": ("Submission",),
    "grader.judge.case": ("Misconception", "case", "raises", "unchanged"),
    "grader.judge.compare": ("close",),
    "grader.report.report": ("Report",),
    "grader.worker.wire": ("TensorValue",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
