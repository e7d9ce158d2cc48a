"""What an author writes cases with: what is said of a case, an exception asked for, an input left alone."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from grader import case, close, raises, unchanged
from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.bridge.student import Student
from grader.bridge.transport import ByteTransport
from grader.judge.case import Measure, comparison, info_of
from grader.judge.verdict import CaseFailure
from grader.sandbox.worker import EndedError
from grader.worker.server import Server


def test_what_was_said_is_kept_with_the_function() -> None:
    @case("mse", points="1/2", concept="reduction", needs="test_first")
    def test_it() -> None: ...

    info = info_of(test_it)
    assert info is not None
    assert (info.section, info.points, info.concept, info.needs) == (
        "mse",
        Fraction(1, 2),
        "reduction",
        ("test_first",),
    )


def test_several_needs_and_none() -> None:
    @case("mse", points=1, concept="c", needs=["test_a", "test_b[mean]"])
    def test_it() -> None: ...

    info = info_of(test_it)
    assert info is not None
    assert info.needs == ("test_a", "test_b[mean]")
    assert info_of(len) is None


def test_points_are_never_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="half"):
        case("mse", points="half", concept="c")


CODE = """
class Own(ValueError): pass
def value(): raise ValueError
def own(): raise Own
def other(): raise TypeError
def stub(): raise NotImplementedError
def silent(): return None
def leave(): raise SystemExit
def shadow():
    class ValueError(Exception): pass
    raise ValueError
def keep(x): return x + 1
def change(x): x[0] = 9
def flip(x): x[0] = -x[0]
def reshape(x): x.shape = (2, 2)
"""


@pytest.fixture
def student():
    transport = ByteTransport(Server().answer)
    for index, (_line, slip) in enumerate(transport.request("parse", "kim.py", CODE)):
        assert slip is None
        transport.request("run", "kim.py", index)
    return Student(transport)


def test_the_exception_or_one_derived_from_it(student):
    with raises(ValueError):
        student.value()
    with raises(ValueError):
        student.own()
    with raises(Exception):
        student.other()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("silent", "no-exception"),
        ("other", "other-exception"),
        ("leave", "other-exception"),
        ("shadow", "other-exception"),
    ],
)
def test_anything_else_fails_the_case(student, name, kind):
    with pytest.raises(CaseFailure) as caught, raises(ValueError):
        getattr(student, name)()
    assert caught.value.kind == kind
    assert "ValueError" in caught.value.message


def test_a_derived_exception_is_not_its_base_asked_for_exactly(student):
    with pytest.raises(CaseFailure), raises(KeyError):
        student.value()


def test_a_stub_is_not_written_even_where_an_exception_is_asked_for(student):
    for kind in (ValueError, Exception, RuntimeError):
        with pytest.raises(RaisedError), raises(kind):
            student.stub()
    with raises(NotImplementedError):
        student.stub()


@pytest.mark.parametrize(
    "error", [MissingNameError("f"), RefusedError("not-callable"), EndedError("timeout"), ZeroDivisionError()]
)
def test_other_endings_pass_through(error):
    with pytest.raises(type(error)), raises(ValueError):
        raise error


def test_the_judges_own_exception_is_not_the_students():
    with pytest.raises(ValueError, match="mine"), raises(ValueError):
        raise ValueError("mine")


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "?"])
def test_an_input_left_alone(student, dtype):
    given = np.ones(4, dtype)
    held = student.array(given)
    student.keep(held)
    unchanged(held, given)


@pytest.mark.parametrize("name", ["change", "flip", "reshape"])
def test_an_input_that_was_changed(student, name):
    given = np.zeros(4)
    held = student.array(given)
    getattr(student, name)(held)
    with pytest.raises(CaseFailure) as caught:
        unchanged(held, given)
    assert caught.value.kind == "changed-input"


def test_nan_stays_nan(student):
    given = np.array([np.nan, np.inf, -0.0, 0.0])
    held = student.array(given)
    unchanged(held, given)
    student.flip(held)
    with pytest.raises(CaseFailure):
        unchanged(held, given)


@pytest.mark.parametrize("now", [None, 3, [1.0], "x", np.ones((2, 1)), np.ones(2, np.float32), np.zeros(2), np.ones(0)])
def test_something_else_in_its_place_was_changed(now):
    with pytest.raises(CaseFailure):
        unchanged(now, np.ones(2))


@pytest.mark.torch
def test_a_tensor_left_alone(student):
    pytest.importorskip("torch")
    given = np.ones(3, np.float32)
    held = student.tensor(given)
    student.keep(held)
    unchanged(held, given)
    student.change(held)
    with pytest.raises(CaseFailure):
        unchanged(held, given)


def test_distances_are_counted_in_tolerances() -> None:
    """All of them, also behind a part that fails; infinities apart; none where a limit is the assignment's own."""
    with Measure() as measure:
        close([np.ones(2), np.array([1.0, np.inf])], [np.ones(2), np.array([1.0, np.inf])])
        with pytest.raises(CaseFailure):
            close([np.array([1.0]), np.array([0.0, 7.0])], [np.array([1.1]), np.zeros(2)], rtol=0, atol=0.1 / 3)
        with pytest.raises(CaseFailure):
            close(np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]))
        close(np.array(0.4), np.array(0.0), limit=0.5)
    assert measure.distances == [0.0, 0.0, pytest.approx(3.0), pytest.approx(210.0), np.inf]


def test_only_the_measure_that_is_entered_takes_distances() -> None:
    with Measure() as outer:
        with Measure() as inner:
            close(1.0, 1.0)
        close(1.0, 1.0)
    close(1.0, 1.0)
    assert (outer.distances, inner.distances) == ([0.0], [0.0])


def test_the_distance_of_a_case_is_its_greatest_or_infinite() -> None:
    measure = Measure()
    measure.distances += [0.5, 0.25]
    assert measure.distance(None) == 0.5
    assert measure.distance(CaseFailure("type")) == math.inf
    measure.distances.append(3.0)
    assert measure.distance(CaseFailure("values")) == 3.0


def test_a_comparison_of_its_own_hands_the_measure_on() -> None:
    @comparison
    def close_up_to_sign(measure: Measure | None, actual: float, expected: float) -> None:
        if measure is not None:
            measure.distances.append(abs(abs(actual) - abs(expected)))

    with Measure() as measure:
        close_up_to_sign(-1.0, 3.0)
    close_up_to_sign(-1.0, 3.0)
    assert measure.distances == [2.0]
