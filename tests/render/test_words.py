"""The sentences that all forms of a report share, as the terminal shows them."""

from __future__ import annotations

import pytest

from tests.samples import a_case, a_checked_report, shown


def test_a_title_that_is_a_sentence_loses_its_stop() -> None:
    first = a_case("test_a[mean]", "failed", title="It follows `reduction`.")
    lines = shown(a_checked_report(first, a_case("test_b[x]", "failed", title="It stays finite.")))
    assert lines[3] == "    It follows `reduction` [mean]"
    assert lines[4] == "      and 1 more case the same way: It stays finite [x]"


def test_skipped_cases_are_one_line() -> None:
    reason = "This can't be judged until «the mean» passes."
    skipped = [a_case(f"test_{name}", "skipped", message=reason) for name in "bcd"]
    lines = shown(a_checked_report(a_case(verdict="failed", message="no"), *skipped))
    assert lines[5] == f"    – 3 cases skipped. {reason}"
    only = shown(a_checked_report(*skipped))
    assert only[2:4] == ["  – mse_loss  0/6", f"    – 3 cases skipped. {reason}"]


def test_skipped_for_several_reasons() -> None:
    lines = shown(
        a_checked_report(a_case("test_a", "skipped", message="one"), a_case("test_b", "skipped", message="two"))
    )
    assert lines[3] == "    – 2 cases can't be judged until the ones that they need pass"


def test_fractions_are_never_floats() -> None:
    lines = shown(a_checked_report(a_case(points="1/2"), a_case("test_b", "failed", points=1), a_case(section="l1")))
    assert lines[2] == "  ✗ mse_loss  0.5/1.5"
    assert "  ✓ l1          2/2" in lines
    assert lines[-3].startswith("  2.5 of 3.5 points (71%)")
    thirds = shown(a_checked_report(a_case(points="1/3"), a_case(section="l1", points=2)))
    assert thirds[2:4] == ["  ✓ mse_loss  1/3 / 1/3", "  ✓ l1          2 / 2"]


@pytest.mark.parametrize(
    ("points", "passed", "lacking"),
    [
        ("1", 5, "1 more point "),
        ("1", 0, "6 more points "),
        ("1/2", 5, "0.5 more point "),
        ("3/2", 1, "7.5 more points "),
    ],
)
def test_what_is_missing_is_enough(points: str, passed: int, lacking: str) -> None:
    cases = [a_case(f"test_{i}", "passed" if i < passed else "failed", points=points) for i in range(10)]
    assert f" · {lacking}to the pass mark of 60%" in shown(a_checked_report(*cases))[-3]


def test_our_own_fault_is_said_to_be_ours() -> None:
    lines = shown(a_checked_report(a_case(), a_case("test_b", "ungradable", message="The judge ended.")))
    assert lines[2] == "  ! mse_loss  2/4"
    assert "  1 case could not be judged. That is no fault of yours; it has to be run again." in lines


def test_a_file_called_as_the_assignment_is_not_named_twice() -> None:
    assert shown(a_checked_report(a_case(), member="hw1"))[0] == "hw1 · Losses · public cases"


def test_without_a_sandbox() -> None:
    assert shown(a_checked_report(a_case(), layers=()))[-1] == "  sandbox: none"
