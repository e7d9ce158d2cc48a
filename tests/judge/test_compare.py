"""What passes for an answer, what never does, and what is said of it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.bridge.student import Remote
from grader.judge.compare import ATOL, ATOL_SINGLE, RTOL, RTOL_SINGLE, close
from grader.judge.verdict import KINDS, CaseFailure
from grader.report.report import MOST_VALUES, Kind, Plot, Verdict
from grader.worker.wire import Handle, TensorValue, decode, encode
from tests.examples import examples

quick = settings(max_examples=examples(80, 200), deadline=None, database=None, derandomize=True)
A = np.array
NAN, INF = math.nan, math.inf


def failure(actual, expected, **options):
    with pytest.raises(CaseFailure) as caught:
        close(actual, expected, **options)
    error = caught.value
    assert error.general == KINDS[error.kind]()
    assert error.message
    assert all(len(line) < 330 for line in error.shown.details)
    return error


def kind(actual, expected, **options):
    return failure(actual, expected, **options).kind


# -- type, shape, dtype ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [A([]), np.zeros((0, 3)), np.zeros((3, 0)), [], (), {}, "", b"", None])
@pytest.mark.parametrize(
    "expected", [A([1.0]), np.ones((2, 3)), 1.0, np.float64(0), A(1.0), [1.0], (0,), {"a": 0}, "x", b"x", 0, False]
)
def test_nothing_passes_for_something(empty, expected):
    assert kind(empty, expected) in ("shape", "type", "length", "values")


@pytest.mark.parametrize("empty", [A([]), [], (), {}, "", b"", None, A(0.0), np.zeros((0, 1))])
def test_empty_things_differ_from_each_other(empty):
    for other in (A([]), [], (), {}, "", b"", None, A(0.0), np.zeros((0, 1))):
        if type(other) is type(empty) and np.shape(other) == np.shape(empty):
            close(empty, other)
        else:
            failure(empty, other)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0, np.ones(3)),
        (np.float64(1), np.ones(3)),
        (A(1.0), np.ones(3)),
        (np.ones(1), np.ones(3)),
        (np.ones(1), 1.0),
        (np.ones(1), np.float64(1)),
        (1.0, np.ones(1)),
        (np.ones((3, 1)), np.ones(3)),
        (np.ones(3), np.ones((3, 1))),
        (np.ones((1, 3)), np.ones(3)),
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones(6), np.ones((2, 3))),
    ],
)
def test_shapes_are_equal_to_the_letter(actual, expected):
    error = failure(actual, expected)
    assert error.kind == "shape"
    if np.shape(actual) and np.shape(expected):
        assert str(np.shape(actual)) in error.message
        assert str(np.shape(expected)) in error.message


@pytest.mark.parametrize("one", [2.0, np.float64(2), A(2.0), np.float32(2), A(2, np.float16)])
@pytest.mark.parametrize("other", [2.0, np.float64(2), A(2.0), np.float32(2)])
def test_a_number_is_a_number_however_it_is_held(one, other):
    close(one, other)


@pytest.mark.parametrize("one", [True, np.True_, A(True)])
@pytest.mark.parametrize("other", [True, np.True_, A(True)])
def test_a_truth_value_is_one_however_it_is_held(one, other):
    close(one, other)
    assert kind(np.logical_not(one), other) == "values"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (True, 1),
        (1, True),
        (True, 1.0),
        (1.0, True),
        (1, 1.0),
        (1.0, 1),
        (np.ones(2, bool), np.ones(2)),
        (np.ones(2, int), np.ones(2)),
        (np.ones(2), np.ones(2, int)),
        (np.ones(2, bool), np.ones(2, int)),
        (10**400, 1.0),
        (10**400, 1),
    ],
)
def test_kinds_of_numbers_are_not_mixed(actual, expected):
    assert kind(actual, expected) == "dtype"


def test_the_very_dtype_is_asked_for_only_on_demand():
    close(np.ones(2, np.float32), np.ones(2))
    close(np.ones(2, np.uint8), np.ones(2, int))
    assert kind(np.ones(2, np.float32), np.ones(2), dtype=True) == "dtype"
    assert kind(1.0, np.float32(1), dtype=True) == "dtype"
    assert kind(np.ones(2, np.int32), np.ones(2, np.int64), dtype=True) == "dtype"
    close(np.float32(1), np.ones((), np.float32), dtype=True)
    error = failure([np.ones(2, np.float32)], [np.ones(2)], dtype=True)
    assert "float32" in error.message


HANDLE = Remote.__new__(Remote)
object.__setattr__(HANDLE, "_d2d_target", Handle(1, "Tensor"))
object.__setattr__(HANDLE, "_d2d_transport", type("Nowhere", (), {"forget": lambda self, number: None})())


@pytest.mark.parametrize(
    "expected", [1.0, np.ones(2), A(1), True, None, "x", b"x", [1], (1,), {"a": 1}, TensorValue(np.ones(2))]
)
@pytest.mark.parametrize(
    "actual", [1.0, np.ones(2), True, None, "x", b"x", [1], (1,), {"a": 1}, TensorValue(np.ones(2)), HANDLE]
)
def test_things_of_different_types_are_never_close(actual, expected):
    numbers = (float, np.ndarray, bool)
    if isinstance(actual, numbers) and isinstance(expected, numbers):
        if type(actual) is not type(expected):
            assert kind(actual, expected) in ("shape", "dtype")
    elif type(actual) is type(expected):
        close(actual, expected)
    else:
        assert kind(actual, expected) == "type"


def test_none_text_and_bytes():
    close(None, None)
    close("가", "가")
    close(b"a", b"a")
    assert kind("a", "b") == "values"
    assert kind(b"a", b"b") == "values"


# -- parts ----------------------------------------------------------------------------------------------------------


def test_parts_are_compared_one_by_one():
    expected = [1.0, (np.ones(2), "a"), {"k": [True, None]}]
    close([1.0 + 1e-9, (np.ones(2), "a"), {"k": [True, None]}], expected)
    assert kind([1.0, (np.ones(2), "b"), {"k": [True, None]}], expected) == "values"
    assert kind([1.0, (np.ones(2), "a"), {"k": [True, 0]}], expected) == "type"
    assert kind([1.0, [np.ones(2), "a"], {"k": [True, None]}], expected) == "type"
    assert kind([1.0, (np.ones(2), "a")], expected) == "length"
    assert kind([1.0, (np.ones(2), "a"), {"q": [True, None]}], expected) == "length"
    assert kind([np.ones(1)], [1.0]) == "shape"


def test_a_list_is_no_array_and_no_tuple():
    assert kind([1.0, 2.0], A([1.0, 2.0])) == "type"
    assert kind(A([1.0, 2.0]), [1.0, 2.0]) == "type"
    assert kind((1.0,), [1.0]) == "type"


def test_keys():
    close({"b": 1, "a": 2}, {"a": 2, "b": 1})
    assert kind({"a": 1}, {"a": 1, "b": 2}) == "length"
    assert kind({"a": 1, "b": 2}, {"a": 1}) == "length"
    assert kind({True: 1}, {1: 1}) == "length"
    assert kind({NAN: 1}, {"a": 1}) == "length"


def test_options_reach_the_parts():
    close({"a": [1.1]}, {"a": [1.0]}, atol=0.2)
    assert kind({"a": [1.1]}, {"a": [1.0]}, atol=0.05) == "values"
    assert kind([np.ones(2, np.float32)], [np.ones(2)], dtype=True) == "dtype"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("x" * 10_000_000, "y"),
        (b"x" * 10_000_000, b"y"),
        ({"k" * 10_000_000: 1}, {"k": 1}),
        ({str(n): n for n in range(99_999)}, {"k": 1}),
    ],
    ids=["text", "bytes", "key", "keys"],
)
def test_what_is_shown_is_short(actual, expected):
    failure(actual, expected)


# -- NaN and infinity -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected", "expected_kind"),
    [
        ([NAN, 1], [0, 1], "nan"),
        ([NAN, NAN], [0, 1], "nan"),
        ([0, 1], [NAN, 1], "not-nan"),
        ([1, NAN], [NAN, 1], "nan"),
        ([INF, 1], [0, 1], "infinite"),
        ([0, 1], [INF, 1], "finite"),
        ([1e308, 1], [INF, 1], "finite"),
        ([INF, 1], [1e308, 1], "infinite"),
        ([NAN, 1], [INF, 1], "nan"),
        ([INF, 1], [NAN, 1], "not-nan"),
        ([-INF, 1], [INF, 1], "values"),
        ([-INF, -1], [INF, 1], "sign"),
        ([INF, 2], [INF, 1], "scale"),
        ([-INF, 2], [INF, 1], "values"),
    ],
)
def test_special_values_stand_where_they_belong(actual, expected, expected_kind):
    assert kind(A(actual, float), A(expected, float)) == expected_kind


def test_special_values_in_their_places_pass():
    close(A([NAN, INF, -INF, 1, -0.0]), A([NAN, INF, -INF, 1, 0.0]))
    close(NAN, NAN)
    close(-INF, np.float32(-INF))


def test_how_many_are_not_finite_is_said():
    assert "2" in failure(A([NAN, NAN, 1, 1]), np.ones(4)).message
    assert "3" in failure(A([INF, INF, -INF, 1]), np.ones(4)).message


def test_a_nan_that_signals_is_a_nan():
    signalling = np.frombuffer(b"\x01\x00\x80\x7f" * 2, np.float32)
    arrived = decode(encode(signalling))
    assert kind(arrived, np.ones(2, np.float32)) == "nan"
    assert kind(arrived, np.ones(2)) == "nan"
    close(arrived, A([NAN, NAN], np.float32))


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([-1.7e308, 1.7e308], [1.7e308, 1.7e308]),
        ([1.7e308, -1.7e308, 1e308], [-1.0, 1.0, 2.0]),
        ([1e308, 2e-308, 0.0], [5e307, 1e308, 5e-324]),
        ([5e-324, 5e-324], [1e308, 1e-308]),
        ([1.7e308] * 4, [-1.7e308, 1.7e308, 1.6e308, 1.0]),
    ],
)
def test_huge_values_fail_without_a_warning(actual, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failure(A(actual), A(expected))
        with np.errstate(all="ignore"):
            failure(A(actual, np.float32), A(expected, np.float32))


def test_integers_are_exact():
    close(A([2**53 + 1]), A([2**53 + 1]))
    assert kind(A([2**53]), A([2**53 + 1])) == "values"
    assert kind(A([2**53], np.uint64), A([2**53 + 1], np.int64)) == "values"
    assert kind(A([2**63], np.uint64), A([-(2**63)], np.int64)) == "values"
    close(A([7], np.uint64), A([7], np.int8))
    close(2**63, A(2**63, np.uint64))
    assert kind(2**63 + 1, 2**63) == "values"


# -- tolerance ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "rtol", "atol"), [(np.float64, RTOL, ATOL), (np.float32, RTOL_SINGLE, ATOL_SINGLE)])
@pytest.mark.parametrize("value", [0.0, 1e-9, 1.0, -3.5, 1e6, -1e12])
def test_the_tolerance_has_an_edge(dtype, rtol, atol, value):
    expected = A([value, 0.25], dtype)
    edge = atol + rtol * abs(float(expected[0]))
    for sign in (1, -1):
        near = np.add(expected, [sign * edge * 0.99, 0], dtype=np.float64)
        far = np.add(expected, [sign * edge * 1.01, 0], dtype=np.float64)
        close(near, expected)
        failure(far, expected)


def test_tolerances_can_be_given():
    close(1.05, 1.0, rtol=0.1)
    close(0.05, 0.0, atol=0.1)
    failure(1.05, 1.0, rtol=0.01, atol=0.01)
    failure(1 + 1e-12, 1.0, rtol=0, atol=0)
    close(1.0, 1.0, rtol=0, atol=0)


arrays = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


@quick
@given(arrays, st.data())
def test_within_passes_and_above_fails(expected, data):
    tolerance = ATOL + RTOL * np.abs(expected)
    shares = data.draw(npst.arrays(np.float64, expected.shape, elements=st.floats(-0.99, 0.99)))
    close(expected + shares * tolerance, expected)
    wrong = np.array(expected + shares * tolerance)
    at = data.draw(st.integers(0, expected.size - 1))
    beyond = data.draw(st.sampled_from([1.01, -1.01, 2.0, -30.0, 1e9, NAN, INF, -INF]))
    wrong.flat[at] = expected.flat[at] + beyond * tolerance.flat[at]
    assume(not abs(wrong.flat[at] - expected.flat[at]) <= tolerance.flat[at])
    failure(wrong, expected)
    failure([wrong], [expected])
    failure(TensorValue(wrong), TensorValue(expected))


any_array = npst.arrays(
    st.sampled_from(["?", "i1", "i8", "u8", "f4", "f8"]),
    npst.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2),
)


@quick
@given(any_array, any_array)
def test_no_two_arrays_pass_that_numpy_calls_different(actual, expected):
    try:
        close(actual, expected)
    except CaseFailure:
        return
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual.astype(float), expected.astype(float), rtol=2e-4, atol=2e-6)


# -- tensors --------------------------------------------------------------------------------------------------------


def test_tensors_are_compared_by_value():
    close(TensorValue(np.ones(2, np.float32), requires_grad=True), TensorValue(np.ones(2, np.float32)))
    assert kind(TensorValue(np.zeros(2)), TensorValue(np.ones(2))) == "values"
    assert kind(TensorValue(np.ones(1)), TensorValue(np.ones(2))) == "shape"
    assert kind(TensorValue(A([])), TensorValue(np.ones(2))) == "shape"
    assert kind(np.ones(2), TensorValue(np.ones(2))) == "type"
    assert kind(TensorValue(np.ones(2)), np.ones(2)) == "type"
    assert kind(TensorValue(A(1.0)), 1.0) == "type"


# -- sign, scale, shift ---------------------------------------------------------------------------------------------

E = A([1.0, -2.0, 3.5, 0.25])
LAST = A([0, 0, 0, 1])


@pytest.mark.parametrize(
    ("actual", "expected", "expected_kind", "said"),
    [
        (-E, E, "sign", ""),
        (-2.5, 2.5, "sign", ""),
        (2 * E, E, "scale", " 2 "),
        (-2 * E, E, "scale", "-2"),
        (E / 4, E, "scale", "1/4"),
        (-E / 3, E, "scale", "-1/3"),
        (1.5 * E, E, "scale", "1.5"),
        (0.3 * E, E, "scale", "0.3"),
        (1.001 * E, E, "scale", "1.001"),
        (1e250 * E, 1e245 * E, "scale", "100000"),
        (128 * E, E, "scale", "128"),
        (6.0, 2.0, "scale", " 3 "),
        (0.5, 2.0, "scale", "1/4"),
        (3 * np.ones(4), np.ones(4), "scale", " 3 "),
        (E + 1, E, "shift", " 1."),
        (E - 0.125, E, "shift", "-0.125"),
        (A([[2.0, 0.0], [0.0, 4.0]]), A([[1.0, 0.0], [0.0, 2.0]]), "scale", " 2 "),
    ],
)
def test_what_wrong_values_have_in_common_is_said(actual, expected, expected_kind, said):
    error = failure(actual, expected)
    assert error.kind == expected_kind
    assert said in error.message
    if isinstance(actual, np.ndarray) and np.abs(actual).max() < 1e30:
        assert kind(actual.astype(np.float32), expected.astype(np.float32)) == expected_kind


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.zeros(4), E),
        (E, np.zeros(4)),
        (E[::-1].copy(), E),
        (E * [1, 1, 1, 2], E),
        (-E * [1, 1, 1, -1], E),
        (E + LAST, E),
        (2.3, 1.7),
        (1.0001, 1.0),
        (0.9999, 1.0),
        (612.4, 1.0),
        (A([0.0, 0.0, 5.1]), A([0.0, 0.0, 3.0])),
        (5.1 * np.ones(4), 3.0 * np.ones(4)),
        (E * 0.0, E),
        (A([2e-8, -1e-7, 1.2e-7, -3e-8]), E / 1000),
        (A([1.0, 2.0, -INF]), A([1.0, 2.0, INF])),
        (A([2.0, 4.0, -INF]), A([1.0, 2.0, INF])),
        (A([1.0, 3.0]), A([2.0, 4.0])),
        (np.ones(3), A([1.0, 2.0, 3.0])),
        (A([5e-9, 1.0]), A([-5e-9, 2.3])),
    ],
)
def test_nothing_is_said_that_is_not_so(actual, expected):
    assert kind(actual, expected) == "values"


@quick
@given(arrays, st.floats(-50, 50))
def test_a_factor_that_is_said_is_the_factor(expected, factor):
    assume(np.abs(expected).max() > 1e-3)
    try:
        close(factor * expected, expected)
    except CaseFailure as error:
        if error.kind == "scale":
            text = error.message.split("Every value is ")[1].split(" times")[0]
            said = eval(text, {"__builtins__": {}})
            np.testing.assert_allclose(said * expected, factor * expected, rtol=1e-4, atol=1e-6)
        elif error.kind == "sign":
            np.testing.assert_allclose(factor, -1, rtol=1e-3)


def test_how_many_values_are_wrong_is_said():
    assert "1 of 4" in failure(E + LAST, E).message
    assert "not right" in failure(2.3, 1.7).message


# -- what a hidden case says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actual",
    [
        np.full(3, 0.123456789),
        A([0.123456789]),
        0.123456789,
        "0.123456789",
        {"0.123456789": 1},
        A([NAN, 1, 2]),
        123456789,
        None,
    ],
)
def test_the_general_sentence_holds_nothing_of_the_answer(actual):
    error = failure(actual, A([1.0, 2.5, 3.0]))
    assert error.general in {text() for text in KINDS.values()}
    assert "123456789" not in error.general


def test_a_limit_is_kept_to() -> None:
    close(np.array([0.96, 0.04]), np.array([1.0, 0.0]), limit=0.05)
    with pytest.raises(CaseFailure):
        close([np.array([0.94])], [np.array([1.0])], limit=0.05)


def plot_of(actual: object, expected: object) -> Plot | None:
    with pytest.raises(CaseFailure) as failed:
        close(actual, expected)
    return failed.value.shown.plot


def test_arrays_in_their_order() -> None:
    expected = np.array([[1.0, 2.0], [3.0, 1 / 3]])
    assert plot_of(-expected, expected) == Plot(
        Kind.VALUES, (1.0, 2.0, 3.0, 0.333333), (-1.0, -2.0, -3.0, -0.333333), 4
    )


def test_what_is_not_finite_is_left_open() -> None:
    expected = np.array([1.0, 2.0, 3.0])
    assert plot_of(np.array([np.nan, np.inf, 1e308]), expected) == Plot(
        Kind.VALUES, (1.0, 2.0, 3.0), (None, None, None), 3
    )
    assert plot_of(expected, np.full(3, np.nan)) is None


def test_histories_are_curves_and_other_lists_are_not() -> None:
    assert plot_of([3.0, 2.5, 2.0], [3.0, 2.0, 1.0]) == Plot(Kind.CURVE, (3.0, 2.0, 1.0), (3.0, 2.5, 2.0), 3)
    assert plot_of([[3.0, 2.0, 2.0], True], [[3.0, 2.0, 1.0], True]) == Plot(
        Kind.CURVE, (3.0, 2.0, 1.0), (3.0, 2.0, 2.0), 3
    )
    assert plot_of([3.0, 2.5, 1], [3.0, 2.0, 1.0]) is None
    assert plot_of([True, False, True], [True, True, True]) is None


def test_too_little_to_see_is_not_drawn() -> None:
    assert plot_of(np.array([1.0, 2.0]), np.array([2.0, 1.0])) is None
    assert plot_of(2.0, 1.0) is None
    assert plot_of(np.zeros((3, 1)), np.zeros(3)) is None


def test_no_more_than_a_hundred_values() -> None:
    plot = plot_of(np.ones((40, 50)), np.zeros((40, 50)))
    assert plot is not None
    assert (len(plot.expected), len(plot.yours), plot.total) == (MOST_VALUES, MOST_VALUES, 2000)


HIDDEN = '''
from grader import case, close


@case("mse", points=1, concept="value")
def test_double_hidden(student, reference, rng):
    """double, and nobody sees with what."""
    x = rng.normal(size=(4, 3))
    close(student.double(x), reference.double(x))
'''


def test_hidden_cases_have_none(bench: Callable[..., Any], new_course: Callable[..., Path]) -> None:
    report = bench(new_course(test_hidden=HIDDEN)).judge("def double(x): return x\n")
    public, hidden = (case for case in report.cases if "double" in case.id)
    assert (public.verdict, hidden.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert public.plot is not None
    assert public.plot.total == 12
    assert hidden.plot is None
    assert "plot" not in hidden.as_json()
