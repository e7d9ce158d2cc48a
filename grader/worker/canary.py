"""A worker that is a canary: in it, the parts of torch that an assignment rules out answer otherwise.

An answer that changes there was borrowed from those parts. What of them is written in Python is emptied: every function
that is in the process, wherever a reference to it is kept, gets code that only raises. Kernels are replaced at torch's
dispatcher, which every name in Python leads to: `torch.ops.aten`, methods, names put together with `getattr`. Both are
found by looking at what is loaded and registered, not by a list of names.

This is done before the submission is loaded. It is evidence and no proof: code in the same process can look for it.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import importlib.util
import inspect
import os
import sys
import types
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_OTHER = 0.37  # no case expects it
_FUNCTIONS = "torch.nn.functional"  # kernels are named after these, and solve the same
# Kernels of their own have tensors that lie in memory in other ways, and an operator that is asked for its parts.
_OTHER_KEYS = tuple(
    "MkldnnCPU SparseCPU SparseCsrCPU QuantizedCPU NestedTensorCPU CompositeImplicitAutograd "
    "CompositeExplicitAutograd".split()
)
# Whether something is a Parameter, torch asks of every tensor that is printed; the answer is nobody's solution.
_CHECKS = ("__instancecheck__", "__subclasscheck__")
_SUSPENDING = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def change(families: Sequence[str]) -> None:
    """From here on these parts of torch answer otherwise; LookupError where torch has no such part.

    `torch.optim` is a part in Python with all beneath it, `softmax` every kernel that has this in its name.
    `torch.nn` also stands for the kernels that its functions are named after.
    """
    parts = [family for family in families if is_part(family)]
    for part in parts:
        if importlib.util.find_spec(part) is None:
            raise LookupError(f"torch has no part {part}")
    kernels = {name for family in families if family not in parts for name in _family(family)}
    if any(_lies_in(_FUNCTIONS, part) for part in parts):
        kernels |= _kernels_of_functions()
    _replace(kernels)
    for home, functions in _functions().items():
        if any(_lies_in(home, part) for part in parts):
            for function in functions:
                function.__code__ = _emptied(function.__code__)


def is_part(family: str) -> bool:
    """Whether a family is a part of torch in Python, and no kernels."""
    return family.startswith("torch.")


def get_ready() -> None:
    """Find functions and kernels once, in the process from which all workers are forked."""
    _functions()
    _kernels()
    _kernels_of_functions()


@functools.cache
def _functions() -> Mapping[str, list[types.FunctionType]]:
    """All functions of torch, by the modules that they are written in or say they are from."""
    import torch

    gc.unfreeze()  # else what is frozen is not listed
    folder = os.path.dirname(os.path.dirname(torch.__file__)) + os.sep
    homes: dict[str, list[types.FunctionType]] = defaultdict(list)
    modules: dict[str, str] = {}  # of files: there are ten times more functions
    for function in gc.get_objects():
        if type(function) is not types.FunctionType or function.__name__ in _CHECKS:
            continue
        file = function.__code__.co_filename
        if file not in modules:
            modules[file] = file.removeprefix(folder).removesuffix(".py").removesuffix("/__init__").replace(os.sep, ".")
        for home in {modules[file], function.__module__}:  # a decorator's function is written elsewhere
            if isinstance(home, str) and is_part(home):
                homes[home].append(function)
    return homes


def _lies_in(home: str, part: str) -> bool:
    return home == part or home.startswith(f"{part}.")


def _refuse() -> object:
    return () + 0  # type: ignore[operator]  # raises, and needs no name for that


_EMPTY: dict[str, Any] = {
    name: getattr(_refuse.__code__, name)
    for name in ("co_code", "co_consts", "co_names", "co_stacksize", "co_linetable", "co_exceptiontable")
    if hasattr(_refuse.__code__, name)
}


def _emptied(code: types.CodeType) -> types.CodeType:
    """Code with the same name, place and parameters that only raises; nothing of what it did is kept."""
    return code.replace(**_EMPTY, co_flags=code.co_flags & ~_SUSPENDING)


@dataclass(frozen=True)
class _Kernel:
    """A kernel's name without library and overload, and the kinds of tensors for which it has to be replaced."""

    base: str
    keys: Sequence[str]


