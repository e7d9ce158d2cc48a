"""A worker that is a canary: in it, the parts of torch that an assignment rules out give other values.

An answer that changes there was borrowed from those parts. Kernels are replaced at torch's dispatcher
(`torch.library.Library("aten", "IMPL")`), which every name in Python leads to: `torch.ops.aten`, methods, names put
together with `getattr`. torch's optimizers are written in Python, so their steps and schedules are changed instead.
This is done before the submission is loaded. It is evidence and no proof: code in the same process can look for it.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

OPTIMIZERS = "torch.optim"
_OTHER = 0.37  # no case expects it
_kept: list[Any] = []  # the kernels of a library are gone when the library is


def change(families: Sequence[str]) -> None:
    """From here on these parts of torch give other values: `torch.optim`, and kernels by a part of their names.

    `softmax` is every kernel that has it in its name; LookupError where there is none.
    """
    import torch

    if OPTIMIZERS in families:
        _change_optimizers()
    library: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    _kept.append(library)
    kernels = {name for family in families if family != OPTIMIZERS for name in _family(family)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a kernel is overridden
        for name in kernels:
            library.impl(name, _other(name), "CPU", allow_override=True)


def get_ready() -> None:
    """Find the kernels and optimizers once, in the process from which all workers are forked."""
    _kernels()
    _steps_and_schedules()


@functools.cache
def _kernels() -> tuple[str, ...]:
    import torch

    names = torch._C._dispatch_get_all_op_names()
    return tuple(name.removeprefix("aten::") for name in names if name.startswith("aten::"))


def _family(family: str) -> list[str]:
    kernels = [name for name in _kernels() if family in name]
    if not kernels:
        raise LookupError(f"torch has no kernel {family}")
    return kernels


def _other(name: str) -> Callable[..., Any]:
    """A kernel that answers wrong values in the right shape, which the true kernel tells for tensors without data."""
    base, _dot, overload = name.partition(".")

    def kernel(*arguments: Any, **options: Any) -> Any:
        import torch
        from torch.utils._pytree import tree_map_only

        operator = getattr(getattr(torch.ops.aten, base), overload or "default")
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


def _change_optimizers() -> None:
    from torch.optim.optimizer import register_optimizer_step_post_hook

    def spoil(optimizer: Any, _arguments: Any, _options: Any) -> None:
        _spoil(group["params"] for group in optimizer.param_groups)

    register_optimizer_step_post_hook(spoil)
    for module, key, value in _steps_and_schedules():
        if isinstance(value, type):
            value.get_lr = _dearer(value.get_lr)  # type: ignore[attr-defined]
        else:
            setattr(module, key, _spoiling(value))


@functools.cache
def _steps_and_schedules() -> tuple[tuple[Any, str, Any], ...]:
    """The functions in which torch's optimizers take a step, and its schedules: module, name, and the thing itself."""
    modules = [module for name, module in sys.modules.items() if name.startswith(f"{OPTIMIZERS}.")]
    return tuple(
        (module, key, value)
        for module in modules
        for key, value in vars(module).items()
        if key.startswith("_single_tensor_") or (isinstance(value, type) and "get_lr" in vars(value))
    )


def _spoiling(step: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(step)
    def spoiling(parameters: list[Any], *arguments: Any, **options: Any) -> None:
        step(parameters, *arguments, **options)
        _spoil(parameters)

    return spoiling


def _dearer(get_lr: Callable[[Any], Iterable[float]]) -> Callable[[Any], list[float]]:
    return functools.wraps(get_lr)(lambda self: [rate + _OTHER for rate in get_lr(self)])


def _spoil(tensors: Iterable[Any]) -> None:
    import torch

    with torch.no_grad():
        for tensor in tensors:
            if isinstance(tensor, torch.Tensor):
                tensor.fill_(_OTHER)
            elif tensor is not None:
                _spoil(tensor)
