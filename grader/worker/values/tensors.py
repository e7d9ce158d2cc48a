"""Tensors of PyTorch. The judge has their values alone, since it does not load PyTorch."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.worker.values.arrays import elements_text, read_array, write_array
from grader.worker.values.kind import Compound, PartFunction
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import Reader, WireError, Writer


@dataclass(frozen=True)
class TensorValue:
    """A torch tensor as a value: what it holds, and whether it asks for gradients."""

    array: NDArray[Any]
    requires_grad: bool = False


class Tensor(Compound):
    """`t flag array`: the flag is `requires_grad`."""

    tag, name, called = b"t", "tensor", _("a tensor")
    classes = (TensorValue,)
    foreign = ("torch", "Tensor")

    def parts(self, value: TensorValue) -> tuple[Any, ...]:
        return value.requires_grad, value.array

    def whole(self, parts: tuple[Any, ...]) -> TensorValue:
        return TensorValue(parts[1], parts[0])

    def write(self, writer: Writer, value: Any, depth: int) -> None:
        tensor = value if type(value) is TensorValue else _value_of(value)
        head = b"t" + bytes([tensor is not None and bool(tensor.requires_grad)])
        if tensor is None or not write_array(writer, head, np.asarray(tensor.array)):
            writer.put_opaque(value, depth)

    def read(self, reader: Reader, _depth: int) -> Any:
        requires_grad = bool(reader.byte())
        if reader.take(1) != b"a":
            raise WireError("a tensor without its array")
        array = read_array(reader)
        if requires_grad and array.dtype.kind != "f":
            raise WireError("a gradient asked for by a tensor that can't have one")
        return reader.build(TensorValue(array, requires_grad))

    def arrive(self, value: TensorValue) -> Any:
        torch = sys.modules.get("torch")
        return value if torch is None else torch.tensor(value.array).requires_grad_(value.requires_grad)

    def simpler(self, value: TensorValue) -> NDArray[Any]:
        return value.array

    def show(self, value: TensorValue, _part: PartFunction) -> str:
        return f"tensor({elements_text(value.array)}{', requires_grad=True' if value.requires_grad else ''})"


def _value_of(tensor: Any) -> TensorValue | None:
    """A torch tensor as a value, where NumPy has its dtype too."""
    try:
        # What a subclass overrides is not asked.
        with sys.modules["torch"]._C.DisableTorchFunctionSubclass():
            array = tensor.detach().cpu().resolve_conj().resolve_neg().numpy()
            return TensorValue(array, bool(tensor.requires_grad))
    except (TypeError, RuntimeError):  # bfloat16, sparse, meta, …: stays in the worker
        return None
