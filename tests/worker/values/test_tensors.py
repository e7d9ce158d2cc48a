"""Tensors arrive as their values where torch is not loaded."""

import numpy as np
import pytest

from grader.worker.values.tensors import Tensor, TensorValue
from grader.worker.wire import Handle, UnsendableError, WireError, decode, encode
from tests.worker.test_wire import keep, same, through


@pytest.mark.torch
def test_torch_tensors():
    torch = pytest.importorskip("torch")

    class Hooked(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *_arguments, **_options):
            raise AssertionError("asked")

    leaf = torch.arange(6.0).reshape(2, 3).T.requires_grad_()
    assert same(through(leaf).array, np.arange(6, dtype=np.float32).reshape(2, 3).T.copy())
    assert through(leaf).requires_grad
    assert not through(leaf.detach()).requires_grad
    assert through(torch.nn.Parameter(torch.zeros(2))).requires_grad
    assert through(torch.tensor(3)).array.shape == ()
    assert through(torch.zeros(0, 2)).array.shape == (0, 2)
    assert through(torch.tensor([True])).array.dtype == bool
    assert same(through(torch.ones(2).as_subclass(Hooked)).array, np.ones(2, np.float32))
    stays = [
        torch.ones(1, dtype=torch.bfloat16),
        torch.ones(1, device="meta"),
        torch.ones(1) + 1j,
        torch.ones(2).to_sparse(),
    ]
    stays.append(torch.zeros([1] * 20))
    for tensor in stays:
        assert through(tensor, opaque=keep) == Handle(7, "Tensor")
    with pytest.raises(UnsendableError):
        encode(torch.zeros(1).expand(1 << 40))


def test_a_value_goes_out_and_back():
    arrived = through(TensorValue(np.ones(2), requires_grad=True))
    assert arrived.requires_grad
    assert same(arrived.array, np.ones(2))


def test_a_frame_without_an_array_or_with_an_impossible_gradient_is_refused():
    whole = encode(TensorValue(np.ones(1, int)))
    for frame in (b"t", b"t\0", b"t\0N", b"t\1" + whole[2:]):
        with pytest.raises(WireError):
            decode(frame)
    decode(b"t\0" + whole[2:])


def test_it_is_shown_called_and_compared_as_what_it_holds():
    value = TensorValue(np.ones(1), requires_grad=True)
    assert Tensor().show(value, repr) == "tensor([1.], float64, shape (1,), requires_grad=True)"
    assert Tensor().word(value) == "a tensor"
    assert Tensor().simpler(value) is value.array
    assert Tensor().whole(Tensor().parts(value)) == value
