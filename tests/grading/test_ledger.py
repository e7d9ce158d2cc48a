"""The ledger of a folder of reports: a run that goes on reads no report, and believes nothing that somebody edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import NoRoomError
from grader.files import write_whole
from grader.grading import folder as module
from grader.grading.cohort import SummaryRow
from grader.grading.folder import ReportFolder
from grader.grading.ledger import LEDGER_FILE
from grader.grading.secret import Seal
from grader.report.report import Report
from grader.report.signature import SigningKey
from tests.made_reports import Make
from tests.samples import hostile_report

INPUTS = "1" * 64
MEMBERS = ("kim", "lee", "김철수")


@pytest.fixture
def report(make: Make) -> Callable[..., Report]:
    def made(member: str, points: int = 41, inputs: str = INPUTS) -> Report:
        return replace(make(member, points=points), inputs_sha256=inputs)

    return made


MakeReport = Callable[..., Report]


def written(out: Path, *reports: Report, key: SigningKey | None = None) -> Path:
    folder = ReportFolder(out, reports[0].assignment, key)
    with folder.held():
        for report in reports:
            folder.write(report)
    return out / LEDGER_FILE


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the reports that were read."""
    names: list[str] = []
    reading = module.read_file
    monkeypatch.setattr(module, "read_file", lambda path: names.append(path.stem) or reading(path))
    return names


def looked(out: Path, key: SigningKey | None = None) -> ReportFolder:
    folder = ReportFolder(out, "hw1", key)
    with folder.held():
        return folder


def edit(out: Path, member: str = "kim") -> None:
    """Give somebody who failed all points, as a person would who knows the form of a report."""
    file = out / "reports" / f"{member}.json"
    value = json.loads(file.read_text("utf-8"))
    case = value["cases"][0]
    case.update(verdict="passed", points=case["max_points"])
    value["cases"] = [case]
    value.update(score=case["points"], max_score=case["points"], percent=100, passed=True)
    write_whole(file, json.dumps(value, ensure_ascii=False))


@pytest.mark.parametrize("is_signed", [False, True])
def test_what_is_unchanged_is_not_read_again(
    tmp_path: Path, report: MakeReport, signing_key: SigningKey, read: list[str], is_signed: bool
) -> None:
    key = signing_key if is_signed else None
    reports = [report(member) for member in MEMBERS]
    written(tmp_path, *reports, key=key)
    folder = looked(tmp_path, key)
    assert read == []
    assert [folder.kept(member, INPUTS) for member in MEMBERS] == [SummaryRow.of(each) for each in reports]
    assert folder.kept("kim", "2" * 64) is None
    assert folder.troubles == []


def test_what_members_write_comes_back_as_it_was(tmp_path: Path, read: list[str]) -> None:
    hostile = replace(hostile_report("</script>\n- x\x00\u2028\ud800"), member="kim", inputs_sha256=INPUTS)
    folder = ReportFolder(tmp_path, hostile.assignment)
    folder.folder.mkdir(exist_ok=True)
    folder.ledger.add(hostile, "a" * 64)
    folder.ledger.read({"kim": "a" * 64})
    assert folder.ledger.kept["kim", "a" * 64].row == SummaryRow.of(hostile)
    assert read == []


@pytest.mark.parametrize("is_signed", [False, True])
def test_an_edited_report_is_never_taken_for_ours(
    tmp_path: Path, report: MakeReport, signing_key: SigningKey, is_signed: bool
) -> None:
    key = signing_key if is_signed else None
    out = tmp_path / "out"
    written(out, report("kim", 0), report("lee"), key=key)
    edit(out)
    for _time in range(2):  # nor is it at the next run
        folder = looked(out, key)
        assert folder.kept("kim", INPUTS) is None
        assert folder.kept("lee", INPUTS) is not None
        assert [str(trouble.where) for trouble in folder.troubles] == [str(folder.path("kim"))] * (not is_signed)
    written(out, report("kim", 0), key=key)
    kept = looked(out, key).kept("kim", INPUTS)
    assert kept is not None
    assert kept.percent == 0


def test_an_edited_line_is_not_believed(tmp_path: Path, report: MakeReport, signing_key: SigningKey) -> None:
    """Also where its hash was made to fit: with a key, by the signature."""
    for name, key, fits in (("plain", None, False), ("signed", signing_key, True), ("unmarked", signing_key, True)):
        file = written(tmp_path / name, report("kim", 0), key=key)
        _digest, mark, text = file.read_text("utf-8").strip().split(" ", 2)
        forged = text.replace('"percent":0', '"percent":100')
        assert forged != text
        digest = hashlib.sha256((forged if fits else text).encode()).hexdigest()
        file.write_text(f"{digest} {'-' if name == 'unmarked' else mark} {forged}\n", "utf-8")
        kept = looked(tmp_path / name, key).kept("kim", INPUTS)
        assert kept is not None  # the report itself is right
        assert kept.percent == 0


