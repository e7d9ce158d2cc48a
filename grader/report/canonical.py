"""The one text that a JSON value has: what is signed and hashed (RFC 8785, JSON Canonicalization Scheme).

UTF-8, no spaces, keys sorted by their UTF-16 units, strings with the shortest escapes. A number is written as
ECMAScript writes it: `3.0` is `3`, `0.0040` is `0.004`, `1e-7` is `1e-7`. So a report that another program has
read and written again (in another order, indented, with `3.0` for `3`) still carries a valid signature.
"""

from __future__ import annotations

import hashlib
import math
from json.encoder import encode_basestring
from typing import Any

from grader.fields import LARGEST

_WORDS = {None: "null", True: "true", False: "false"}


class NotCanonicalError(ValueError):
    """A value that JSON can't say in exactly one way: NaN, half of a surrogate pair, a number too large."""


def canonical(value: Any) -> bytes:
    """The canonical form of a JSON value."""
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonicalError(f"half of a surrogate pair: {error.object[error.start]!a}") from error


def sha256(value: Any) -> str:
    """What a JSON value is known by, however it was written down."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        keys = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf16)
        return "{" + ",".join([f"{encode_basestring(key)}:{_text(value[key])}" for key in keys]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int | float):
        return json_number(value)
    raise NotCanonicalError(f"{type(value).__name__} is no JSON")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def json_number(value: float) -> str:
    """A number as ECMAScript's `Number::toString` writes it."""
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonicalError(f"{value} is too large")
        return str(value)
    if not math.isfinite(value):
        raise NotCanonicalError(f"{value} is no number of JSON")
    if value == 0:
        return "0"  # also -0.0
    # Both languages print the shortest digits that read back as the same double; they differ in where the
    # exponent begins, and in how it is written.
    sign = "-" if value < 0 else ""
    mantissa, _e, exponent = f"{abs(value)!r}".partition("e")
    whole, _dot, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _laid_out(digits, point)


def _laid_out(digits: str, point: int) -> str:
    """`digits` with the decimal point after the first `point` of them."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
