"""Objects of the worker as a case uses them, over the whole bridge in one process."""

import copy
import gc
import math

import numpy as np
import pytest

from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.student import ITEMS, Remote, Student, kind_of, read
from grader.bridge.transport import ByteTransport
from grader.worker.server import MAX_HANDLES, Server
from grader.worker.wire import Bounds, Handle

CODE = """
    import itertools
    import numpy as np

    PI = 3
    data = [1, 2, 3]

    def add(x, y=1): return x + y
    def echo(*arguments, **keywords): return arguments, keywords
    def apply(f, *arguments): return f(*arguments)
    def make_adder(n): return lambda x: x + n
    def naturals(): return itertools.count()
    def double(array): array *= 2
    def first(values): return values[0]
    def nothing(): return None
    def many(n): return [object() for _ in range(n)]
    def big(): return bytes(1 << 20)
    def is_value(x): return isinstance(x, Value)
    def renamed(self, target): return self - target

    class Value:
        def __init__(self, data): self.data, self.grad, self.log = data, 0.0, []
        def other(self, x): return x.data if isinstance(x, Value) else x
        def __add__(self, x): return Value(self.data + self.other(x))
        def __radd__(self, x): return Value(x + self.data)
        def __sub__(self, x): return Value(self.data - self.other(x))
        def __rsub__(self, x): return Value(x - self.data)
        def __mul__(self, x): return Value(self.data * self.other(x))
        def __rmul__(self, x): return Value(x * self.data)
        def __truediv__(self, x): return Value(self.data / self.other(x))
        def __rtruediv__(self, x): return Value(x / self.data)
        def __floordiv__(self, x): return Value(self.data // self.other(x))
        def __mod__(self, x): return Value(self.data % self.other(x))
        def __pow__(self, x): return Value(self.data ** self.other(x))
        def __rpow__(self, x): return Value(x ** self.data)
        def __matmul__(self, x): return Value(self.data @ self.other(x))
        def __rmatmul__(self, x): return Value(x @ self.data)
        def __and__(self, x): return Value(self.data & x)
        def __ror__(self, x): return Value(x | self.data)
        def __lshift__(self, x): return Value(self.data << x)
        def __neg__(self): return Value(-self.data)
        def __pos__(self): return Value(+self.data)
        def __abs__(self): return Value(abs(self.data))
        def __invert__(self): return Value(~self.data)
        def __lt__(self, x): return self.data < self.other(x)
        def __ge__(self, x): return self.data >= self.other(x)
        def __iadd__(self, x): self.data += self.other(x); return self
        def __eq__(self, x): return True
        __hash__ = None
        def __getitem__(self, key): return ("item", key)
        def __setitem__(self, key, value): self.log.append((key, value))
        def __delitem__(self, key): self.log.append(("del", key))
        def __contains__(self, x): return x == self.data
        def __len__(self): return 5
        def __iter__(self): return iter([self.data, self])
        def __enter__(self): self.log.append("in"); return self
        def __exit__(self, kind, value, trace): self.log.append(kind); return True
        @property
        def broken(self): raise KeyError("broken")
        @property
        def same(self): return self

    class Opaque(Value):
        __array_ufunc__ = None

    class Endless:
        def __len__(self): return 10**15
        def __iter__(self): return iter([1])

    class Layer:
        def __init__(self): self.weight = np.ones(2); self.parts = [np.zeros(1), np.ones(1)]
        def parameters(self): return iter(self.parts)
        def forward(self, x): return self.weight * x
"""


@pytest.fixture
def here(bridge):
    return bridge(CODE)


@pytest.fixture
def student(here):
    assert not here.problems
    return here.student


def test_functions_are_called_with_plain_values(student):
    assert student.add(2) == 3
    assert student.add(2, y=5) == 7
    assert student.echo(1, [2], x={"a": (3,)}) == ((1, [2]), {"x": {"a": (3,)}})
    assert student.renamed(self=5, target=2) == 3
    assert student.nothing() is None


def test_names_that_are_no_function_can_be_read(student):
    assert read(student.PI) == 3
    assert student.data[1] == 2
    assert read(5) == 5


