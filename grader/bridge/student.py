"""Objects of the worker as the judge sees them.

    student.mse_loss(x, y)            call; plain values come back, other things as `Remote`
    v = student.Value(2.0); v.grad    attribute; v + 1, v[0], len(v), for … in v, with v: …
    x = student.array(a)              an array that lives in the worker; `read(x)` brings its value back
    student.predictions               the value of a variable that the manifest names under `values`
    student.live.forward(x)           the same call; what it returns stays in the worker, and what comes of that too

Comparing a `Remote` is refused: its `__eq__` is the student's and may say yes to everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.bridge.outcomes import RaisedError, RefusedError
from grader.i18n import _
from grader.worker.values import kind_of_class
from grader.worker.wire import Handle, Name, TensorValue

ITEMS = 10_000  # how many items of an iterable are asked for at the most
LENGTH = 10_000_000  # the longest that anything of the worker is believed to be


class Transport(Protocol):
    """Carries requests to whoever holds the objects: a worker, the reference, a recording."""

    def request(self, op: str, *arguments: object, keep: bool = False) -> Any:
        """The answer to one request; a `BridgeError` where there is none."""

    def forget(self, handle: int) -> None:
        """The judge holds this object no longer."""

    def apart_from_chance(self, rest: object) -> None:
        """The last answer is chance but for `rest`."""


class _NoLengthError(RaisedError, TypeError):
    """The object of the worker has no length."""


class Remote:
    """Something that lives in the worker. Only the operations of the bridge; never compared, never a truth value."""

    __slots__ = ("__weakref__", "_d2d_keep", "_d2d_target", "_d2d_transport")

    def __init__(self, transport: Transport, target: Handle | Name, *, keep: bool = False) -> None:
        object.__setattr__(self, "_d2d_transport", transport)
        object.__setattr__(self, "_d2d_target", target)
        object.__setattr__(self, "_d2d_keep", keep)

    # NumPy leaves operators to this class, instead of taking the object for a sequence and asking for its items.
    __array_ufunc__ = None

    def __call__(self, /, *arguments: object, **keywords: object) -> Any:
        return _ask(self, "call", self, list(arguments), keywords)

    def __getattr__(self, name: str) -> Any:
        # pytest, copy and the like look for their own protocols, copy in an object without its slots too.
        if name.startswith("_d2d_") or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        return _ask(self, "get", self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _ask(self, "set", self, name, value)

    def __getitem__(self, key: object) -> Any:
        return _ask(self, "operate", "getitem", self, key)

    def __setitem__(self, key: object, value: object) -> None:
        self._d2d_transport.request("operate", "setitem", self, key, value)

    def __delitem__(self, key: object) -> None:
        self._d2d_transport.request("operate", "delitem", self, key)

    def __contains__(self, item: object) -> bool:
        found: bool = self._d2d_transport.request("operate", "contains", self, item)
        return found

    def __len__(self) -> int:
        # `list(remote)` asks for the length too: what it raises must be a TypeError where there is none, and as many
        # places as it says are taken at once.
        try:
            size: int = self._d2d_transport.request("len", self)
        except RaisedError as error:
            if "TypeError" in error.bases:
                raise _NoLengthError(error.type_name, error.bases, error.text, error.frames) from error
            raise
        if size > LENGTH:
            raise RefusedError("too-large")
        return size

    def __iter__(self) -> Iterator[Any]:
        items: list[Any] = _ask(self, "items", self, ITEMS)
        return iter(items)

    def __enter__(self) -> Any:
        return _ask(self, "enter", self)

    def __exit__(self, *_exception: object) -> None:
        _ask(self, "exit", self)

    def _no_value(self, *_arguments: object, **_options: object) -> NoReturn:
        raise RefusedError("no-value")

    # Where a plain value belongs (`np.asarray(student.f(x))`, `float(…)`), another thing is the student's wrong
    # answer and not an error of the case.
    __eq__ = __ne__ = __bool__ = __array__ = __float__ = __int__ = __index__ = __complex__ = _no_value

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<remote {kind_of(self)}>"

    def __del__(self) -> None:
        target = getattr(self, "_d2d_target", None)
        if isinstance(target, Handle):
            self._d2d_transport.forget(target.id)


def _operator(name: str) -> Any:
    def operate(self: Remote, *others: object) -> Any:
        return _ask(self, "operate", name, self, *others)

    return operate


def _reflected(name: str) -> Any:
    def operate(self: Remote, other: object) -> Any:
        return _ask(self, "operate", name, other, self)

    return operate


def _in_place(name: str) -> Any:
    """The object itself, as the worker has it then: it stays there, so that the judge can still read it."""

    def operate(self: Remote, other: object) -> Any:
        result = self._d2d_transport.request("operate", name, self, other, keep=True)
        object.__setattr__(result, "_d2d_keep", self._d2d_keep)
        return result

    return operate


for _name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split():
    _function = _name + "_" if _name in ("and", "or") else _name  # as the module `operator` calls it
    setattr(Remote, f"__{_name}__", _operator(_function))
    setattr(Remote, f"__r{_name}__", _reflected(_function))
    setattr(Remote, f"__i{_name}__", _in_place(f"i{_name}"))
for _name in "lt le gt ge neg pos abs invert".split():
    setattr(Remote, f"__{_name}__", _operator(_name))


class Student:
    """What cases know as `student`: the names that a submission defines, and arrays that live beside them.

    `values` are names of variables: they are what they hold, and not something that is called.
    """

    def __init__(self, transport: Transport, *, keep: bool = False, values: Collection[str] = ()) -> None:
        self._transport, self._keep, self._values = transport, keep, values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = Remote(self._transport, Name(name), keep=self._keep)
        return read(found) if name in self._values and not self._keep else found

    @property
    def live(self) -> Student:
        """The same names, but whatever a call returns stays in the worker and comes back as a `Remote`."""
        return Student(self._transport, keep=True, values=self._values)

    def define(self, source: str) -> None:
        """Run a definition of the case's own beside the submission's: a function to be handed to one of its own."""
        self._transport.request("define", source)

    def array(self, values: NDArray[Any]) -> Remote:
        """An array that lives in the worker, so that what happens to it in place can be seen with `read`."""
        return self._hold(np.asarray(values))

    def tensor(self, values: NDArray[Any], *, requires_grad: bool = False) -> Remote:
        """A torch tensor that lives in the worker."""
        return self._hold(TensorValue(np.asarray(values), requires_grad))

    def _hold(self, value: object) -> Remote:
        held: Remote = self._transport.request("hold", value, keep=self._keep)
        return held


def read(remote: Any) -> Any:
    """The plain value of something that lives in the worker (still a `Remote` if it has none); a value as it is."""
    if not isinstance(remote, Remote):
        return remote
    return remote._d2d_transport.request("read", remote)


def apart_from_chance(remote: Any, rest: object) -> None:
    """Say that what was read of `remote` just now is chance but for `rest`: a hint compares that in its place.

    layer(ones) drops other numbers at each call, so `read` never gives the same twice; which numbers there are is what
    a mistake shows in. The case decides on what it has read, as ever.
    """
    if isinstance(remote, Remote):
        remote._d2d_transport.apart_from_chance(rest)


def _ask(remote: Remote, op: str, *arguments: object) -> Any:
    return remote._d2d_transport.request(op, *arguments, keep=remote._d2d_keep)


def target_of(value: object, transport: Transport) -> Handle | Name:
    """What stands for `value` on the wire to `transport`.

    Another thing than a value or a `Remote` is the author's slip. A `Remote` of another worker is what a submission
    answered with where a value belongs, handed on to the reference.
    """
    if not isinstance(value, Remote):
        kind = type(value).__name__
        raise TypeError(f"{kind} can't be sent to the worker: only plain values and its own objects can")
    if value._d2d_transport is not transport:
        raise RefusedError("no-value")
    target: Handle | Name = value._d2d_target
    return target


def kind_of(value: object) -> str:
    """What `value` is, in a word or two for a person."""
    if isinstance(value, Remote):
        target = value._d2d_target
        return str(target.kind if isinstance(target, Handle) else target.name)
    kind = kind_of_class(type(value))
    if kind is None:
        return type(value).__name__
    word = kind.word(value)
    return _(word)
