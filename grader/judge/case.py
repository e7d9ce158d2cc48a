"""What an author writes cases with: what a case is, what it may ask for beside `close`, and misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from grader.bridge.outcomes import RaisedError
from grader.bridge.student import Remote, read
from grader.i18n import _, language
from grader.judge.verdict import CaseFailure
from grader.worker.wire import TensorValue

_F = TypeVar("_F", bound=Callable[..., Any])
_ATTRIBUTE = "d2d_case"


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
