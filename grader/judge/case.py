"""What an author says of a case, and of a misconception."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from grader.i18n import language

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
