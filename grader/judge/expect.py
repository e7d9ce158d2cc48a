"""What else a case may ask for: an exception of a kind, an input left as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.bridge.outcomes import RaisedError
from grader.bridge.student import Remote, read
from grader.i18n import _
from grader.judge.failure import CaseFailure
from grader.worker.wire import TensorValue


@contextmanager
def raises(kind: type[Exception]) -> Iterator[None]:
    """The student's call inside must raise the builtin exception `kind` (or one derived from it)."""
    try:
        yield
    except RaisedError as error:
        if "NotImplementedError" in error.bases or kind.__name__ in error.bases:
            if "NotImplementedError" in error.bases and kind is not NotImplementedError:
                raise  # a stub is «not written yet», also where an exception is asked for
            return
        text = _("{actual} was raised; {expected} was expected.")
        raise CaseFailure("other-exception", text.format(actual=error.type_name, expected=kind.__name__)) from error
    raise CaseFailure(
        "no-exception", _("No exception was raised; {expected} was expected.").format(expected=kind.__name__)
    )


def unchanged(remote: Remote, original: NDArray[Any]) -> None:
    """The array that lives in the worker must still be what the judge put there, bit by bit."""
    now: Any = read(remote)
    if isinstance(now, TensorValue):
        now = now.array
    before = np.asarray(original)
    same = isinstance(now, np.ndarray) and now.shape == before.shape and now.dtype == before.dtype
    if not same or now.tobytes() != before.tobytes():
        raise CaseFailure("changed-input")
