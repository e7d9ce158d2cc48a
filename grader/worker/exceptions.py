"""An exception as data, and the two of the worker's own that answer a request."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator
from typing import Any

MAX_TEXT = 2_000
MAX_FRAMES = 20
MAX_LINE = 10_000_000
_MAX_NAME = 100
# The classes, not their names: a ValueError of the student's own need not be one.
_BUILTIN = [value for value in vars(builtins).values() if isinstance(value, type) and issubclass(value, BaseException)]


class UndefinedError(Exception):
    """The submission does not define this name."""


class ImpossibleError(Exception):
    """The request can't be carried out on this object; the first argument says in one word why."""


def exception_record(error: BaseException, cells: Collection[str]) -> dict[str, Any]:
    """Names of its type and of the builtin ones, its text, and the frames that lie in `cells`, the innermost last."""
    text = text_of(error)
    frames = [(cell, line, name) for cell, line, name in _frames(error) if cell in cells]
    if isinstance(error, SyntaxError) and type(error.filename) is str and error.filename in cells:
        if type(error.lineno) is int:
            frames.append((error.filename, min(max(error.lineno, 0), MAX_LINE), "<module>"))
        text = text_of(error.msg)
    return {
        "type": type_name(type(error)),
        "bases": [type_name(base) for base in type(error).__mro__ if any(base is known for known in _BUILTIN)],
        "text": text,
        "frames": frames[-MAX_FRAMES:],
    }


def text_of(value: object) -> str:
    """`str(value)`, as plain text; empty where that raises (or exits)."""
    try:
        return str.__str__(str(value))[:MAX_TEXT]
    except BaseException:  # noqa: BLE001
        return ""


def type_name(cls: type) -> str:
    """The name of a class, whatever its metaclass says."""
    name: str = type.__dict__["__name__"].__get__(cls)
    return name[:_MAX_NAME]


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # a class may say otherwise, and without an end
    while trace is not None:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_name[:_MAX_NAME]
        trace = trace.tb_next
