"""Random submissions, a few seconds of them; `python -m tests.fuzz.intake --minutes 10` is the long run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.courses import more_of_the_same
from tests.examples import examples
from tests.fuzz import intake as fuzz

SHORT = settings(
    max_examples=examples(15, 60),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    "name", ["kim.ipynb", "kim.zip", *more_of_the_same(sorted(set(fuzz.INPUTS) - {"kim.ipynb", "kim.zip"}))]
)
def test_whatever_comes_is_read_or_refused(tmp_path: Path, name: str) -> None:
    @SHORT
    @given(fuzz.INPUTS[name])
    def run(data: bytes) -> None:
        fuzz.check(tmp_path, name, data)

    run()


def test_whatever_parses_has_a_selection() -> None:
    @SHORT
    @given(fuzz.PROGRAMS)
    def run(cells: list[str]) -> None:
        fuzz.check_selection(cells)

    run()
