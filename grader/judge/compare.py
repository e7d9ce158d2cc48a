"""Comparing an answer with what is expected: property first, then values.

The order is type, shape, dtype, NaN, infinity, sign, scale, values, since a student mends them in that order.
NumPy's own `allclose` is not used: it broadcasts (a scalar equals a whole array of it), takes an empty array for
anything, and a comparison written as `abs(d) > tol` lets NaN through. Here shapes are equal to the letter, and a
value passes only where `d <= tol` is true, which it never is for NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.bridge.student import kind_of
from grader.i18n import _
from grader.judge.case import Measure, comparison
from grader.judge.verdict import CaseFailure, Shown
from grader.report.report import FURTHEST, MOST_VALUES, Kind, Plot
from grader.worker.values import kind_of_class

__all__ = ["close"]

# Honest float64 answers differ by 1e-12 or so, float32 by 1e-6: an order of summation must never fail anybody.
RTOL, ATOL = 1e-5, 1e-7
RTOL_SINGLE, ATOL_SINGLE = 1e-4, 1e-6
_SIMPLE_BELOW = 1000  # whole factors that mean something: a count of values, of rows, of classes
_SHOWN = 300  # characters of a value that a student reads
_LEAST = 3  # fewer values are read faster than they are drawn
_KIND_WORDS = {"b": "bool", "i": "int", "u": "int", "f": "float"}


class Tolerance(NamedTuple):
    """How far a value may be off: `atol + rtol * |expected|`; `told`: by the assignment's own words."""

    rtol: float
    atol: float
    told: bool = False


class _Asked(NamedTuple):
    """What a case asks of a comparison beside the values."""

    rtol: float | None = None
    atol: float | None = None
    dtype: bool = False
    limit: float | None = None

    def tolerance(self, dtype: np.dtype[Any]) -> Tolerance:
        """The tolerance for what is expected in this dtype."""
        if self.limit is not None:
            return Tolerance(0.0, self.limit, told=True)
        rtol, atol = (RTOL_SINGLE, ATOL_SINGLE) if dtype.itemsize < 8 else (RTOL, ATOL)
        return Tolerance(rtol if self.rtol is None else self.rtol, atol if self.atol is None else self.atol)


@comparison
def close(
    measure: Measure | None,
    actual: object,
    expected: object,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    dtype: bool = False,
    limit: float | None = None,
) -> None:
    """Fail the case unless `actual` is what is expected, up to rounding.

    `limit` is a difference that the assignment itself allows: «within 0.05 of the truth». It is no tolerance of
    rounding, so `d2d audit` does not ask how near right answers come to it.

    Shape and kind of dtype are exact; `dtype=True` asks for the very dtype of `expected`. NaN and infinities must
    stand where they stand in `expected`, and nowhere else. Lists, tuples and dicts are compared part by part.
    """
    _close(measure, actual, expected, _Asked(rtol, atol, dtype, limit))


def _close(measure: Measure | None, actual: Any, expected: Any, asked: _Asked) -> None:
    if isinstance(expected, (list, tuple, dict)):
        _close_parts(measure, actual, expected, asked)
        return
    kind, kind_of_actual = kind_of_class(type(expected)), kind_of_class(type(actual))
    numbers = None if kind is None else kind.numbers(expected)
    if numbers is not None:
        answer = None if kind_of_actual is None else kind_of_actual.numbers(actual)
        if answer is None:
            raise _wrong_type(actual, expected)
        _close_arrays(measure, answer, numbers, asked)
    elif type(actual) is not type(expected):
        raise _wrong_type(actual, expected)
    elif kind is not None and (simpler := kind.simpler(expected)) is not expected:
        _close(measure, kind.simpler(actual), simpler, asked)
    elif actual != expected:
        raise CaseFailure("values", show=lambda: _side_by_side(_repr(expected), _repr(actual)))


def _close_parts(measure: Measure | None, actual: Any, expected: Any, asked: _Asked) -> None:
    if type(actual) is not type(expected):
        raise _wrong_type(actual, expected)
    if isinstance(expected, dict):
        typed_keys = [{(type(key), key) for key in keys} for keys in (actual, expected)]  # for which True is not 1
        if typed_keys[0] != typed_keys[1]:
            raise CaseFailure("length", _("The keys differ."), lambda: _side_by_side(_keys(expected), _keys(actual)))
        pairs = [(actual[key], expected[key]) for key in expected]
    else:
        if len(actual) != len(expected):
            text = _("{actual} parts came back where {expected} belong.")
            raise CaseFailure("length", text.format(actual=len(actual), expected=len(expected)))
        pairs = list(zip(actual, expected, strict=True))
    first: CaseFailure | None = None
    for part, expected_part in pairs:
        try:
            _close(measure, part, expected_part, asked)
        except CaseFailure as failure:
            first = first or failure
            if measure is None:  # else the distances of the other parts are of interest, too
                break
    if first is not None:
        if isinstance(expected, list):
            of_parts = first.show
            first.show = lambda: _with_histories(of_parts(), actual, expected)
        raise first


