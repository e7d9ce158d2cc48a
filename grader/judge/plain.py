"""A case that asks for nothing of pytest but our own fixtures and its parameters: it can simply be called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

import pytest


@dataclass(frozen=True)
class PlainCall:
    """The fixtures that a case asks for, in its order, and the parameters that it is given."""

    asked: tuple[str, ...]
    given: dict[str, Any]


def plain_call(item: pytest.Function, fixtures: Collection[str]) -> PlainCall | None:
    """How to call the case; None where there is more to it, which pytest alone knows how to do.

    That is a class, a coroutine, a mark, a fixture of its file (one may hide ours, or come unasked: `setup_module`).
    """
    marks = list(item.iter_markers())
    if (
        item.cls is not None
        or iscoroutinefunction(item.obj)
        or any(mark.name != "parametrize" or mark.kwargs.get("indirect") for mark in marks)
    ):
        return None
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    asked = tuple(name for name in item.fixturenames if name not in given)
    defined = item._fixtureinfo.name2fixturedefs
    if not all(name in fixtures and len(defined.get(name, ())) == 1 for name in asked):
        return None
    return PlainCall(asked, given)
