"""The folder of a run's reports: signed, whole, and not read again by the process that wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import OurFaultError, UsageError
from grader.grading import folder as module
from grader.grading.folder import ReportFolder
from grader.report.reader import read_file
from grader.report.signature import Check, SigningKey
from tests.made_reports import Make


def test_what_was_written_is_at_hand_and_is_what_a_reader_reads(
    tmp_path: Path, make: Make, signing_key: SigningKey
) -> None:
    folder = ReportFolder(tmp_path, "hw1", signing_key)
    with folder.held():
        row = folder.write(make("kim"))
    document = folder.document("kim")
    assert document.value == read_file(folder.path("kim")).value
    assert signing_key.public.check(document) is Check.VALID
    assert (row.member, row.score) == ("kim", document.report.score)


def test_only_the_latest_stay_in_memory(tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(module, "read_file", lambda path, **more: read.append(path.stem) or read_file(path, **more))
    monkeypatch.setattr(module, "_MOST_KEPT", 2)
    members = ["kim", "lee", "park"]
    for read_again, expected in ((True, ["kim"]), (False, members)):
        folder = ReportFolder(tmp_path / str(read_again), "hw1", read_again=read_again)
        with folder.held():
            for member in members:
                folder.write(make(member))
            assert [folder.document(member).report.member for member in members] == members
        assert read == expected
        read.clear()


def test_what_was_judged_here_is_known_from_what_a_file_says(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is read again, unless somebody wrote another one meanwhile."""
    for most in (100, 0):
        monkeypatch.setattr(module, "_MOST_KEPT", most)
        first = ReportFolder(tmp_path / str(most), "hw1", read_again=True)
        with first.held():
            first.write(make("kim"))
            assert first.document("kim").judged
        second = ReportFolder(tmp_path / str(most), "hw1", read_again=True)
        with second.held():
            assert not second.document("kim").judged
    first.path("kim").write_bytes(first.path("kim").read_bytes() + b"\n")
    assert not first.document("kim").judged


def test_what_an_earlier_run_left_is_known(tmp_path: Path, make: Make) -> None:
    first = ReportFolder(tmp_path, "hw1")
    with first.held():
        first.write(make("kim"))
    (first.reports / "lee.json").write_bytes(first.path("kim").read_bytes())
    (first.reports / "park.json").write_text("{", "utf-8")
    second = ReportFolder(tmp_path, "hw1")
    with second.held():
        assert list(second.before) == ["kim"]
        assert [str(trouble.where).rpartition("/")[2] for trouble in second.troubles] == ["lee.json", "park.json"]


def test_another_run_or_another_assignment_is_refused(tmp_path: Path, make: Make) -> None:
    folder = ReportFolder(tmp_path, "hw1")
    with folder.held():
        folder.write(make("kim"))
        with pytest.raises(UsageError, match="Another run"), ReportFolder(tmp_path, "hw1").held():
            pass
    with pytest.raises(UsageError, match="holds reports on hw1"), ReportFolder(tmp_path, "hw2").held():
        pass


def test_a_report_that_can_not_be_written_is_our_fault(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ReportFolder(tmp_path, "hw1")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with folder.held():
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OurFaultError, match="No space") as caught:
            folder.write(make("kim"))
    assert "Make room" in str(caught.value.hint)
