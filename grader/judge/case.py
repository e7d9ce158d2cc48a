"""What an author writes cases with: what a case is, what it may ask for beside `close`, and misconceptions.

Comparisons are made of functions here, too, and what measures how far they are from their tolerances.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from fractions import Fraction
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from grader.bridge.outcomes import RaisedError
from grader.bridge.student import Remote, read
from grader.i18n import _, language
from grader.judge.verdict import CaseFailure
from grader.worker.wire import TensorValue

_F = TypeVar("_F", bound=Callable[..., Any])
_Options = ParamSpec("_Options")
_ATTRIBUTE = "d2d_case"
# A case calls `close(actual, expected)`, so this is how its comparisons find the measure. Nothing else reads it.
_entered: ContextVar[Measure | None] = ContextVar("_entered", default=None)


@dataclass(frozen=True)
class CaseInfo:
    """What `@case` says of a test function; every parametrized variant of it earns `points` by itself."""

    section: str
    points: Fraction
    concept: str
    needs: tuple[str, ...]


def case(
    section: str, *, points: int | str | Fraction = 0, concept: str, needs: str | Iterable[str] = ()
) -> Callable[[_F], _F]:
    """Make a test function a case of `section`.

    `needs` names cases that must have passed before this one says anything: a function (all its variants) or one
    variant (`test_x[mean]`). Points are whole or a fraction ("1/2"), never floats, so that sums are exact.
    A case without any is refused when it is collected, with its line.
    """
    info = CaseInfo(section, Fraction(points), concept, (needs,) if isinstance(needs, str) else tuple(needs))

    def mark(function: _F) -> _F:
        setattr(function, _ATTRIBUTE, info)
        return function

    return mark


def info_of(function: object) -> CaseInfo | None:
    """What `@case` said of `function`; None for a plain test."""
    info = getattr(function, _ATTRIBUTE, None)
    return info if isinstance(info, CaseInfo) else None


@contextmanager
def raises(kind: type[Exception]) -> Iterator[None]:
    """The student's call inside must raise the builtin exception `kind` (or one derived from it)."""
    try:
        yield
    except RaisedError as error:
        if "NotImplementedError" in error.bases and kind is not NotImplementedError:
            raise  # a stub is «not written yet», also where an exception is asked for
        if kind.__name__ in error.bases:
            return
        text = _("{actual} was raised; {expected} was expected.")
        raise CaseFailure("other-exception", text.format(actual=error.type_name, expected=kind.__name__)) from error
    text = _("No exception was raised; {expected} was expected.")
    raise CaseFailure("no-exception", text.format(expected=kind.__name__))


def unchanged(remote: Remote, original: NDArray[Any]) -> None:
    """The array that lives in the worker must still be what the judge put there, bit by bit."""
    now: Any = read(remote)
    if isinstance(now, TensorValue):
        now = now.array
    before = np.asarray(original)
    same = isinstance(now, np.ndarray) and now.shape == before.shape and now.dtype == before.dtype
    if not same or now.tobytes() != before.tobytes():
        raise CaseFailure("changed-input")


@dataclass(frozen=True)
class Misconception:
    """A named wrong variant of the reference's function `of`, and the hint for whoever answers like it."""

    id: str
    of: str
    en: str
    ko: str
    seen: str
    variant: Callable[..., Any]
    other_languages: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """The hint by language."""
        return {"en": self.en, "ko": self.ko, **self.other_languages}

    @property
    def text(self) -> str:
        """The hint in the language in use."""
        return self.texts.get(language()) or self.en


class Measure:
    """Takes the distances of comparisons that are made while it is entered, in tolerances: `d2d audit` asks for them.

    with Measure() as measure:
        error = case.run(fixtures)
    measure.distance(error)
    """

    def __init__(self) -> None:
        self.distances: list[float] = []  # 1 is the farthest that passes
        self._token: Token[Measure | None] | None = None

    def __enter__(self) -> Measure:
        self._token = _entered.set(self)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._token is not None:
            _entered.reset(self._token)

    def distance(self, error: BaseException | None) -> float:
        """The distance of a case that ended with `error`; infinite where it failed by something else than a value."""
        greatest = max(self.distances, default=0.0)
        return greatest if error is None or greatest > 1 else math.inf


def comparison(function: Callable[Concatenate[Measure | None, _Options], Any]) -> Callable[_Options, None]:
    """Make a comparison of a function, which gets the measure and knows nothing of the case that runs.

    The case gives everything but the measure, which is None if nobody asks:

    @comparison
    def close(measure, actual, expected): ...
    """

    @wraps(function)
    def compare(*arguments: _Options.args, **options: _Options.kwargs) -> None:
        function(_entered.get(), *arguments, **options)

    return compare
