"""The kinds of value that cross the bridge. A new kind is one file here, and one line in this list."""

from __future__ import annotations

import sys
from importlib import import_module

from grader.worker.values.kind import ValueKind

# File and class of each. The first that takes a class decides: one of NumPy's floats is a float of Python's, too.
FILES = (
    "plain.Nothing",
    "plain.Truth",
    "plain.Text",
    "plain.Binary",
    "arrays.Scalar",
    "arrays.Array",
    "plain.Whole",
    "plain.Real",
    "containers.List",
    "containers.Tuple",
    "containers.Dict",
    "tensors.Tensor",
    "references.HandleKind",
    "references.NameKind",
)


def _made(listed: str) -> ValueKind:
    file, _dot, name = listed.partition(".")
    kind: ValueKind = getattr(import_module(f"{__name__}.{file}"), name)()
    return kind


VALUE_KINDS = tuple(map(_made, FILES))
_BY_CLASS: dict[int, ValueKind] = {id(cls): kind for kind in VALUE_KINDS for cls in kind.classes}
_BASES = tuple(base for kind in VALUE_KINDS for base in kind.bases)
_FOREIGN = tuple(kind for kind in VALUE_KINDS if kind.foreign[0])


def kind_of_class(cls: type) -> ValueKind | None:
    """The kind of the objects of a class; None where they are no values and stay where they are.

    What a class overrides is not asked, and neither is `__class__` (as isinstance would).
    """
    if (kind := _BY_CLASS.get(id(cls))) is not None:
        return kind
    if issubclass(cls, _BASES):
        return next(kind for kind in VALUE_KINDS if issubclass(cls, kind.bases))
    for kind in _FOREIGN:
        module, name = kind.foreign
        if module in sys.modules and issubclass(cls, getattr(sys.modules[module], name, ())):
            return kind
    return None


def exact_kind(value: object) -> ValueKind | None:
    """The kind of a value as it is decoded; None for anything else, also for what derives from such a value."""
    return _BY_CLASS.get(id(type(value)))
