"""`@pytest.mark.parametrize` read as pytest reads it: the same parameters, in the same order, under the same names."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from grader.errors import BadAssignmentError
from grader.i18n import _


def parameter_sets(function: FunctionType, where: str) -> list[tuple[str, dict[str, Any]]]:
    """A label such as `[mean-2]` and the parameters for each call of a case; one of each, empty, where it has none."""
    if inspect.iscoroutinefunction(function):
        raise BadAssignmentError(_("{name} can't be async.").format(name=function.__name__), where=where)
    calls: list[tuple[list[str], dict[str, Any]]] = [([], {})]
    for mark in getattr(function, "pytestmark", ()):
        if mark.name != "parametrize":
            text = _("{name} is marked {mark}, which is not used here: of pytest's marks only parametrize is.")
            raise BadAssignmentError(text.format(name=function.__name__, mark=mark.name), where=where)
        rows = list(_rows(*mark.args, where=where, **mark.kwargs))
        calls = [([*ids, id_], {**given, **more}) for ids, given in calls for id_, more in rows]
    labels = [f"[{'-'.join(ids)}]" if ids else "" for ids, _given in calls]
    if len(set(labels)) < len(labels):
        text = _("{name} has two sets of parameters under one name.").format(name=function.__name__)
        raise BadAssignmentError(text, where=where, hint=_("Give them names: ids=[…]."))
    return [(label, given) for label, (_ids, given) in zip(labels, calls, strict=True)]


def _rows(
    argnames: str | Sequence[str],
    argvalues: Sequence[Any],
    *,
    where: str,
    ids: Sequence[Any] | Callable[[Any], Any] | None = None,
    **others: Any,
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The id and the arguments of each row of one decorator."""
    if others:
        text = _("parametrize takes {names} in pytest, and not here.").format(names=", ".join(others))
        raise BadAssignmentError(text, where=where)
    names = [name.strip() for name in argnames.split(",")] if isinstance(argnames, str) else list(argnames)
    for at, row in enumerate(argvalues):
        is_param = hasattr(row, "marks")  # pytest.param(…, id="…")
        named = row.id if is_param else None
        values = list(row.values) if is_param else list(row) if len(names) > 1 else [row]
        if is_param and row.marks:
            raise BadAssignmentError(_("pytest.param takes no marks here."), where=where)
        if len(values) != len(names):
            text = _("parametrize names {names}, and one of its rows has {count} values.")
            raise BadAssignmentError(text.format(names=", ".join(names), count=len(values)), where=where)
        if named is None and ids is not None and not callable(ids):
            named = None if ids[at] is None else _word(ids[at]) or str(ids[at])
        own = ids if callable(ids) else None
        label = "-".join(_label(name, value, at, own) for name, value in zip(names, values, strict=True))
        yield named or label, dict(zip(names, values, strict=True))


def _label(name: str, value: Any, at: int, ids: Callable[[Any], Any] | None) -> str:
    """What pytest calls a value: itself where that is a word, else the argument with the number of the row."""
    chosen = ids(value) if ids is not None else None
    return _word(value if chosen is None else chosen) or f"{name}{at}"


def _word(value: Any) -> str | None:
    if isinstance(value, str):
        return value.encode("unicode_escape").decode("ascii")
    if value is None or isinstance(value, (float, int, bool, complex, enum.Enum)):
        return str(value)
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None