def _with_histories(shown: Shown, actual: Any, expected: Any) -> Shown:
    return shown if shown.plot else replace(shown, plot=plot_of_histories(actual, expected))


def _close_arrays(measure: Measure | None, actual: NDArray[Any], expected: NDArray[Any], asked: _Asked) -> None:
    if actual.shape != expected.shape:
        raise CaseFailure("shape", _shape_message(actual.shape, expected.shape))
    kinds = _KIND_WORDS.get(actual.dtype.kind), _KIND_WORDS.get(expected.dtype.kind)
    if kinds[0] != kinds[1] or (asked.dtype and actual.dtype != expected.dtype):
        text = _("The dtype is {actual}; {expected} was expected.")
        raise CaseFailure("dtype", text.format(actual=actual.dtype, expected=expected.dtype))
    # A difference may overflow, and a NaN be of the kind that signals: both are answers, neither a warning of ours.
    with np.errstate(all="ignore"):
        if expected.dtype.kind != "f":
            _equal_exactly(actual, expected)
        else:
            tolerance = asked.tolerance(expected.dtype)
            _close_floats(measure, actual.astype(np.float64), expected.astype(np.float64), tolerance)


def _equal_exactly(actual: NDArray[Any], expected: NDArray[Any]) -> None:
    # Of one dtype, or as Python's own ints: NumPy compares int64 with uint64 as floats, where 2**53 equals 2**53 + 1.
    if actual.dtype == expected.dtype:
        wrong = np.not_equal(actual, expected)
    else:
        wrong = np.not_equal(actual.astype(object), expected.astype(object)).astype(np.bool_)
    if wrong.any():
        raise CaseFailure("values", _count_message(wrong), lambda: _arrays(actual, expected))


