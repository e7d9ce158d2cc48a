"""`d2d collect` against real repositories: whatever is in one, it is read and nothing else happens."""

from __future__ import annotations

import http.server
import io
import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.course.roster import Person
from grader.github.collect import CollectOrder, collect_all, take_snapshot
from grader.github.collected import CollectedWork, Snapshot, read_collection, snapshot_for
from grader.github.git import Access, FetchLimits, Git, UnavailableError
from grader.github.repository import address, without_credentials
from grader.intake.read import read
from tests.git_repositories import Repository

BOUNDS = FetchLimits(seconds=20, bytes=64 << 20, protocols=("file",))
WORK = "def mse(x, y):\n    return 0\n"
DEADLINE = datetime(2026, 3, 20, 15, 0, tzinfo=timezone.utc)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Repository]:
    return lambda name="kim", **options: Repository.make(tmp_path / "git" / name, **options)


@pytest.fixture
def gather(tmp_path: Path) -> Callable[..., CollectedWork]:
    """Collects one member's repository."""

    def run(repository: Repository | str, **options: Any) -> CollectedWork:
        url = repository if isinstance(repository, str) else repository.url
        bounds = options.pop("bounds", BOUNDS)
        order = CollectOrder(
            (Person("kim", repository=url),), tmp_path / "out", "mini", ("other",), bounds=bounds, **options
        )
        (one,) = collect_all(order).members
        return one

    return run


def files(tmp_path: Path, member: str = "kim") -> dict[str, bytes]:
    with zipfile.ZipFile(tmp_path / "out" / f"{member}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only(tmp_path: Path, *names: str) -> None:
    """Nothing but these lies in the folder: no path of a repository's became one of ours."""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([*names, "collected.json"])


# -- what is honest ---------------------------------------------------------------------------------------------------


def test_work_is_collected_in_the_form_that_grade_reads(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    commit = repository.commit({"assignments/mini/mini.py": WORK, "README.md": "hello", "data.bin": bytes(2000)})
    one = gather(repository)
    assert (one.missing, one.commit, one.basis) == (None, commit, "now")
    assert files(tmp_path) == {"assignments/mini/mini.py": WORK.encode()}
    submission = read(tmp_path / "out" / "kim.zip", "mini", ("mse",))
    assert (submission.member, submission.file) == ("kim", "assignments/mini/mini.py")
    assert read_collection(tmp_path / "out" / "collected.json").of("kim") == one


def test_only_what_is_of_the_assignment_is_taken(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini/work.ipynb": "{}", "other/work.py": "x", "main.py": "x", "mini/test_public.py": "x"})
    gather(repository)
    assert set(files(tmp_path)) == {"mini/work.ipynb"}


def test_a_file_that_no_assignment_names_is_taken_where_there_is_nothing_better(
    make: Any, gather: Any, tmp_path: Path
) -> None:
    repository = make()
    repository.commit({"main.py": WORK, "other.py": "x"})
    gather(repository)
    assert set(files(tmp_path)) == {"main.py"}


def test_a_repository_of_the_longer_hashes(make: Any, gather: Any) -> None:
    repository = make(hashes="sha256")
    assert len(repository.commit({"mini.py": WORK})) == 64
    assert gather(repository).missing is None


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


# -- who is missing, and why ------------------------------------------------------------------------------------------


def test_gone(gather: Any, tmp_path: Path) -> None:
    assert gather(f"file://{tmp_path}/nowhere.git").missing == "gone"
    only(tmp_path)


def test_empty(make: Any, gather: Any) -> None:
    assert gather(make()).missing == "empty"


def test_pushed_to_another_branch(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    (repository.path / "HEAD").write_text("ref: refs/heads/master\n", "utf-8")
    assert gather(repository).missing == "other-branch"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "no-address"),
        ("--upload-pack=touch /tmp/x", "bad-address"),
        ("-oProxyCommand=x", "bad-address"),
        ("ext::sh -c id", "bad-address"),
        ("javascript:alert(1)", "bad-address"),
        ("https://github.com/only-an-owner", "bad-address"),
        ("https://[", "bad-address"),
        ("http://127.0.0.1:1/x.git", "not-allowed"),
        ("git://127.0.0.1/x.git", "not-allowed"),
        ("ssh://-oProxyCommand=touch%20pwned/x.git", "unreachable"),
        ("-oProxyCommand=x@host:x.git", "bad-address"),
    ],
)
def test_addresses_that_are_none(text: str, kind: str, gather: Any) -> None:
    assert gather(text, bounds=FetchLimits(20)).missing == kind


def test_a_file_is_fetched_only_where_that_is_allowed(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    assert gather(repository, bounds=FetchLimits()).missing == "not-allowed"
    assert gather(str(repository.path), bounds=FetchLimits()).missing == "not-allowed"


def test_addresses_as_people_write_them() -> None:
    wanted = "https://github.com/kim-d2d/hw.1.git"
    for text in ("kim-d2d/hw.1", wanted, "https://github.com/kim-d2d/hw.1/tree/main/x?y#z", "kim-d2d/hw.1.git"):
        assert address(text) == wanted
    assert address("git@github.com:kim/x.git") == "git@github.com:kim/x.git"
    assert without_credentials("https://kim:ghp_secret@github.com/kim/x.git") == "https://github.com/kim/x.git"
    with pytest.raises(UnavailableError):
        address("https://github.com/kim/x y")


def test_a_deleted_assignment(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "other/other.py": "x"})
    assert gather(repository).missing is None
    repository.commit({"other/other.py": "x"})
    assert gather(repository).missing == "nothing"
    only(tmp_path)  # what an earlier run fetched is not judged any more


def test_too_large(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "data.bin": os.urandom(3 << 20)})
    assert gather(repository, bounds=FetchLimits(20, 1 << 20, ("file",))).missing == "too-large"
    assert gather(repository).missing is None


