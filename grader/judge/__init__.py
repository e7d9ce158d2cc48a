"""The judge: what an author writes cases with, and what runs them.

    from grader.judge import case, close, raises, unchanged

The judge is trusted and never meets the student's code: what it compares came over the bridge as data.
"""

from grader.bridge.student import read
from grader.judge import compare
from grader.judge.case import Misconception, case
from grader.judge.compare import *  # noqa: F403 — whatever comparison is there
from grader.judge.expect import raises, unchanged
from grader.worker.wire import TensorValue

__all__ = ["Misconception", "TensorValue", "case", "raises", "read", "unchanged"]
__all__ += compare.__all__
