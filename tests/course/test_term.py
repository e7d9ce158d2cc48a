"""The term as the course file states it: deadlines, grace, what counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.policy import read_policy
from grader.course.term import Counts, Term, load_term
from grader.errors import BadAssignmentError

POLICY = read_policy()


def term(tmp_path: Path, text: str) -> Term:
    file = tmp_path / "d2d.toml"
    file.write_text('name = "Group"\n' + text, "utf-8")
    return load_term(file)


def test_a_course_that_says_nothing(tmp_path: Path) -> None:
    found = term(tmp_path, "")
    assert (found.zone.key, found.counts, found.deadlines, found.policy) == ("Asia/Seoul", Counts.BEST, {}, POLICY)


def test_deadlines_in_the_time_of_the_course(tmp_path: Path) -> None:
    found = term(
        tmp_path,
        'term = "2026-1"\n[late]\ngrace_minutes = 10\n[deadlines]\nhw1 = 2026-03-20T23:59:00\nhw2 = 2026-03-27\n'
        "hw3 = { at = 2026-04-03T15:00:00Z, grace_minutes = 0 }\n",
    )
    assert {key: (each.at.isoformat(), each.grace.seconds) for key, each in found.deadlines.items()} == {
        "hw1": ("2026-03-20T14:59:00+00:00", 600),
        "hw2": ("2026-03-27T15:00:00+00:00", 600),  # the whole of that day
        "hw3": ("2026-04-03T15:00:00+00:00", 0),
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('time_zone = "Asia/Soul"', 2, "no time zone Asia/Soul"),
        ('time_zone = "../x"', 2, "no time zone"),
        ('[resubmissions]\ncounts = "worst"', 3, "counts: must be one of best, last, first"),
        ("[late]\ngrace_minutes = -1", 3, "from 0 to"),
        ("[late]\ngrace = 5", 3, "not known"),
        ('[deadlines]\nhw1 = "tomorrow"', 3, "must be a day, or a day with a time"),
        ("[policy]\nassignments = [1]", 3, "must be a string"),
        ('[policy]\nassignments = ["hw1"]\n[policy.rules.x]\ndecison = "junior"', 5, "policy.rules.x.decison"),
    ],
)
def test_mistakes_of_the_course_file(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(BadAssignmentError) as found:
        term(tmp_path, text)
    assert said in found.value.what
    assert str(found.value.where).endswith(f"d2d.toml:{line}")