def test_a_ledger_of_another_key_says_nothing(tmp_path: Path, report: MakeReport, signing_key: SigningKey) -> None:
    written(tmp_path, report("kim"))
    assert looked(tmp_path, signing_key).kept("kim", INPUTS) is None


def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path, report: MakeReport) -> None:
    """However much of the last line is there."""
    ledger = written(tmp_path, *map(report, MEMBERS))
    data = ledger.read_bytes()
    first = data.index(b"\n", 1)
    for end in [*range(first - 3, first + 4), *range(0, len(data), 97)]:
        ledger.write_bytes(data[:end])
        folder = looked(tmp_path)
        assert all(folder.kept(member, INPUTS) for member in MEMBERS), end
        assert folder.troubles == []
        assert looked(tmp_path).kept("kim", INPUTS) is not None


def test_a_report_that_was_not_replaced_any_more_stays_ours(
    tmp_path: Path, report: MakeReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line comes first: killed in between, the report from before is there and has a line too."""
    written(tmp_path, report("kim"))
    with monkeypatch.context() as patch:

        def full(*_arguments: object, **_options: object) -> None:
            raise NoRoomError("No space")

        patch.setattr(module, "write_whole", full)
        with pytest.raises(NoRoomError):
            written(tmp_path, report("kim", 0, inputs="2" * 64))
    folder = looked(tmp_path)
    assert folder.kept("kim", INPUTS) is not None
    assert folder.kept("kim", "2" * 64) is None
    assert folder.troubles == []


def test_a_folder_without_a_ledger_gets_one(tmp_path: Path, report: MakeReport, read: list[str]) -> None:
    """As an older d2d has left it, or with reports that came from another machine's part of the class."""
    written(tmp_path / "one", report("kim")).unlink()
    written(tmp_path / "other", report("lee"))
    file = tmp_path / "other" / "reports" / "kim.json"
    file.write_bytes((tmp_path / "one" / "reports" / "kim.json").read_bytes())
    told: list[tuple[int, int]] = []
    folder = ReportFolder(tmp_path / "other", "hw1", tell=lambda *counts: told.append(counts))
    with folder.held():
        assert all(folder.kept(member, INPUTS) for member in ("kim", "lee"))
    assert (read, told) == (["kim"], [(0, 2), (1, 2)])
    looked(tmp_path / "other")
    assert read == ["kim"]


def test_old_lines_are_cleared_away(tmp_path: Path, report: MakeReport, read: list[str]) -> None:
    for turn in range(9):
        ledger = written(tmp_path, *(report(member, turn) for member in MEMBERS))
    looked(tmp_path)
    assert sum(map(bool, ledger.read_text("utf-8").splitlines())) <= 3 * 4
    assert read == []


def test_an_incomplete_report_is_not_unchanged(tmp_path: Path, make: Make) -> None:
    written(tmp_path, replace(make("kim", ungradable=True), inputs_sha256=INPUTS))
    folder = looked(tmp_path)
    assert folder.kept("kim", INPUTS) is None
    assert not folder.before["kim"].row.complete


def test_what_is_no_file_is_named(tmp_path: Path, report: MakeReport) -> None:
    written(tmp_path, report("kim"))
    (tmp_path / "reports" / "lee.json").mkdir()
    folder = looked(tmp_path)
    assert list(folder.before) == ["kim"]
    assert [trouble.what for trouble in folder.troubles] == ["This is no file."]


def test_only_who_knows_the_secret_can_say_that_a_report_was_judged(tmp_path: Path, report: MakeReport) -> None:
    ours, others = Seal.of(b"a secret of the staff"), Seal.of(b"a guess of somebody")
    for seal, judged in ((ours, True), (others, False), (None, False)):
        out = tmp_path / str(seal)
        folder = ReportFolder(out, "hw1", None, seal)
        with folder.held():
            folder.write(report("kim"))
            assert folder.document("kim").judged, "it was this run"
        again = ReportFolder(out, "hw1", None, ours)
        with again.held():
            assert again.document("kim").judged is judged
            assert again.kept("kim", INPUTS) is not None, "and it need not be judged anew"
        assert ReportFolder(out, "hw1", None, ours).document("kim").judged is False, "nobody has looked"


def test_a_report_that_was_found_is_not_judged_by_being_found(tmp_path: Path, report: MakeReport) -> None:
    seal = Seal.of(b"a secret of the staff")
    written(tmp_path, report("kim")).unlink()
    for _turn in range(3):
        folder = ReportFolder(tmp_path, "hw1", None, seal)
        with folder.held():
            assert folder.document("kim").judged is False


def test_another_report_in_the_place_of_one_that_was_judged(tmp_path: Path, report: MakeReport) -> None:
    seal = Seal.of(b"a secret of the staff")
    folder = ReportFolder(tmp_path, "hw1", None, seal)
    with folder.held():
        folder.write(report("kim"))
    write_whole(folder.path("kim"), json.dumps(report("kim", 40).as_json()))
    again = ReportFolder(tmp_path, "hw1", None, seal)
    with again.held():
        assert again.document("kim").judged is False
