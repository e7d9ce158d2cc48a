"""Repositories are fetched, each into an archive, and what was fetched before stays."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import struct
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from grader.course.roster import Person
from grader.errors import UsageError
from grader.files import held
from grader.github import repository as repository_module
from grader.github.collect import CollectOrder, collect_all, take_snapshot
from grader.github.collected import CollectedFolder, CollectedWork, Journal, Snapshot, read_collection
from grader.intake.read import read_submission
from tests.examples import examples
from tests.git_repositories import Repository
from tests.github.gathering import DEADLINE, LIMITS, WORK, files, only
from tests.waiting import wait_until


def test_work_is_collected_in_the_form_that_grade_reads(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    commit = repository.commit({"assignments/mini/mini.py": WORK, "README.md": "hello", "data.bin": bytes(2000)})
    one = gather(repository)
    assert (one.missing, one.commit, one.basis) == (None, commit, "now")
    assert files(tmp_path) == {"assignments/mini/mini.py": WORK.encode()}
    submission = read_submission(tmp_path / "out" / "kim.zip", "mini", ("mse",))
    assert (submission.member, submission.file) == ("kim", "assignments/mini/mini.py")
    assert read_collection(tmp_path / "out" / "collected.json").of("kim") == one


def test_the_same_files_make_the_same_archive(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    repository.commit({"mini.py": WORK, "README.md": "more"})
    second = gather(repository)
    assert first.commit != second.commit
    assert first.sha256 == second.sha256


def test_a_second_run_fetches_only_what_changed(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    blob = repository.path / "objects"
    moved = blob.rename(repository.path / "elsewhere")  # its head can still be asked for, nothing can be fetched
    (repository.path / "objects").mkdir()
    again = gather(repository)
    assert again == first
    (tmp_path / "out" / "kim.zip").write_bytes(b"damaged")
    assert gather(repository).missing is not None  # so it would have been fetched again
    blob.rmdir()
    moved.rename(blob)
    assert gather(repository).sha256 == first.sha256


def test_what_was_fetched_stays_when_the_repository_is_gone(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    repository.path.rename(tmp_path / "gone")
    one = gather(repository)
    assert (one.missing, one.commit) == (None, first.commit)
    assert "stays" in one.said
    only(tmp_path, "kim.zip")


def test_an_outage_costs_nothing_of_what_counts_at_a_moment(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository, before=DEADLINE)
    archive = (tmp_path / "out" / "kim.zip").read_bytes()
    snapshot = snap(repository)
    away = repository.path.rename(tmp_path / "gone")
    for options in (
        {},
        {"before": DEADLINE},
        {"before": DEADLINE, "snapshot": Snapshot(DEADLINE, snap(repository).heads)},
    ):
        one = gather(repository, **options)
        assert (one.missing, one.commit, one.sha256, one.basis) == (None, first.commit, first.sha256, "commit")
        assert "what was fetched before stays" in one.said
        assert (tmp_path / "out" / "kim.zip").read_bytes() == archive
    away.rename(repository.path)
    assert gather(repository, before=DEADLINE, snapshot=snapshot).said == ""


@pytest.mark.parametrize("address", ["", "/nowhere/else", "https://example.org/kim"])
def test_a_mistake_in_the_roster_costs_nothing(make: Any, gather: Any, tmp_path: Path, address: str) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    one = gather(address)
    assert (one.missing, one.url, one.sha256) == (None, first.url, first.sha256)
    only(tmp_path, "kim.zip")


def test_an_outage_between_two_questions_costs_nothing(make: Any, gather: Any, tmp_path: Path) -> None:
    """The new head is told, and then its files can't be fetched any more."""
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    repository.commit({"mini.py": WORK + "# more"})
    (repository.path / "objects").rename(repository.path / "elsewhere")
    (repository.path / "objects").mkdir()
    one = gather(repository)
    assert (one.missing, one.sha256) == (None, first.sha256)
    assert "stays" in one.said


