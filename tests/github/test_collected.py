"""Which snapshot counts, and which assignments a run of the workflow looks at."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.course.course import Deadline, Term, find_course
from grader.errors import NoRoomError
from grader.github.collected import (
    COLLECTED_FILE,
    JOURNAL_FILE,
    CollectedFolder,
    CollectedWork,
    Head,
    Journal,
    Snapshot,
    due_assignments,
    json_digest,
    read_collection,
    snapshot_for,
)
from tests.github.gathering import DEADLINE


def test_which_snapshot_says_what_was_there() -> None:
    def at(*moment: int) -> Snapshot:
        return Snapshot(datetime(2026, 3, *moment, tzinfo=timezone.utc), ())

    day_before, soon, late = at(19, 15, 0), at(20, 15, 8), at(20, 16, 30)
    assert snapshot_for([late, soon, day_before], DEADLINE) is soon
    assert snapshot_for([late, day_before], DEADLINE) is day_before
    assert snapshot_for([late], DEADLINE) is None
    assert snapshot_for([at(20, 15, 0), soon], DEADLINE) == at(20, 15, 0)


def test_a_snapshot_of_an_outage_does_not_count() -> None:
    def at(hour: int, *missing: str | None) -> Snapshot:
        heads = (Head(f"m{number}", "", None if kind else "0" * 40, kind) for number, kind in enumerate(missing))
        return Snapshot(datetime(2026, 3, 20, hour, tzinfo=timezone.utc), tuple(heads))

    before, outage = at(14, None, "gone"), at(15, "unreachable", "too-slow")
    assert snapshot_for([before, outage], DEADLINE) is before
    assert snapshot_for([outage], DEADLINE) is None
    # Whoever locks a repository for that minute can't do away with a snapshot, alone or together.
    for kinds in (("private", "unreachable"), ("gone", "gone"), ("empty", "empty"), (None, "unreachable")):
        locked = at(15, *kinds)
        assert snapshot_for([before, locked], DEADLINE) is locked


def test_which_assignments_a_run_looks_at(course: Path) -> None:
    now = datetime(2026, 3, 21, tzinfo=timezone.utc)
    found = find_course(course)

    def term(days: int) -> Term:
        return Term(deadlines={"mini": Deadline(now + timedelta(days=days), timedelta(0))})

    assert due_assignments(found, Term(), now) == ["mini"]
    assert due_assignments(found, term(30), now) == ["mini"]
    assert due_assignments(found, term(-6), now) == ["mini"]
    assert due_assignments(found, term(-8), now) == []
    assert due_assignments(found, Term(deadlines={"other": Deadline(now, timedelta(0))}), now) == []


KIM, LEE = (CollectedWork(name, f"file:///{name}", commit="0" * 40, file=f"{name}.zip") for name in ("kim", "lee"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a run wrote at its beginning: kim was there before."""
    text = json.dumps(CollectedFolder(DEADLINE, "mini", None, (KIM,)).as_json())
    (tmp_path / COLLECTED_FILE).write_text(text, "utf-8")
    return tmp_path


def test_a_journal_that_is_cut_anywhere_is_read_as_far_as_it_is_whole(folder: Path) -> None:
    journal = Journal(folder)
    newer = CollectedWork("kim", "file:///가", commit="1" * 40, said="가나다 \u2028\n")
    for work in (newer, LEE):
        journal.add(work)
    whole = journal.file.read_bytes()
    first = whole.index(b"\n") + 1
    for end in (0, 1, first - 2, first - 1, first, *range(first + 1, len(whole), 20), len(whole) - 1, len(whole)):
        journal.file.write_bytes(whole[:end])
        expected = (KIM,) if end < first else (newer,) if end < len(whole) else (newer, LEE)
        assert read_collection(folder / COLLECTED_FILE).members == expected


def test_only_what_counts_takes_the_place_of_what_was_there(folder: Path) -> None:
    Journal(folder).add(CollectedWork("kim", "file:///other"))
    Journal(folder).add(LEE)
    assert read_collection(folder / COLLECTED_FILE, lambda _work: False).members == (KIM, LEE)


def test_a_line_that_can_not_be_written_whole_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource", reason="Windows has no limits on the size of a file")
    journal = Journal(folder)
    journal.add(LEE)
    before, limits = journal.file.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(NoRoomError):
            journal.add(KIM)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert journal.file.read_bytes() == before


def test_the_digest_of_what_was_collected_covers_the_journal(folder: Path) -> None:
    before = json_digest(folder.parent)
    (folder / JOURNAL_FILE).write_text("x", "utf-8")
    assert json_digest(folder.parent) != before


def test_somebody_is_looked_up_by_name() -> None:
    collection = CollectedFolder(DEADLINE, "mini", None, (KIM, LEE))
    assert (collection.of("lee"), collection.of("park")) == (LEE, None)