def test_too_slow(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    assert gather(repository, bounds=FetchLimits(0.001, 1 << 20, ("file",))).missing == "too-slow"


class _Locked(http.server.BaseHTTPRequestHandler):
    """A host that wants a name and a password, and writes down what it is given."""

    asked: list[tuple[str, str | None]]
    answer = 401

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(self.answer)
        if self.answer == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="members"')
        else:
            self.send_header("Location", "http://localhost:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[tuple[type[_Locked], str]]:
    handler = type("Handler", (_Locked,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_private(host: Any, gather: Any) -> None:
    handler, url = host
    one = gather(f"{url}/kim/x.git", bounds=FetchLimits(20, protocols=("http",)))
    assert one.missing == "private"
    assert {sent for _path, sent in handler.asked} == {None}


def test_the_token_goes_to_its_own_host_alone(host: Any, gather: Any, tmp_path: Path) -> None:
    handler, url = host
    own = FetchLimits(20, protocols=("http",), access=Access(url.removeprefix("http://"), "ghs_token"))
    # The setting is for https: over http, where anybody could listen, it is not sent even to its own host.
    gather(f"{url}/kim/x.git", bounds=own)
    assert {sent for _path, sent in handler.asked} == {None}
    assert "ghs_token" not in repr(own) + (tmp_path / "out" / "collected.json").read_text("utf-8")


def test_git_would_send_the_token_by_https_to_its_own_host(tmp_path: Path) -> None:
    git = Git(tmp_path, FetchLimits(20, access=Access("github.com", "ghs_token")))
    header = git("config", "--get-urlmatch", "http.extraheader", "https://github.com/d2d/hw-kim.git")
    assert header.startswith(b"Authorization: Basic ")
    for url in ("http://github.com/d2d/x", "https://github.com.example.org/d2d/x", "https://example.org/github.com/x"):
        with pytest.raises(UnavailableError):
            git("config", "--get-urlmatch", "http.extraheader", url)


def test_a_redirection_is_not_followed(host: Any, gather: Any) -> None:
    handler, url = host
    handler.answer = 302
    one = gather(f"{url}/kim/x.git", bounds=FetchLimits(20, protocols=("http",)))
    assert one.missing in ("not-allowed", "unreachable")
    assert len(handler.asked) == 1


def test_credentials_in_the_roster_are_stored_nowhere(host: Any, gather: Any, tmp_path: Path) -> None:
    _handler, url = host
    gather(url.replace("http://", "http://kim:hunter2@") + "/kim/x.git", bounds=FetchLimits(20, protocols=("http",)))
    assert "hunter2" not in (tmp_path / "out" / "collected.json").read_text("utf-8")


# -- what is hostile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "branch",
    [
        "--upload-pack=touch${IFS}pwned",
        "-x",
        "a;touch${IFS}pwned",
        "$(touch${IFS}pwned)",
        "가나다",
        "x\u202ey",
        "refs/heads/main",
    ],
)
def test_odd_branches(branch: str, make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make(branch=branch)
    repository.commit({"mini.py": WORK})
    assert gather(repository).missing is None
    assert not list(tmp_path.rglob("pwned"))


def test_a_link_in_the_place_of_the_work(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.ipynb": ("120000", "/etc/passwd")})
    one = gather(repository)
    assert one.missing == "refused"
    assert "link" in one.said
    only(tmp_path)


def test_a_link_elsewhere_costs_nothing(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "other.py": ("120000", "/etc/passwd"), "x": ("120000", "..")})
    assert gather(repository).missing is None
    assert set(files(tmp_path)) == {"mini.py"}


@pytest.mark.parametrize("name", ["../mini.py", "a/../../mini.py", "..\\mini.py", "C:/mini.py", "mini.py\n.py"])
def test_names_that_lead_elsewhere(name: str, make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({name: WORK})
    gather(repository)
    assert {path.name for path in (tmp_path / "out").iterdir()} <= {"collected.json", "kim.zip"}
    assert not (tmp_path / "mini.py").exists()


def test_a_git_folder_in_the_tree(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, ".git/config": "[core]\nfsmonitor=touch pwned", ".GIT/hooks/x.py": "x"})
    assert gather(repository).missing is None
    assert set(files(tmp_path)) == {"mini.py"}
    only(tmp_path, "kim.zip")


def test_names_that_some_systems_take_for_one(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "MINI.py": WORK + "#", "mini\u0301.py": "x", "miní.py": "y"})
    gather(repository)
    only(tmp_path, "kim.zip")


def test_filters_hooks_and_submodules_do_nothing(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    mark = tmp_path / "pwned"
    repository.commit(
        {
            "mini.py": WORK + "# $Id$ $Format:%H$\n",
            ".gitattributes": "*.py filter=evil ident export-subst export-ignore text eol=crlf\n* filter=lfs",
            ".gitmodules": f'[submodule "x"]\npath = x\nurl = file://{tmp_path}/--upload-pack\nupdate = !touch {mark}',
            ".lfsconfig": f"[lfs]\nurl = file://{mark}",
            "x": ("160000", "1" * 40),
        }
    )
    for hook in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (repository.path / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {mark}\n", "utf-8")
        (repository.path / "hooks" / hook).chmod(0o755)
    repository.git("config", "filter.evil.smudge", f"touch {mark}")
    assert gather(repository).missing is None
    assert files(tmp_path)["mini.py"] == (WORK + "# $Id$ $Format:%H$\n").encode()
    assert not mark.exists()


def test_a_configuration_of_this_machine_does_not_count(
    make: Any, gather: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    mark = tmp_path / "pwned"
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".gitconfig").write_text(
        f"[core]\nfsmonitor=touch {mark}\n[uploadpack]\npackObjectsHook=touch {mark};", "utf-8"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {mark}")
    assert gather(repository).missing is None
    assert not mark.exists()


def test_a_tree_that_holds_itself_a_million_times(make: Any, gather: Any) -> None:
    repository = make()
    tree = repository.tree({f"f{at}.py": ("100644", repository.blob(WORK)) for at in range(10)})
    for _level in range(7):
        tree = repository.tree({f"d{at}": ("40000", tree) for at in range(10)})
    repository.commit(tree=tree)
    assert gather(repository).missing == "too-large"


def test_a_file_that_unpacks_to_far_more(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.ipynb": bytes(33 << 20)})
    one = gather(repository)
    assert one.missing == "refused"
    assert "33 MB" in one.said
    only(tmp_path)


def test_more_files_than_anybody_has(make: Any, gather: Any) -> None:
    repository = make()
    blob = repository.blob(WORK)
    repository.commit(tree=repository.tree({f"mini-{at}.py": ("100644", blob) for at in range(10_001)}))
    assert gather(repository).missing == "refused"


def test_a_member_whose_name_is_a_path(tmp_path: Path) -> None:
    for name in ("../kim", "a/b", "_kim", ".kim", "kim:x", "-kim", "kim\n", "k" * 300):
        with pytest.raises(Exception, match="name of a file"):
            collect_all(CollectOrder((Person(name, repository="kim/x"),), tmp_path / "out", bounds=BOUNDS))
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(gather: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("x", "utf-8")
    with pytest.raises(Exception, match="something else"):
        gather("kim/x")


# -- the deadline -----------------------------------------------------------------------------------------------------


def test_the_last_commit_that_says_it_is_from_before(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    for day in range(1, 30):
        repository.commit({"mini.py": f"# {day}\n"}, at=f"2026-03-{day:02}T12:00:00+0900")
    one = gather(repository, before=DEADLINE)
    assert (one.commit, one.basis) == (repository.made[19], "commit")
    assert files(tmp_path)["mini.py"] == b"# 20\n"
    assert one.submitted_at == datetime(2026, 3, 20, 3, 0, tzinfo=timezone.utc)


def test_nothing_is_old_enough(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK}, at="2026-03-21T12:00:00+0900")
    assert gather(repository, before=DEADLINE).missing == "too-early"


def snap(*repositories: Repository, at: datetime = DEADLINE) -> Snapshot:
    people = [Person(each.path.name, repository=each.url) for each in repositories]
    return Snapshot(at, take_snapshot(people, BOUNDS, 2).heads)


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


def test_which_snapshot_says_what_was_there() -> None:
    def at(*moment: int) -> Snapshot:
        return Snapshot(datetime(2026, 3, *moment, tzinfo=timezone.utc), ())

    day_before, soon, late = at(19, 15, 0), at(20, 15, 8), at(20, 16, 30)
    assert snapshot_for([late, soon, day_before], DEADLINE) is soon
    assert snapshot_for([late, day_before], DEADLINE) is day_before
    assert snapshot_for([late], DEADLINE) is None
    assert snapshot_for([at(20, 15, 0), soon], DEADLINE) == at(20, 15, 0)


# -- the command ------------------------------------------------------------------------------------------------------


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
