"""Paths of the command line: absolute from the moment they are read, and shown as they were typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

_TYPED: dict[Path, Path] = {}  # by what it became; of this process, which runs one command


class PathFromHere(click.Path):
    """A path, absolute from the moment it is read: what runs afterwards may leave the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path: Any = super().convert(value, param, ctx)
        if path == "-" or Path(path).is_absolute():
            return path
        typed = Path(path)
        _TYPED[typed.absolute()] = typed
        return type(path)(typed.absolute())


def as_typed(path: str | Path) -> str:
    """A path, or a place that begins with one, as the person wrote it who typed it."""
    text = str(path)
    for absolute in (Path(text), *Path(text).parents):
        if absolute in _TYPED:
            return str(_TYPED[absolute] / Path(text).relative_to(absolute))
    for absolute, typed in _TYPED.items():  # `FILE:3`
        if text.startswith(f"{absolute}:"):
            return f"{typed}{text.removeprefix(str(absolute))}"
    return text