def test_an_archive_that_was_changed_is_not_deleted_in_an_outage(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    gather(repository)
    (tmp_path / "out" / "kim.zip").write_bytes(b"changed")
    repository.path.rename(tmp_path / "gone")
    assert gather(repository).missing == "gone"
    only(tmp_path, "kim.zip")


def collect_class(tmp_path: Path, repositories: dict[str, Repository]) -> dict[str, CollectedWork]:
    people = tuple(Person(name, repository=repository.url) for name, repository in repositories.items())
    return {work.member: work for work in collect_all(CollectOrder(people, tmp_path / "out", limits=LIMITS)).members}


def test_what_one_repository_brings_about_is_that_members_alone(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories = {name: make(name) for name in ("kim", "lee", "park")}
    for repository in repositories.values():
        repository.commit({"mini.py": WORK})
    first = collect_class(tmp_path, repositories)
    for repository in repositories.values():
        repository.commit({"mini.py": WORK, "more.py": ""})
    (tmp_path / "out" / "park.zip").unlink()
    files_of, wrong = repository_module.files, (first["lee"].url, first["park"].url)

    def hostile(*arguments: Any) -> Any:
        if arguments[-1] in wrong:
            raise struct.error("nobody thought of this")
        return files_of(*arguments)

    monkeypatch.setattr(repository_module, "files", hostile)
    works = collect_class(tmp_path, repositories)
    assert works["kim"].commit == repositories["kim"].tip
    assert (works["lee"].missing, works["lee"].sha256) == (None, first["lee"].sha256)
    assert (works["park"].missing, works["park"].file) == ("failed", None)
    assert "nobody thought of this" in works["lee"].said
    assert "nobody thought of this" in works["park"].said


def test_an_archive_that_can_not_be_written_is_one_members_trouble(make: Any, tmp_path: Path) -> None:
    repositories = {name: make(name) for name in ("kim", "lee")}
    for repository in repositories.values():
        repository.commit({"mini.py": WORK})
    collect_class(tmp_path, repositories)
    (tmp_path / "out" / "kim.zip").unlink()
    (tmp_path / "out" / "kim.zip" / "unpacked").mkdir(parents=True)
    repositories["lee"].commit({"mini.py": WORK + "#"})
    works = collect_class(tmp_path, repositories)
    assert (works["kim"].missing, works["lee"].commit) == ("failed", repositories["lee"].tip)


def test_a_line_whose_archive_was_not_written_any_more_does_not_count(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    first = gather(repository)
    Journal(tmp_path / "out").add(replace(first, commit="1" * 40, sha256="2" * 64))
    repository.path.rename(tmp_path / "gone")
    assert gather(repository).commit == first.commit
    only(tmp_path, "kim.zip")


def test_two_runs_at_once_do_not_write_to_one_folder(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    with held(tmp_path / "out"), pytest.raises(UsageError, match="Another run"):
        gather(repository)


def test_a_member_whose_name_is_a_path(tmp_path: Path) -> None:
    for name in ("../kim", "a/b", "_kim", ".kim", "kim:x", "-kim", "kim\n", "k" * 300):
        with pytest.raises(Exception, match="name of a file"):
            collect_all(CollectOrder((Person(name, repository="kim/x"),), tmp_path / "out", limits=LIMITS))
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(gather: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("x", "utf-8")
    with pytest.raises(Exception, match="something else"):
        gather("kim/x")


def snap(*repositories: Repository, at: datetime = DEADLINE) -> Snapshot:
    people = [Person(each.path.name, repository=each.url) for each in repositories]
    return Snapshot(at, take_snapshot(people, LIMITS, 2).heads)


def test_after_a_force_push_the_snapshot_wins(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    then = repository.commit({"mini.py": "# in time\n"})
    snapshot = snap(repository)
    repository.commit({"mini.py": "# forged\n"}, at="2026-03-01T12:00:01+0900", parent=False)
    assert gather(repository, before=DEADLINE).commit != then  # dates alone are believed, and are forged
    one = gather(repository, before=DEADLINE, snapshot=snapshot)
    assert (one.commit, one.basis, one.submitted_at) == (then, "snapshot", DEADLINE)
    assert files(tmp_path)["mini.py"] == b"# in time\n"


def test_a_commit_that_is_gone_for_good_is_said(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": "# in time\n"})
    snapshot = snap(repository)
    repository.commit({"mini.py": "# new\n"}, parent=False)
    repository.git("gc", "--prune=now", "--quiet")
    one = gather(repository, before=DEADLINE, snapshot=snapshot)
    assert one.missing == "replaced"
    only(tmp_path)


def test_who_was_missing_then_is_missing(make: Any, gather: Any) -> None:
    repository = make()
    snapshot = snap(repository)
    repository.commit({"mini.py": WORK}, at="2026-03-01T12:00:00+0900")
    assert gather(repository, before=DEADLINE, snapshot=snapshot).missing == "empty"
    assert gather(repository, before=DEADLINE, snapshot=Snapshot(DEADLINE, ())).missing == "later"


def test_the_command(d2d: Any, make: Any, course: Path, tmp_path: Path) -> None:
    with (course / "d2d.toml").open("a", encoding="utf-8") as file:
        file.write("[deadlines]\nmini = 2026-03-20T23:59:00\n")
    kim, lee = make("kim"), make("lee")
    kim.commit({"mini.py": WORK})
    (course / "roster.csv").write_text(f"member,repository\nkim,{kim.url}\nlee,{lee.url}\npark,\n", "utf-8")
    roster = ("--roster", "roster.csv", "--allow", "file")
    done = d2d("collect", *roster, "--snapshot", "heads.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 of 3" in done.stderr
    done = d2d("collect", *roster, "--hw", "mini", "--out", "work")
    assert done.returncode == 1
    assert "can be forged" in done.stderr
    assert "✓" in done.stdout
    assert "nothing was ever pushed" in done.stdout
    assert "1 collected, 2 missing" in done.stdout
    done = d2d("collect", *roster, "--before", "2099-01-01", "--out", "work", "--json", "-")
    assert json.loads(done.stdout)["before"] is None  # it lies ahead: what is there now counts
    checked = d2d("check", "mini", "work/kim.zip", "--json", "-")
    assert json.loads(checked.stdout)["member"] == "kim"
    for wrong in (["--before", "yesterday", "--out", "x"], []):
        assert d2d("collect", *roster, *wrong).returncode == 2


@pytest.mark.slow
def test_every_time_it_is_killed_it_goes_on_from_there(d2d: Any, make: Any, course: Path) -> None:
    rows = ["member,repository"]
    for at in range(6):
        repository = make(f"m{at}")
        repository.commit({"mini.py": WORK})
        rows.append(f"m{at},{repository.url}")
    (course / "roster.csv").write_text("\n".join(rows), "utf-8")
    arguments = ("collect", "--roster", "roster.csv", "--allow", "file", "--out", "work", "--jobs", "1")
    running = d2d.begin(*arguments, start_new_session=True)
    while not list(course.glob("work/m*.zip")):
        assert running.poll() is None
    os.killpg(running.pid, 9)
    running.communicate()
    for left in d2d.temporary.iterdir():
        subprocess.run(["rm", "-rf", str(left)], check=True)
    whole = read_collection(course / "work" / "collected.json")
    for one in whole.members:
        assert one.file
        zipfile.ZipFile(io.BytesIO((course / "work" / one.file).read_bytes())).testzip()
    assert d2d(*arguments).returncode == 0
    assert len(read_collection(course / "work" / "collected.json").members) == 6


def collected_class(folder: Path, one: Repository, count: int) -> CollectOrder:
    """A class that an earlier run has collected from: each repository is the same one, by hard links."""
    (folder / "git").mkdir(parents=True)
    people = tuple(Person(f"m{at:04}", repository=f"file://{folder}/git/m{at:04}") for at in range(count))
    for person in people:
        shutil.copytree(one.path, folder / "git" / person.member, copy_function=os.link)
    (work,) = collect_all(CollectOrder(people[:1], folder / "out", limits=LIMITS)).members
    members = []
    for person in people:
        shutil.copy(folder / "out" / "m0000.zip", folder / "made.zip")
        (folder / "made.zip").replace(folder / "out" / f"{person.member}.zip")
        # What is remarked of each changes in the next run, so that it writes a line for each.
        members.append(
            replace(work, member=person.member, url=person.repository, file=f"{person.member}.zip", said="-")
        )
    text = json.dumps(CollectedFolder(DEADLINE, None, None, tuple(members)).as_json())
    (folder / "out" / "collected.json").write_text(text, "utf-8")
    return CollectOrder(people, folder / "out", limits=LIMITS)


def whole(order: CollectOrder) -> bool:
    """Whether everything is there that was collected."""
    works = read_collection(order.out / "collected.json").members
    archives = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in order.out.glob("*.zip")}
    return archives == {work.file: work.sha256 for work in works} and len(archives) == len(order.people)


@pytest.mark.slow
def test_bookkeeping_grows_by_the_members(make: Any, tmp_path: Path) -> None:
    """Four times as many take at most four and a half times as much CPU time of this process, git left out."""
    resource = pytest.importorskip("resource", reason="Windows does not count it so")
    one = make()
    one.commit({"mini.py": WORK})
    ratios: list[float] = []
    few, many = examples(200, 500), examples(800, 2000)
    while not ratios or (ratios[-1] > 4.5 and len(ratios) < 5):  # another process makes ours slower, and never faster
        seconds = {}
        for count in (50, few, many):  # the first brings what is imported only once
            order = collected_class(tmp_path / f"{len(ratios)}" / f"{count}", one, count)
            before = resource.getrusage(resource.RUSAGE_SELF)
            works = collect_all(order).members
            after = resource.getrusage(resource.RUSAGE_SELF)
            seconds[count] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            assert [work.said for work in works] == [""] * count
            assert whole(order)
        ratios.append(seconds[many] / seconds[few])
    assert ratios[-1] <= 4.5, ratios


@pytest.mark.slow
def test_a_large_class_survives_an_outage_and_three_ends(make: Any, tmp_path: Path, d2d: Any) -> None:
    one = make()
    one.commit({"mini.py": WORK})
    order = collected_class(tmp_path / "class", one, 600)
    roster, host, journal = tmp_path / "roster.csv", tmp_path / "class" / "git", Journal(order.out)
    rows = "".join(f"{person.member},{person.repository}\n" for person in order.people)
    roster.write_text("member,repository\n" + rows, "utf-8")

    record = order.out / "collected.json"

    def begun() -> subprocess.Popen[bytes]:
        written = record.stat().st_mtime_ns
        running = d2d.begin(
            "collect", "--roster", roster, "--out", order.out, "--allow", "file", start_new_session=True
        )
        wait_until(lambda: running.poll() is not None or record.stat().st_mtime_ns != written)  # it has read it
        wait_until(lambda: running.poll() is not None or 60 < len(journal.works()) < len(order.people))
        return running

    for number, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)):
        running = begun()
        running.send_signal(number)
        running.communicate()
        assert (running.returncode, whole(order)) == (code, True)
    d2d.nothing_left()
    for work in read_collection(order.out / "collected.json").members:
        journal.add(replace(work, said="-"))
    running = begun()
    host.rename(tmp_path / "elsewhere")
    running.communicate()
    assert (running.returncode, whole(order)) == (0, True)
    remarks = [work.said for work in read_collection(order.out / "collected.json").members]
    assert 60 < sum(not remark for remark in remarks) < 600
    assert {remark.partition("; ")[2] for remark in remarks if remark} == {"what was fetched before stays"}
    d2d.nothing_left()
