"""Limits, parts of a class, and which key signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.course.term import Term
from grader.errors import UsageError
from grader.grading.entries import Entry
from grader.grading.plan import KEY_VARIABLE, limited, shard_of, signing_key
from grader.member import MemberName
from grader.report.signature import keygen

ENTRIES = [Entry(MemberName(name), Path(name)) for name in ("kim", "lee", "park")]


@pytest.mark.parametrize(
    ("shard", "members"),
    [(None, "kim lee park"), ("1/2", "kim park"), ("2/2", "lee"), ("1/1", "kim lee park"), ("4/4", "")],
)
def test_the_members_of_a_part(shard: str | None, members: str) -> None:
    assert " ".join(entry.member for entry in shard_of(ENTRIES, shard)) == members


@pytest.mark.parametrize("shard", ["", "0/2", "3/2", "1/0", "1", "1/2/3", "-1/2", "１/２"])
def test_what_is_no_part(shard: str) -> None:
    with pytest.raises(UsageError):
        shard_of(ENTRIES, shard)


def test_a_submission_has_longer_where_a_case_has(course: Path) -> None:
    assignment = find_course(course).assignment("mini")
    before = assignment.limits
    longer = limited(assignment, before.case_seconds * 3, None).limits
    assert longer.total_seconds == before.total_seconds * 3
    assert limited(assignment, before.case_seconds / 2, None).limits.total_seconds == before.total_seconds
    assert limited(assignment, None, 77).limits.memory_mb == 77
    assert limited(assignment, None, None) == assignment


def test_the_key_that_is_named_comes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {name: keygen(tmp_path / name).id for name in ("named", "variable", "course")}
    term = Term(private_key=tmp_path / "course")

    def signs(named: Path | None, term: Term) -> str:
        key = signing_key(named, term)
        assert key is not None
        return key.public.id

    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert signing_key(None, Term()) is None
    assert signs(None, term) == ids["course"]
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "variable"))
    assert signs(None, term) == ids["variable"]
    assert signs(tmp_path / "named", term) == ids["named"]
    with pytest.raises(UsageError):
        signing_key(tmp_path / "named", Term(public_key=tmp_path / "course.pub"))
