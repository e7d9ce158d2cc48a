"""Comparing an answer with what is expected: property first, then values.

The order is type, shape, dtype, NaN, infinity, sign, scale, values, since a student mends them in that order.
NumPy's own `allclose` is not used: it broadcasts (a scalar equals a whole array of it), takes an empty array for
anything, and a comparison written as `abs(d) > tol` lets NaN through. Here shapes are equal to the letter, and a
value passes only where `d <= tol` is true, which it never is for NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.bridge.remote import kind_of
from grader.bridge.wire import TensorValue
from grader.i18n import _
from grader.judge.failure import CaseFailure

# Honest float64 answers differ by 1e-12 or so, float32 by 1e-6: an order of summation must never fail anybody.
RTOL, ATOL = 1e-5, 1e-7
RTOL_SINGLE, ATOL_SINGLE = 1e-4, 1e-6
_KIND_WORDS = {"b": "bool", "i": "int", "u": "int", "f": "float"}


@dataclass(frozen=True)
class Tolerance:
    """How far a value may be off: `atol + rtol * |expected|`."""

    rtol: float
    atol: float


def close(actual: object, expected: object, *, rtol: float | None = None, atol: float | None = None, dtype: bool = False) -> None:
    """Fail the case unless `actual` is what is expected, up to rounding.

    Shape and kind of dtype are exact; `dtype=True` asks for the very dtype of `expected`. NaN and infinities must
    stand where they stand in `expected`, and nowhere else. Lists, tuples and dicts are compared part by part.
    """
    if isinstance(expected, (list, tuple, dict)):
        _close_parts(actual, expected, rtol=rtol, atol=atol, dtype=dtype)
    elif isinstance(expected, TensorValue):
        if not isinstance(actual, TensorValue):
            raise _wrong_type(actual, expected)
        _close_arrays(actual.array, expected.array, rtol, atol, dtype)
    elif isinstance(expected, (np.ndarray, np.generic)) or type(expected) in (int, float):
        if not (isinstance(actual, (np.ndarray, np.generic)) or type(actual) in (int, float, bool)):
            raise _wrong_type(actual, expected)
        _close_arrays(np.asarray(actual), np.asarray(expected), rtol, atol, dtype)
    elif type(actual) is not type(expected):
        raise _wrong_type(actual, expected)
    elif actual != expected:
        raise CaseFailure("values", details=_side_by_side(repr(expected), repr(actual)))


def _close_parts(actual: Any, expected: Any, **options: Any) -> None:
    if type(actual) is not type(expected):
        raise _wrong_type(actual, expected)
    if isinstance(expected, dict):
        if list(actual) != list(expected) and set(actual) != set(expected):
            raise CaseFailure("length", _("The keys differ."), details=_side_by_side(repr(list(expected)), repr(list(actual))))
        pairs = [(actual[key], expected[key]) for key in expected]
    else:
        if len(actual) != len(expected):
            text = _("{actual} parts came back where {expected} belong.")
            raise CaseFailure("length", text.format(actual=len(actual), expected=len(expected)))
        pairs = list(zip(actual, expected, strict=True))
    for one, other in pairs:
        close(one, other, **options)


def _close_arrays(actual: NDArray[Any], expected: NDArray[Any], rtol: float | None, atol: float | None, exact_dtype: bool) -> None:
    if actual.shape != expected.shape:
        raise CaseFailure("shape", _shape_message(actual.shape, expected.shape))
    kinds = _KIND_WORDS.get(actual.dtype.kind), _KIND_WORDS.get(expected.dtype.kind)
    if kinds[0] != kinds[1] or (exact_dtype and actual.dtype != expected.dtype):
        text = _("The dtype is {actual}; {expected} was expected.")
        raise CaseFailure("dtype", text.format(actual=actual.dtype, expected=expected.dtype))
    if expected.dtype.kind != "f":
        _equal_exactly(actual, expected)
        return
    single = expected.dtype.itemsize < 8
    tolerance = Tolerance(
        (RTOL_SINGLE if single else RTOL) if rtol is None else rtol,
        (ATOL_SINGLE if single else ATOL) if atol is None else atol,
    )
    _close_floats(actual.astype(np.float64), expected.astype(np.float64), tolerance)


def _equal_exactly(actual: NDArray[Any], expected: NDArray[Any]) -> None:
    wrong = actual != expected
    if wrong.any():
        raise CaseFailure("values", _count_message(wrong), details=_arrays(actual, expected))


def _close_floats(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> None:
    details = _arrays(actual, expected)
    for kind, has in (("nan", np.isnan), ("infinite", np.isinf)):
        extra, lacking = has(actual) & ~has(expected), has(expected) & ~has(actual)
        if extra.any():
            raise CaseFailure(kind, _where_message(kind, extra), details=details)
        if lacking.any():
            raise CaseFailure({"nan": "not-nan", "infinite": "finite"}[kind], details=details)
    wrong = ~_within(actual, expected, tolerance)
    if wrong.any():
        kind, message = _pattern(actual, expected, tolerance) or ("values", _count_message(wrong))
        raise CaseFailure(kind, message, details=details)


def _within(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> NDArray[np.bool_]:
    """Where `actual` is near enough; NaN equals NaN and an infinity its like, by position."""
    with np.errstate(all="ignore"):
        near = np.abs(actual - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)
    special = ~np.isfinite(expected)
    same = (np.isnan(actual) & np.isnan(expected)) | (actual == expected)
    return np.where(special, same, near)


def _pattern(actual: NDArray[Any], expected: NDArray[Any], tolerance: Tolerance) -> tuple[str, str] | None:
    """What the wrong values have in common with the right ones: a sign, a factor, a constant."""
    usable = np.isfinite(expected) & np.isfinite(actual)
    a, e = actual[usable], expected[usable]
    size = float(np.abs(e).max(initial=0.0))
    if size <= tolerance.atol or not np.abs(a).max(initial=0.0) > tolerance.atol:
        return None
    if _within(a, -e, tolerance).all():
        return "sign", _("Every sign is turned round.")
    with np.errstate(all="ignore"):
        factor = float(np.dot(a.ravel(), e.ravel()) / np.dot(e.ravel(), e.ravel()))
        by_factor = np.isfinite(factor) and _within(a, factor * e, tolerance).all()
    if by_factor and (e.size > 1 or _is_simple(factor)):
        text = _("Every value is {factor} times what was expected.")
        return "scale", text.format(factor=_factor_text(factor))
    shift = float(np.median(a - e))
    if e.size > 2 and _within(a, e + shift, tolerance).all():
        return "shift", _("Every value is off by the same amount, {shift}.").format(shift=f"{shift:.6g}")
    return None


def _is_simple(factor: float) -> bool:
    """A factor that means something by itself: for one number alone, every answer is «some factor» off."""
    return any(0.5 < abs(x) < 1000 and abs(x - round(x)) < 1e-4 * abs(x) for x in (factor, 1 / factor if factor else 0.0))


def _factor_text(factor: float) -> str:
    if factor and abs(factor) < 1 and abs(1 / factor - round(1 / factor)) < 1e-4 * abs(1 / factor):
        return f"1/{round(1 / factor)}" if factor > 0 else f"-1/{round(-1 / factor)}"
    return f"{factor:.4g}"


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


def _arrays(actual: NDArray[Any], expected: NDArray[Any]) -> tuple[str, ...]:
    return _side_by_side(_short(expected), _short(actual))


def _side_by_side(expected: str, actual: str) -> tuple[str, ...]:
    return (_("expected: {value}").format(value=_cut(expected)), _("yours: {value}").format(value=_cut(actual)))


def _short(array: NDArray[Any]) -> str:
    with np.printoptions(precision=6, threshold=12, edgeitems=3, linewidth=10_000, suppress=False):
        return " ".join(np.array2string(array).split())


def _cut(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
