"""The course: where it is found, and what it says of itself and of the term."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from grader.course.course import Cooldown, Counts, Feedback, Level, Term, find_course
from grader.course.policy import read_policy
from grader.errors import BadAssignmentError, UsageError

ROOT = Path(__file__).resolve().parents[2]
POLICY = read_policy()


def test_members_have_no_reference(course: Path) -> None:
    (course / "reference" / "mini.py").unlink()
    assert find_course(course).assignment("mini").reference is None


def test_the_course_is_the_nearest_one_upwards(course: Path, tmp_path: Path) -> None:
    below = course / "a" / "b"
    below.mkdir(parents=True)
    assert find_course(below).folder == course
    with pytest.raises(UsageError, match=r"d2d\.toml") as caught:
        find_course(tmp_path)
    assert "--course" in str(caught.value.hint)


def test_a_course_that_is_named_is_not_looked_for_elsewhere(course: Path) -> None:
    with pytest.raises(UsageError):
        find_course(course, course / "assignments")


def test_an_unknown_assignment(course: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_course(course).assignment("MINI")
    assert caught.value.hint == "Did you mean mini?"


def test_the_real_course_reads() -> None:
    assignment = find_course(ROOT).assignment("hw1")
    assert sum(section.points for section in assignment.sections.values()) == 100
    assert assignment.imports == ("numpy",)


def test_hw10_stands_after_hw2(course: Path) -> None:
    for name in ("hw10", "hw2"):
        shutil.copytree(course / "assignments" / "mini", course / "assignments" / name)
    assert find_course(course).ids() == ["hw2", "hw10", "mini"]


def term(tmp_path: Path, text: str) -> Term:
    (tmp_path / "d2d.toml").write_text('name = "Group"\n' + text, "utf-8")
    return find_course(tmp_path).term


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


REPEATED = "The clock of {} shows {} twice: {} or {}."
SKIPPED = "The clock of {} skips {}; it could be {} or {}."


@pytest.mark.parametrize(
    ("said", "zone", "at", "one", "other"),
    [
        (REPEATED, "America/New_York", "2026-11-01T01:30:00", "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"),
        (SKIPPED, "America/New_York", "2026-03-08T02:30:00", "2026-03-08T03:30:00-04:00", "2026-03-08T01:30:00-05:00"),
        (REPEATED, "Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),
        (SKIPPED, "Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T03:59:59+02:00", "2026-03-29T01:59:59+01:00"),
        (
            REPEATED,
            "Australia/Lord_Howe",  # by half an hour
            "2026-04-05T01:45:00",
            "2026-04-05T01:45:00+11:00",
            "2026-04-05T01:45:00+10:30",
        ),
    ],
)
def test_a_deadline_that_the_clock_repeats_or_skips_is_asked_about(
    tmp_path: Path, said: str, zone: str, at: str, one: str, other: str
) -> None:
    sentence = said.format(zone, at, one, other)
    for line in (f"hw1 = {at}", f"hw1 = {{ at = {at}, grace_minutes = 5 }}"):
        with pytest.raises(BadAssignmentError) as caught:
            term(tmp_path, f'time_zone = "{zone}"\n[deadlines]\n{line}\n')
        assert (caught.value.what, str(caught.value.where).rpartition(":")[2]) == (sentence, "4")
        assert "offset" in str(caught.value.hint)
    for clear in (one, other):
        found = term(tmp_path, f'time_zone = "{zone}"\n[deadlines]\nhw1 = {clear}\n').deadlines["hw1"]
        assert found.at == datetime.fromisoformat(clear)


def test_a_day_is_clear_also_where_the_clock_shows_midnight_twice_or_never(tmp_path: Path) -> None:
    days = {
        "America/Havana": ("2026-10-31", "2026-11-01T04:00+00:00"),
        "Africa/Cairo": ("2026-04-23", "2026-04-23T22:00+00:00"),
    }
    for zone, (day, moment) in days.items():
        found = term(tmp_path, f'time_zone = "{zone}"\n[deadlines]\nhw1 = {day}\n').deadlines["hw1"]
        assert found.at == datetime.fromisoformat(moment)


def test_an_hour_beside_the_doubtful_one_is_clear(tmp_path: Path) -> None:
    lines = "hw1 = 2026-11-01T00:59:59\nhw2 = 2026-11-01T02:00:00\nhw3 = 2026-03-08T01:59:59\nhw4 = 2026-03-08T03:00:00"
    found = term(tmp_path, f'time_zone = "America/New_York"\n[deadlines]\n{lines}\n').deadlines
    assert [deadline.at.hour for deadline in found.values()] == [4, 7, 6, 7]


def test_what_members_see_where_the_course_says_nothing(tmp_path: Path) -> None:
    expected = Feedback(Level.SCORE, Level.HINT, Cooldown(5, timedelta(hours=24)))
    assert term(tmp_path, "").feedback == expected


def test_a_course_says_whether_files_without_a_signature_are_taken(tmp_path: Path) -> None:
    assert term(tmp_path, "").unsigned is False
    assert term(tmp_path, "[signing]\nunsigned = true\n").unsigned is True
    with pytest.raises(BadAssignmentError, match="With a public_key only what it has signed is taken"):
        term(tmp_path, '[signing]\nunsigned = true\npublic_key = "d2d.key.pub"\n')


def test_what_the_course_file_explains_is_what_it_does(tmp_path: Path) -> None:
    """The lines of the real course file, their comment signs taken away, are the defaults."""
    text = (ROOT / "d2d.toml").read_text("utf-8")
    part = text[text.index("# [feedback]") :]
    explained = "\n".join(line.removeprefix("# ") for line in part.splitlines() if re.match(r"# [\[a-z]", line))
    assert "[feedback.cooldown]" in explained
    assert term(tmp_path, explained).feedback == Feedback()
    assert find_course(tmp_path).name == "Group"


def test_what_members_see_where_the_course_says_all_of_it(tmp_path: Path) -> None:
    text = '[feedback]\nbefore = "nothing"\nafter = "title"\n[feedback.cooldown]\nsubmissions = 0\nhours = 1\n'
    found = term(tmp_path, text).feedback
    assert found == Feedback(Level.NOTHING, Level.TITLE, Cooldown(0, timedelta(hours=1)))


def test_more_before_the_deadline_than_the_default_after_it_is_kept_after_it(tmp_path: Path) -> None:
    assert term(tmp_path, '[feedback]\nbefore = "hint"').feedback.after is Level.HINT


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
        ('[feedback]\nbefore = "all"', 3, "feedback.before: must be one of nothing, score, title, hint"),
        ("[feedback]\nbefore = 1", 3, "feedback.before: must be one of"),
        ('[feedback]\nbefore = "hint"\nafter = "score"', 4, "no less can be shown than before it"),
        ('[feedback]\nbefor = "hint"', 3, "feedback.befor: is not known"),
        ("[feedback]\n[feedback.cooldown]\nsubmissions = -1", 4, "must be a whole number from 0"),
        ("[feedback]\n[feedback.cooldown]\nhours = 0", 4, "must be a whole number from 1"),
        ("[feedback]\n[feedback.cooldown]\nhours = 1.5", 4, "feedback.cooldown.hours: must be a whole number"),
        ("[feedback]\n[feedback.cooldown]\nminutes = 5", 4, "feedback.cooldown.minutes: is not known"),
    ],
)
def test_mistakes_of_the_course_file(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(BadAssignmentError) as found:
        term(tmp_path, text)
    assert said in found.value.what
    assert str(found.value.where).endswith(f"d2d.toml:{line}")
