"""Objects of the worker as the judge sees them.

    student.mse_loss(x, y)            call; plain values come back, other things as `Remote`
    v = student.Value(2.0); v.grad    attribute; v + 1, v[0], len(v), for … in v, with v: …
    x = student.array(a)              an array that lives in the worker; `read(x)` brings its value back
    student.live.forward(x)           the same call; what it returns stays in the worker, and what comes of that too

Comparing a `Remote` is refused: its `__eq__` is the student's and may say yes to everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.bridge.outcomes import RefusedError
from grader.bridge.wire import Handle, Name, TensorValue
from grader.i18n import _

ITEMS = 10_000  # how many items of an iterable are asked for at the most


class Transport(Protocol):
    """Carries requests to whoever holds the objects: a worker, the reference, a recording."""

    def request(self, op: str, *arguments: object, keep: bool = False) -> Any:
        """The answer to one request; a `BridgeError` where there is none."""

    def forget(self, handle: int) -> None:
        """The judge holds this object no longer."""


class Remote:
    """Something that lives in the worker. Only the operations of the bridge; never compared, never a truth value."""

    __slots__ = ("__weakref__", "_d2d_keep", "_d2d_target", "_d2d_transport")

    def __init__(self, transport: Transport, target: Handle | Name, *, keep: bool = False) -> None:
        object.__setattr__(self, "_d2d_transport", transport)
        object.__setattr__(self, "_d2d_target", target)
        object.__setattr__(self, "_d2d_keep", keep)

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        return _ask(self, "call", self, list(arguments), keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):  # pytest, copy and the like look for their own protocols
            raise AttributeError(name)
        return _ask(self, "get", self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _ask(self, "set", self, name, value)

    def __getitem__(self, key: object) -> Any:
        return _ask(self, "operate", "getitem", self, key)

    def __setitem__(self, key: object, value: object) -> None:
        _ask(self, "operate", "setitem", self, key, value)

    def __len__(self) -> int:
        return int(self._d2d_transport.request("len", self))

    def __iter__(self) -> Iterator[Any]:
        items: list[Any] = self._d2d_transport.request("items", self, ITEMS)
        return iter(items)

    def __enter__(self) -> Any:
        return _ask(self, "enter", self)

    def __exit__(self, *_exception: object) -> None:
        _ask(self, "exit", self)

    def __eq__(self, other: object) -> bool:
        raise RefusedError("no-value")

    def __ne__(self, other: object) -> bool:
        return self == other

    def __bool__(self) -> bool:
        raise RefusedError("no-value")

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<remote {kind_of(self)}>"

    def __del__(self) -> None:
        target = self._d2d_target
        if isinstance(target, Handle):
            self._d2d_transport.forget(target.id)


def _operator(name: str) -> Any:
    def operate(self: Remote, other: object) -> Any:
        return _ask(self, "operate", name, self, other)

    return operate


def _reflected(name: str) -> Any:
    def operate(self: Remote, other: object) -> Any:
        return _ask(self, "operate", name, other, self)

    return operate


def _unary(name: str) -> Any:
    def operate(self: Remote) -> Any:
        return _ask(self, "operate", name, self)

    return operate


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(Remote, f"__{_name}__", _operator(_name))
    setattr(Remote, f"__r{_name}__", _reflected(_name))
for _name in ("lt", "le", "gt", "ge", "iadd", "isub", "imul", "itruediv"):
    setattr(Remote, f"__{_name}__", _operator(_name))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Remote, f"__{_name}__", _unary(_name))


class Submission:
    """What cases know as `student`: the names that a submission defines, and arrays that live beside them."""

    def __init__(self, transport: Transport, *, keep: bool = False) -> None:
        self._transport, self._keep = transport, keep

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self._transport, Name(name), keep=self._keep)

    @property
    def live(self) -> Submission:
        """The same names, but whatever a call returns stays in the worker and comes back as a `Remote`."""
        return Submission(self._transport, keep=True)

    def array(self, values: NDArray[Any]) -> Remote:
        """An array that lives in the worker, so that what happens to it in place can be seen with `read`."""
        return self._hold(np.asarray(values))

    def tensor(self, values: NDArray[Any], *, requires_grad: bool = False) -> Remote:
        """A torch tensor that lives in the worker."""
        return self._hold(TensorValue(np.asarray(values), requires_grad))

    def _hold(self, value: object) -> Remote:
        held: Remote = self._transport.request("hold", value, keep=self._keep)
        return held


def read(remote: Remote) -> Any:
    """The plain value of something that lives in the worker (still a `Remote` if it has none)."""
    return remote._d2d_transport.request("read", remote)


def _ask(remote: Remote, op: str, *arguments: object) -> Any:
    return remote._d2d_transport.request(op, *arguments, keep=remote._d2d_keep)


def target_of(value: object, transport: Transport) -> Handle | Name:
    """What stands for `value` on the wire to `transport`; anything that is no object of that worker is the author's slip."""
    if not isinstance(value, Remote):
        _refuse(f"{type(value).__name__} can't be sent to the worker: only plain values and its own objects can")
    if value._d2d_transport is not transport:
        _refuse("an object of one worker can't be sent to another (student and reference don't share objects)")
    return value._d2d_target


def _refuse(message: str) -> NoReturn:
    raise TypeError(message)


def kind_of(value: object) -> str:
    """What `value` is, in a word or two for a person."""
    if isinstance(value, Remote):
        target = value._d2d_target
        return target.kind if isinstance(target, Handle) else target.name
    if isinstance(value, TensorValue):
        return _("a tensor")
    if isinstance(value, np.ndarray):
        return _("an array")
    if value is None:
        return "None"
    if isinstance(value, (bool, np.bool_)):
        return _("a truth value")
    if isinstance(value, (int, float, np.generic)):
        return _("a number")
    words = {str: _("text"), list: _("a list"), tuple: _("a tuple"), dict: _("a dict"), bytes: _("bytes")}
    return words.get(type(value), type(value).__name__)
