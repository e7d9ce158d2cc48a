"""Reports are read back strictly, and the reader and the published schema agree on what one is."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import BadInputError
from grader.fields import FormError
from grader.report.reader import LARGEST_FILE, from_json, read_bytes, read_file, read_value, schema
from grader.report.report import Report


def _ecma(validator: Any, pattern: str, instance: object, _schema: object) -> Any:
    """`pattern` as JSON Schema means it: in Python `$` would also match before a last line end."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield jsonschema.ValidationError(f"{instance!r} is not {pattern}")


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _ecma})(schema())
OTHERS: list[Any] = [
    None, True, False, 0, 1, -1, 3.0, 2.5, -0.5, 100, 101, 2**53, 2.0**60, 1e308, "", "x", "x\n", "7/2", "7/2\n", "0/1",
    "7/0", "1/" + "9" * 40, "x" * 201, "x" * 1001, "ab" * 32, "AB" * 32, "full", "public", "hidden", "passed", "Passed",
    "2026-03-20T12:00:00Z", "2026-03-20", "ed25519:" + "0" * 16 + ":" + "A" * 86 + "==", "ed25519:0:A", [], {}, [None],
    ["x"], [1], {"x": 1}, {"file": "a.py", "cell": None, "line": 3}, {"file": "a.py", "cell": 0, "line": 3},
    {"id": "a", "text": "b"}, {"id": "", "text": "b"}, {"layers": []},
]  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in items for deeper in paths(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], how: Callable[[Any, Any], None]) -> Any:
    value = copy.deepcopy(value)
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    how(parent, path[-1])
    return value


@pytest.fixture(scope="session")
def base(make: Callable[..., Report]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(make().as_json()))
    return value


def accepted(value: object) -> bool:
    try:
        from_json(value)
    except FormError:
        return False
    return True


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_there_and_back(make: Callable[..., Report]) -> None:
    report = make()
    read = from_json(json.loads(json.dumps(report.as_json())))
    assert read.as_json() == report.as_json()
    assert [case.verdict for case in read.cases] == [case.verdict for case in report.cases]
    assert VALIDATOR.is_valid(report.as_json())


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_place_given_something_else(base: dict[str, Any], step: int) -> None:
    """Reader and schema say the same of each place with each of many values, taken away, and with one too many.

    By default of each place every fourth of these, from place to place others.
    """
    refused = total = 0
    # of the first case only what differs from the second: there is no hint and no place
    chosen = [path for path in paths(base)[1:] if path[:2] != ("cases", 0) or path[-1] in ("hint", "where")]
    for at, path in enumerate(chosen):
        variants = [changed(base, path, lambda parent, key, new=new: parent.__setitem__(key, new)) for new in OTHERS]
        variants.append(changed(base, path, lambda parent, key: parent.__delitem__(key)))
        if isinstance(path[-1], str):
            variants.append(changed(base, path, lambda parent, key: parent.__setitem__("more", 1)))
        for variant in variants[at % step :: step]:
            valid = VALIDATOR.is_valid(variant)
            assert accepted(variant) is valid, (path, variant)
            refused += not valid
            total += 1
    assert 0.5 * total < refused < total


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_several_changes_at_once(base: dict[str, Any], data: st.DataObject) -> None:
    value: Any = base
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(value)[1:] or [("x",)]))
        new = data.draw(st.sampled_from(OTHERS))
        value = changed(value, path, lambda parent, key, new=new: parent.__setitem__(key, new))
    assert accepted(value) is VALIDATOR.is_valid(value)


@pytest.mark.parametrize(
    ("path", "new", "said"),
    [
        (("score",), 50, "score: says 50, but its cases make 41"),
        (("max_score",), 41, "max_score: says 41, but its cases make 50"),
        (("percent",), 83, "percent: says 83, but its cases make 82"),
        (("passed",), False, "passed: says False, but its cases make True"),
        (("complete",), False, "complete: says False, but its cases make True"),
        (("cases", 0, "points"), 42, "cases[0].points: is more than max_points"),
        (("cases", 1, "max_points"), "18/2", "cases[1].max_points: says 18/2, but its cases make 9"),
        (("cases", 1, "id"), "test_hidden.py::test_reductions[mean]", "is there twice"),
        (("graded_at",), "2026-02-30T12:00:00Z", "graded_at: is no time that there is"),
        (("member",), "\ud800", "half of a surrogate pair"),
    ],
)
def test_what_follows_from_the_cases_must_be_what_the_file_says(
    base: dict[str, Any], path: tuple[Any, ...], new: object, said: str
) -> None:
    value = changed(base, path, lambda parent, key: parent.__setitem__(key, new))
    with pytest.raises(FormError) as found:
        read_value(value)
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is not JSON"),
        (b"{}", "schema: is missing"),
        (b"[]", "must be an object"),
        (b'{"schema": "d2d.report/2"}', "schema: must be d2d.report/1"),
        (b'{"a": 1, "a": 2}', "a: is there twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[" * 100_000, "it is not JSON"),
        ("{}".encode("utf-16"), "it is not UTF-8"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "it is not JSON"),
    ],
)
def test_what_is_no_report_is_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(BadInputError) as found:
        read_bytes(data, "kim.json")
    assert str(found.value).startswith("kim.json: This is no report")
    assert said in str(found.value)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "kim.json"
    with file.open("wb") as opened:
        opened.truncate(LARGEST_FILE + 1)
    with pytest.raises(BadInputError, match="too large"):
        read_file(file)


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        read_file(tmp_path / "kim.json")
    with pytest.raises(BadInputError, match="can't be read"):
        read_file(tmp_path)


def test_a_byte_order_mark_is_no_fault(base: dict[str, Any]) -> None:
    assert read_bytes(b"\xef\xbb\xbf" + json.dumps(base).encode(), "kim.json").report.member == "kim"
