"""A worker that is a canary: in it, what an assignment rules out is there as ever and gives other values.

Kernels are replaced at torch's dispatcher (`torch.library.Library("aten", "IMPL")`), beneath every name that Python has
for them: `torch.ops.aten`, methods, names put together with `getattr`. torch's optimizers are Python and have nothing
beneath, so there it is their steps and schedules that are changed. An answer that changes with it was borrowed. This
runs before the submission is loaded. It is evidence and no proof: code in the same process can look for it.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

OPTIMIZERS = "torch.optim"
_OTHER = 0.37  # no case expects it
_kept: list[Any] = []  # a library takes its kernels along when it goes


def change(families: Sequence[str]) -> None:
    """Give other values from here on: torch's optimizers, where `torch.optim` is named, and kernels by their names.

    `softmax` is every kernel whose name has that in it. LookupError where none has: it would watch over nothing.
    """
    import torch

    if OPTIMIZERS in families:
        _change_optimizers()
    library: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    _kept.append(library)
    names = [name for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::")]
    for family in families:
        if family != OPTIMIZERS and not any(family in name for name in names):
            raise LookupError(f"torch has no kernel {family}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a kernel is overridden
        for name in names:
            if any(family in name for family in families):
                library.impl(name.removeprefix("aten::"), _other(name), "CPU", allow_override=True)


def _other(name: str) -> Callable[..., Any]:
    """A kernel that answers in the right shape: the true one is asked for it, about tensors without any data."""
    base, _dot, overload = name.removeprefix("aten::").partition(".")

    def kernel(*arguments: Any, **options: Any) -> Any:
        import torch
        from torch.utils._pytree import tree_map_only

        operator = getattr(getattr(torch.ops.aten, base), overload or "default")
        outline = tree_map_only(torch.Tensor, lambda tensor: tensor.detach().to("meta"), (arguments, options))
        answer = operator(*outline[0], **outline[1])
        schema = operator._schema.arguments
        given = [*arguments, *(options[one.name] for one in schema[len(arguments) :] if one.name in options)]
        written = [
            value for one, value in zip(schema, given, strict=False) if one.alias_info and one.alias_info.is_write
        ]
        if written:  # in place, or into `out=`: what is returned is what was written to
            _spoil(written)
            return written[0] if len(written) == 1 else tuple(written)
        return tree_map_only(torch.Tensor, lambda one: torch.full_like(one, _OTHER, device="cpu"), answer)

    return kernel


def _change_optimizers() -> None:
    from torch.optim.optimizer import register_optimizer_step_post_hook

    def spoil(optimizer: Any, _arguments: Any, _options: Any) -> None:
        _spoil(group["params"] for group in optimizer.param_groups)

    register_optimizer_step_post_hook(spoil)
    for name, module in list(sys.modules.items()):
        if not name.startswith(f"{OPTIMIZERS}."):
            continue
        for key, value in list(vars(module).items()):
            if key.startswith("_single_tensor_"):
                setattr(module, key, _spoiling(value))
            elif isinstance(value, type) and "get_lr" in vars(value):
                value.get_lr = _dearer(value.get_lr)  # type: ignore[attr-defined]


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
