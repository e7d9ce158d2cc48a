"""Random numbers of cases."""

from __future__ import annotations

from grader.judge.rng import rng_of


def test_they_are_those_of_the_secret_and_the_case() -> None:
    first = rng_of(b"a secret", "test_hidden.py::test_a").normal(size=4).tolist()
    assert first == rng_of(b"a secret", "test_hidden.py::test_a").normal(size=4).tolist()
    assert first != rng_of(b"a secret", "test_hidden.py::test_b").normal(size=4).tolist()
    assert first != rng_of(b"another", "test_hidden.py::test_a").normal(size=4).tolist()


def test_a_case_that_splits_its_numbers_gets_the_same_parts_again() -> None:
    def parts() -> list[float]:
        return [float(child.normal()) for child in rng_of(b"a secret", "test_hidden.py::test_split").spawn(2)]

    assert parts() == parts()
