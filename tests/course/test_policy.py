"""The policy is data; a typo or a contradiction in it is said with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.policy import DEFAULT, Policy, Share, Situation, Standing, read_policy
from grader.errors import BadAssignmentError, FileError

DEFAULT_TEXT = DEFAULT.read_text("utf-8")
POLICY = read_policy()


def read(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    return read_policy(file)


def test_the_default_is_that_of_the_group() -> None:
    assert POLICY.assignments == ("hw1", "hw2", "hw3", "hw4", "hw5")
    assert POLICY.mandatory == ("hw1", "hw2")
    assert [rule.name for rule in POLICY.rules] == [
        "fewer-than-2", "mandatory-missing", "fewer-than-4", "attendance", "discussion", "all-met",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("passed_below = 2", "pased_below = 2", "pased_below", "rules.fewer-than-2.pased_below: is not known here"),
        ('decision = "promoted"', 'decision = "promotd"', 'decision = "promotd"', "decision: must be one of"),
        ("passed_below = 2", 'passed_below = "2"', 'passed_below = "2"', "must be a whole number"),
        ("passed_below = 2", "passed_below = true", "passed_below = true", "must be a whole number"),
        ("passed_below = 2", "passed_below = 6", "passed_below = 6", "from 1 to 5"),
        ("attendance_below = 80", "attendance_below = 101", "attendance_below = 101", "from 1 to 100"),
        ('mandatory = ["hw1", "hw2"]', 'mandatory = ["hw1", "h2"]', "mandatory =", "mandatory names h2"),
        ('mandatory = ["hw1", "hw2"]', "mandatory = []", "mandatory_missing", "there are none"),
        ('mandatory = ["hw1", "hw2"]', "", "mandatory_missing", "there are none"),
        ('assignments = ["hw1", ', 'assignments = ["hw2", ', "assignments =", "none of them twice"),
        ("late_per_absence = 0", "late_per_absence = -1", "late_per_absence", "from 0 to"),
        ("late_per_absence = 0", "late_per_absense = 3", "late_per_absense", "not known"),
        ('excused = "attended"', 'excused = "skipped"', "excused = ", "excused: must be one of"),
        ("passed_below = 4", "passed_below = 2", "[rules.fewer-than-4]", "fewer-than-4 can never decide"),
        ("attendance_below = 80", "", "[rules.attendance]", "discussion can never decide"),
        ('decision = "promoted"', 'passed_below = 5\ndecision = "promoted"', "[rules.all-met]", "must ask for nothing"),
        ('decision = "promoted"', 'decision = "removed"', "[rules.all-met]", "whoever does more gets less"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: str, said: str) -> None:
    assert old in DEFAULT_TEXT
    text = DEFAULT_TEXT.replace(old, new, 1)
    with pytest.raises(BadAssignmentError) as found:
        read(tmp_path, text)
    assert said in found.value.what
    number = int(str(found.value.where).rpartition(":")[2])
    lines = text.splitlines()
    # a rule's header stands for the rule
    assert line in lines[number - 1] or lines[number - 1].startswith("[rules."), lines[number - 1]


def test_a_typo_is_met_with_what_was_perhaps_meant(tmp_path: Path) -> None:
    with pytest.raises(BadAssignmentError) as found:
        read(tmp_path, DEFAULT_TEXT.replace("attendance_below = 80", "attendence_below = 80"))
    assert found.value.hint == "Did you mean attendance_below?"


def test_no_rules_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(BadAssignmentError, match="no rules"):
        read(tmp_path, 'assignments = ["hw1"]')
    with pytest.raises(BadAssignmentError, match="no TOML"):
        read(tmp_path, "rules = [")
    with pytest.raises(FileError, match="no such file"):
        read_policy(tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("attended", "held", "below"),
    [(11, 14, True), (12, 14, False), (4, 5, False), (0, 0, False), (79, 100, True), (80, 100, False), (0, 1, True)],
)
def test_eighty_percent_in_whole_numbers(attended: int, held: int, below: bool) -> None:
    assert Share(attended, held).below(80) is below


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 100))
def test_what_is_short_is_exactly_what_is_needed(attended: int, more: int, percent: int) -> None:
    share = Share(attended, attended + more)
    short = share.short_of(percent)
    assert (short > 0) is share.below(percent)
    assert not replace(share, attended=attended + short).below(percent)
    assert short == 0 or replace(share, attended=attended + short - 1).below(percent)


SHARES = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: Share(min(pair), max(pair)))


@given(st.integers(0, 5), st.booleans(), SHARES, SHARES)
def test_more_is_never_less(passed: int, missing: bool, attendance: Share, discussion: Share) -> None:
    here = Situation(passed, missing, attendance, discussion)
    decision = POLICY.rule(here).decision
    better = [
        replace(here, passed=min(passed + 1, 5)),
        replace(here, mandatory_missing=False),
        replace(here, attendance=replace(attendance, attended=min(attendance.attended + 1, attendance.held))),
        replace(here, discussion=replace(discussion, attended=min(discussion.attended + 1, discussion.held))),
    ]
    assert all(POLICY.rule(each).decision.rank >= decision.rank for each in better)


def test_outcomes_from_worst_to_best() -> None:
    assert sorted(Standing, key=lambda each: each.rank) == [Standing.REMOVED, Standing.JUNIOR, Standing.PROMOTED]