@functools.cache
def _kernels() -> Mapping[str, _Kernel]:
    """Every kernel by its whole name."""
    import torch

    replaced: dict[str, list[str]] = {name: ["CPU"] for name in torch._C._dispatch_get_all_op_names()}
    for key in _OTHER_KEYS:
        for name in torch._C._dispatch_get_registrations_for_dispatch_key(key):
            replaced[name].append(key)
    return {name: _Kernel(name.partition("::")[2].partition(".")[0], keys) for name, keys in replaced.items()}


def _family(family: str) -> list[str]:
    kernels = [name for name, kernel in _kernels().items() if family in kernel.base]
    if not kernels:
        raise LookupError(f"torch has no kernel {family}")
    return kernels


@functools.cache
def _kernels_of_functions() -> frozenset[str]:
    """The kernels that have the name of one of torch's functions for networks in theirs, as whole words.

    Not those that only look at what they are given in another way, such as `Tensor.unfold`.
    """
    import torch

    modules = (sys.modules[_FUNCTIONS], torch._C._nn)
    names = {name.strip("_") for module in modules for name, value in vars(module).items() if inspect.isroutine(value)}
    return frozenset(
        name for name, kernel in _kernels().items() if not names.isdisjoint(_words(kernel.base)) and not _is_view(name)
    )


def _words(base: str) -> Iterator[str]:
    """All runs of words in a name: of `_log_softmax_backward` also `log_softmax` and `softmax`."""
    words = base.strip("_").split("_")
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield "_".join(words[start:end])


def _is_view(kernel: str) -> bool:
    import torch

    name, _dot, overload = kernel.partition(".")
    returned = torch._C._get_schema(name, overload).returns
    return any(value.alias_info is not None and not value.alias_info.is_write for value in returned)


def _replace(kernels: Collection[str]) -> None:
    import torch

    libraries: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a kernel is overridden
        for kernel in kernels:
            space, _colons, name = kernel.partition("::")
            if space not in libraries:
                library = libraries[space] = torch._C._dispatch_library("IMPL", space, "", "", 0)
                # Its kernels are gone when it is. So it lasts as long as the process, and no object refers to it.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
            for key in _kernels()[kernel].keys:
                libraries[space].impl(name, key, _other(space, name), False)


def _other(space: str, name: str) -> Callable[..., Any]:
    """A kernel that answers wrong values in the right shape, which the true kernel tells for tensors without data."""
    base, _dot, overload = name.partition(".")

    def kernel(*arguments: Any, **options: Any) -> Any:
        import torch
        from torch.utils._pytree import tree_any_only, tree_map_only

        if tree_any_only(torch.Tensor, lambda tensor: tensor.is_meta, (arguments, options)):
            _refuse()  # it is composed of others, so there is no true kernel to ask
        operator = getattr(getattr(getattr(torch.ops, space), base), overload or "default")
        outline = tree_map_only(torch.Tensor, lambda tensor: tensor.detach().to("meta"), (arguments, options))
        answer = operator(*outline[0], **outline[1])
        schema = operator._schema.arguments
        rest = schema[len(arguments) :]
        values = [*arguments, *(options[parameter.name] for parameter in rest if parameter.name in options)]
        written = [
            value
            for parameter, value in zip(schema, values, strict=False)
            if parameter.alias_info and parameter.alias_info.is_write
        ]
        if written:  # in place, or into `out=`: what is returned is what was written to
            _spoil(written)
            return written[0] if len(written) == 1 else tuple(written)
        return tree_map_only(torch.Tensor, lambda tensor: torch.full_like(tensor, _OTHER, device="cpu"), answer)

    return kernel


def _spoil(tensors: Iterable[Any]) -> None:
    import torch

    with torch.no_grad():
        for tensor in tensors:
            if isinstance(tensor, torch.Tensor):
                tensor.fill_(_OTHER)
            elif tensor is not None:
                _spoil(tensor)