def _close_floats(measure: Measure | None, actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> None:
    # Most answers are right. What is within a tolerance of something finite is itself neither NaN nor infinite.
    if measure is None and np.isfinite(expected).all() and _near(actual, expected, tolerance).all():
        return
    for kind, has in (("nan", np.isnan), ("infinite", np.isinf)):
        extra, lacking = has(actual) & ~has(expected), has(expected) & ~has(actual)
        if extra.any():
            raise CaseFailure(kind, _where_message(kind, extra), lambda: _shown(actual, expected))
        if lacking.any():
            raise CaseFailure({"nan": "not-nan", "infinite": "finite"}[kind], show=lambda: _shown(actual, expected))
    if measure is not None and not tolerance.told:
        measure.distances.append(_distance(actual, expected, tolerance))
    wrong = ~_within(actual, expected, tolerance)
    if wrong.any():
        kind, message = _pattern(actual, expected, tolerance) or ("values", _count_message(wrong))
        raise CaseFailure(kind, message, lambda: _shown(actual, expected))


def _within(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> NDArray[np.bool_]:
    """Where `actual` is near enough; NaN equals NaN and an infinity its like, by position."""
    near = _near(actual, expected, tolerance)
    same = (np.isnan(actual) & np.isnan(expected)) | (actual == expected)
    where: NDArray[np.bool_] = np.where(np.isfinite(expected), near, same)
    return where


def _near(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(actual - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)
    return near


def _distance(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> float:
    """The greatest difference in tolerances: at most 1 where every value is `_within`."""
    off = np.abs(actual - expected)
    ratios = np.where(off == 0, 0.0, off / (tolerance.atol + tolerance.rtol * np.abs(expected)))
    apart = np.where(_within(actual, expected, tolerance), 0.0, np.inf)  # of what is not finite
    return float(np.where(np.isfinite(expected), ratios, apart).max(initial=0.0))


def _pattern(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> tuple[str, str] | None:
    """What the wrong values have in common with the right ones: a sign, a factor, a constant.

    Said only where it holds of every value, infinities too, and where chance does not make it true: one number alone
    is always some factor off, equal numbers are always off by the same amount.
    """
    finite = np.isfinite(expected)
    a, e = actual[finite], expected[finite]
    size = float(np.abs(e).max(initial=0.0))
    if size <= tolerance.atol or not np.abs(a).max(initial=0.0) > tolerance.atol:
        return None
    if _within(actual, -expected, tolerance).all():
        return "sign", _("Every sign is turned round.")
    factor = _factor(actual, expected, tolerance)
    if factor is not None:
        return "scale", _("Every value is {factor} times what was expected.").format(factor=factor)
    shift = float(np.median(a - e))
    if e.size > 2 and _vary(e, tolerance) and _within(actual, expected + shift, tolerance).all():
        return "shift", _("Every value is off by the same amount, {shift}.").format(shift=f"{shift:.6g}")
    return None


def _factor(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> str | None:
    """The factor that explains every value, as text; a whole number or its inverse where one does."""
    finite = np.isfinite(expected)
    a, e = actual[finite], expected[finite]
    size = float(np.abs(e).max())
    unit = e / size  # the squares of large values would overflow
    factor = float(np.dot(a / size, unit) / np.dot(unit, unit))
    if not np.isfinite(factor) or factor == 0:
        return None
    inverse = round(1 / factor) if abs(factor) > 1 / _SIMPLE_BELOW else 0
    if 2 <= abs(whole := round(factor)) < _SIMPLE_BELOW and _explains(whole, actual, expected, tolerance):
        return str(whole)
    if abs(inverse) >= 2 and _explains(1 / inverse, actual, expected, tolerance):
        return f"{'-' if inverse < 0 else ''}1/{abs(inverse)}"
    text = f"{factor:.6g}"
    told = _vary(np.abs(e[np.abs(e) > tolerance.atol]), tolerance) and text not in ("1", "-1")
    return text if told and _explains(factor, actual, expected, tolerance) else None


def _explains(factor: float, actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> bool:
    # A small factor shrinks the absolute tolerance too: noise near zero is not «0.0001 times what was expected».
    narrow = Tolerance(tolerance.rtol, tolerance.atol * min(1.0, abs(factor)))
    return bool(_within(actual, factor * expected, narrow).all())


def _vary(values: NDArray[Any], tolerance: Tolerance) -> bool:
    """Whether there are at least two numbers that differ clearly."""
    if values.size < 2:
        return False
    spread = float(values.max() - values.min())
    return spread > tolerance.atol + tolerance.rtol * float(np.abs(values).max())


def _shape_message(actual: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if expected == ():
        return _("The shape is {actual}; a single number was expected.").format(actual=actual)
    if actual == ():
        return _("A single number came back; the shape {expected} was expected.").format(expected=expected)
    return _("The shape is {actual}; {expected} was expected.").format(actual=actual, expected=expected)


def _where_message(kind: str, mask: NDArray[np.bool_]) -> str:
    text = {
        "nan": _("The answer has NaN in {count} of {size} places, where a number belongs."),
        "infinite": _("The answer is infinite in {count} of {size} places, where a finite number belongs."),
    }[kind]
    return text.format(count=int(mask.sum()), size=mask.size)


def _count_message(wrong: NDArray[np.bool_]) -> str:
    if wrong.size == 1:
        return _("The value is not right.")
    return _("{count} of {size} values are not right.").format(count=int(wrong.sum()), size=wrong.size)


def _wrong_type(actual: object, expected: object) -> CaseFailure:
    text = _("The answer is {actual}; {expected} was expected.")
    return CaseFailure("type", text.format(actual=kind_of(actual), expected=kind_of(expected)))


def _arrays(actual: NDArray[Any], expected: NDArray[Any]) -> Shown:
    return _side_by_side(_short(expected), _short(actual))


def _shown(actual: NDArray[Any], expected: NDArray[Any]) -> Shown:
    return replace(_arrays(actual, expected), plot=plot_of_arrays(actual, expected))


def _side_by_side(expected: str, actual: str) -> Shown:
    return Shown((_("expected: {value}").format(value=_cut(expected)), _("yours: {value}").format(value=_cut(actual))))


def _short(array: NDArray[Any]) -> str:
    with np.printoptions(precision=6, threshold=12, edgeitems=3, linewidth=10_000, suppress=False):
        return " ".join(np.array2string(array).split())


def _repr(value: object) -> str:
    """`repr(value)`, cut before it is made where the value may be of any length."""
    return repr(value[: _SHOWN + 1]) if isinstance(value, (str, bytes)) else repr(value)


def _keys(keys: Iterable[object]) -> str:
    return "[" + ", ".join(map(_repr, islice(keys, _SHOWN))) + "]"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def plot_of_arrays(actual: NDArray[Any], expected: NDArray[Any]) -> Plot | None:
    """Both arrays in their order; nothing where there is too little to see, or nothing finite to see it against."""
    if expected.size < _LEAST or not np.isfinite(expected).any():
        return None
    return Plot(Kind.VALUES, _numbers(expected.flat), _numbers(actual.flat), int(expected.size))


def plot_of_histories(actual: Sequence[Any], expected: Sequence[Any]) -> Plot | None:
    """Two lists of plain floats, which is how a training tells its losses; nothing where they hold anything else."""
    if len(expected) < _LEAST or any(type(value) is not float for value in (*actual, *expected)):
        return None
    return Plot(Kind.CURVE, _numbers(expected), _numbers(actual), len(expected))


def _numbers(values: Iterable[Any]) -> tuple[float | None, ...]:
    """The first ones, with as many digits as can be seen."""
    return tuple(float(f"{v:.6g}") if abs(v) <= FURTHEST else None for v in islice(values, MOST_VALUES))