def test_attributes(student):
    value = student.Value(2.0)
    assert (value.data, value.grad) == (2.0, 0.0)
    value.grad = 1.5
    assert value.grad == 1.5
    value.data = value
    assert isinstance(value.data, Remote)
    assert value.same.same.grad == 1.5


@pytest.mark.parametrize(
    ("operate", "expected"),
    [
        (lambda v: v + 2, 8),
        (lambda v: 2 + v, 8),
        (lambda v: v - 2, 4),
        (lambda v: 2 - v, -4),
        (lambda v: v * 2, 12),
        (lambda v: 2 * v, 12),
        (lambda v: v / 4, 1.5),
        (lambda v: 3 / v, 0.5),
        (lambda v: v // 4, 1),
        (lambda v: v % 4, 2),
        (lambda v: v**2, 36),
        (lambda v: 2**v, 64),
        (lambda v: v & 3, 2),
        (lambda v: 1 | v, 7),
        (lambda v: v << 1, 12),
        (lambda v: -v, -6),
        (lambda v: +v, 6),
        (lambda v: abs(-v), 6),
        (lambda v: ~v, -7),
        (lambda v: v + v * v, 42),
    ],
)
def test_operators_and_reflected_ones(student, operate, expected):
    assert operate(student.Value(6)).data == expected


def test_operators_of_objects_that_have_none(student):
    with pytest.raises(RaisedError) as caught:
        student.Layer() + 1
    assert "TypeError" in caught.value.bases
    with pytest.raises(RaisedError):
        1 - student.Layer()


def test_arrays_leave_reflected_operators_to_the_object(student):
    value = student.Opaque(2.0)
    array = np.arange(3.0)
    assert np.array_equal((array * value).data, [0, 2, 4])
    assert np.array_equal((value + array).data, [2, 3, 4])
    assert np.array_equal((np.float64(3) - value).data, 1.0)
    assert (np.eye(2) @ student.Opaque(np.ones(2))).data.tolist() == [1, 1]


def test_order(student):
    value = student.Value(6)
    assert value < 7
    assert not value >= 7
    with pytest.raises(RaisedError):
        value > 7  # noqa: B015


def test_in_place_operators_keep_the_object(student):
    value = same = student.Value(6)
    value += 1
    assert value.data == same.data == 7
    value -= 2  # has no __isub__: another object
    assert (value.data, same.data) == (5, 7)
    x = student.array(np.ones(2))
    y = x
    for _ in range(2):
        x *= 3
    x **= 2
    assert isinstance(x, Remote)
    assert read(y).tolist() == read(x).tolist() == [81, 81]
    assert np.array_equal(x.sum(), 162)


def test_items(student):
    value = student.Value(6)
    assert value[1] == ("item", 1)
    assert value["a", 2] == ("item", ("a", 2))
    value[3] = 4
    del value[5]
    assert value.log == [(3, 4), ("del", 5)]
    assert 6 in value
    assert 7 not in value
    assert len(value) == 5
    number, itself = value
    assert number == 6
    assert itself.data == 6


def test_an_iterable_without_end_ends(student):
    assert list(student.naturals()) == list(range(ITEMS))
    assert next(iter(student.naturals())) == 0
    with pytest.raises(RaisedError) as caught:
        len(student.naturals())
    assert caught.value.type_name == "TypeError"


def test_a_length_that_lies_takes_no_memory(student):
    endless = student.Endless()
    for use in (len, list):
        with pytest.raises(RefusedError, match="too-large"):
            use(endless)
    assert [*iter(endless)] == [1]


def test_context_managers_never_swallow_what_the_case_raises(student):
    value = student.Value(1)
    with value as inside:
        assert inside.data == 1
    assert value.log == ["in", None]
    with pytest.raises(ZeroDivisionError), value:
        raise ZeroDivisionError


def test_callables_of_the_worker_are_passed_back(student):
    add_three = student.make_adder(3)
    assert add_three(4) == 7
    assert student.apply(add_three, 4) == 7
    assert student.apply(student.add, 4) == 5
    assert student.apply(student.apply, student.add, 4) == 5
    assert student.is_value(student.Value(1))
    assert student.first([student.Value(8), 1]).data == 8
    assert student.echo(x={"v": student.Value(9)})[1]["x"]["v"].data == 9


def test_arrays_that_live_in_the_worker(student):
    given = np.arange(3.0)
    held = student.array(given)
    student.double(held)
    assert read(held).tolist() == [0, 2, 4]
    assert given.tolist() == [0, 1, 2]
    student.double(given)
    assert given.tolist() == [0, 1, 2]
    held[0] = 9
    assert held[0] == 9


def test_live_results_stay_in_the_worker(student):
    layer = student.live.Layer()
    out = layer.forward(np.array([1.0, 2.0]))
    assert isinstance(out, Remote)
    assert read(out).tolist() == [1, 2]
    assert isinstance(out + 1, Remote)
    assert read(out.sum()) == 3
    first, second = layer.parameters()
    first += 5
    assert read(layer.parts[0]).tolist() == [5]
    assert read(second).tolist() == [1]
    layer.weight = np.zeros(2)
    assert read(layer.weight).tolist() == [0, 0]
    nothing = student.live.nothing()
    assert read(nothing) is None
    with pytest.raises(RaisedError) as caught:
        nothing.forward(1)
    assert "NoneType" in caught.value.text


def test_forgotten_objects_are_dropped(here, student):
    for _ in range(600):
        student.Value(1)
    gc.collect()
    student.add(1)
    assert len(here.server.handles) < 300


def test_a_heap_of_forgotten_objects_larger_than_a_message_is_dropped_in_parts(here, student):
    here.transport.forgotten = list(range(1000, 1000 + Bounds().items + 10))
    assert student.add(1) == 2
    assert len(here.transport.forgotten) < 256


def test_handles_are_bounded(student):
    with pytest.raises(RefusedError):
        student.many(MAX_HANDLES + 1)


def test_an_object_that_is_gone_is_refused(here, student):
    value = student.Value(1)
    here.server.handles.clear()
    for use in (
        lambda: value.data,
        lambda: student.add(value),
        lambda: student.add(1, y=value),
        lambda: student.echo([value]),
        lambda: read(value),
        lambda: value + 1,
    ):
        with pytest.raises(RefusedError, match="no-such-object"):
            use()


def test_an_unknown_handle_is_refused(here, student):
    with pytest.raises(RefusedError, match="no-such-object"):
        student.add(Remote(here.transport, Handle(2**62, "Value")))


def test_an_object_of_another_worker_is_refused(here, student):
    other = Student(ByteTransport(here.server.answer, here.server.bounds))
    with pytest.raises(RefusedError, match="no-value"):
        student.add(other.Value(1))
    with pytest.raises(RefusedError, match="no-value"):
        student.echo([other.add])


def test_other_objects_of_the_judge_are_an_authors_slip(student):
    for slip in (object(), {1, 2}, lambda: 0, np.array([1j])):
        with pytest.raises(TypeError):
            student.add(slip)


@pytest.mark.parametrize(
    "use",
    [
        lambda v: v == 1,
        lambda v: v != 1,
        lambda v: v == v,
        lambda v: 1 == v,  # noqa: SIM300
        lambda v: np.ones(2) == v,
        bool,
        float,
        int,
        complex,
        np.asarray,
        lambda v: np.ones(2)[v],
        lambda v: np.allclose(v, 1),
        math.sqrt,
    ],
)
def test_an_object_is_no_value(student, use):
    """Its `__eq__` says yes to everything; where a value belongs, it is the wrong answer and not the judge's error."""
    with pytest.raises(RefusedError, match="no-value"):
        use(student.Value(1))


def test_names_that_are_missing(student):
    for use in (
        lambda: student.absent(1),
        lambda: student.absent.x,
        lambda: student.absent[0],
        lambda: student.add(student.absent),
        lambda: student.add(1, y=student.absent),
        lambda: student.echo([{"x": student.absent}]),
        lambda: len(student.absent),
        lambda: read(student.absent),
    ):
        with pytest.raises(MissingNameError) as caught:
            use()
        assert caught.value.name == "absent"


def test_builtins_and_private_names_are_no_names_of_the_submission(student):
    with pytest.raises(MissingNameError):
        student.print("x")
    assert not hasattr(student, "_private")


def test_what_is_no_function(student):
    with pytest.raises(RefusedError, match="not-callable"):
        student.PI(1)
    with pytest.raises(RefusedError, match="not-callable"):
        student.Value(1)()


def test_wrong_arguments_have_no_frame_of_the_students(student):
    with pytest.raises(RaisedError) as caught:
        student.add(1, 2, 3)
    assert caught.value.type_name == "TypeError"
    assert caught.value.frames == ()


def test_results_that_are_too_large():
    server = Server(bounds=Bounds(total=10_000))
    server.module.big = lambda: bytes(20_000)
    server.module.echo = lambda x: x
    student = Student(ByteTransport(server.answer, server.bounds))
    with pytest.raises(RefusedError, match="too large"):
        student.big()
    with pytest.raises(RefusedError, match="too-large"):
        student.echo(bytes(20_000))
    answer = server.module.echo(bytes(9_950))
    with pytest.raises(RefusedError):
        student.echo([answer, answer])


def test_a_broken_stream_costs_its_text_and_not_the_answer():
    def flush():
        raise ValueError("I/O operation on closed file")

    server = Server(flush=flush)
    server.module.one = lambda: 1
    assert Student(ByteTransport(server.answer, server.bounds)).one() == 1


def test_remotes_are_hashed_shown_and_not_copied(student):
    value = student.Value(1)
    assert value in {value: 1}
    assert repr(value) == "<remote Value>"
    assert repr(student.add) == "<remote add>"
    assert kind_of(student.make_adder(1)) == "function"
    with pytest.raises((AttributeError, TypeError)):
        copy.copy(value)
    assert not hasattr(value, "__wrapped__")


def test_the_name_of_a_class_that_lies_about_it(bridge):
    student = bridge("""
        class Meta(type):
            __name__ = property(lambda self: ["no", "text"])
        class Strange(metaclass=Meta): pass
    """).student
    assert kind_of(student.Strange()) == "Strange"


def test_a_tensor_where_torch_is_not_loaded_stays_a_value(here, monkeypatch):
    import sys

    from grader.worker.wire import TensorValue

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(RaisedError):
        here.student.add(TensorValue(np.ones(2)))


@pytest.mark.torch
def test_tensors(bridge):
    pytest.importorskip("torch")
    student = bridge("""
        def square(x): return x * x
        def grad(x):
            x.sum().backward()
            return x.grad
        def nothing(x): return x.detach()
    """).student
    from grader.worker.wire import TensorValue

    squared = student.square(TensorValue(np.arange(3.0), requires_grad=True))
    assert squared.array.tolist() == [0, 1, 4]
    assert squared.requires_grad
    held = student.tensor(np.ones(2), requires_grad=True)
    assert student.grad(held).array.tolist() == [1, 1]
    assert held.grad.array.tolist() == [1, 1]
    assert read(held).requires_grad
    assert not student.nothing(held).requires_grad


def test_a_cases_own_definitions_run_whenever_they_are_given(student):
    """They may set what a case begins with, such as the seed of random numbers."""
    for source in ("def one(): return 1\nlog = [1]", "def one(): return 2\nlog = [2]"):
        for _time in range(2):
            student.define(source)
            assert student.one() == int(source[-2])
            student.live.log.append(0)
            assert read(student.live.log) == [int(source[-2]), 0]
    with pytest.raises(RaisedError):
        student.define("1 / 0")


def test_what_is_pointed_at_is_the_function_that_a_cases_own_helper_was_handed(student):
    student.define("class Case:\n    @staticmethod\n    def twice(f, x): return f(f(x))")
    assert student.Case.twice(student.add, 1) == 3
    assert student._transport.last_called == "add"
    student.echo(student.add)
    assert student._transport.last_called == "echo"
