"""The address, the commits and the files of a member's repository."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.github.git import FetchLimits, UnavailableError
from grader.github.repository import address, slug, without_credentials
from tests.github.gathering import DEADLINE, WORK, files, only


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
    assert gather(text, limits=FetchLimits(20)).missing == kind


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


def test_a_tree_that_holds_itself_a_million_times(make: Any, gather: Any) -> None:
    repository = make()
    tree = repository.tree({f"f{at}.py": ("100644", repository.blob(WORK)) for at in range(10)})
    for _level in range(7):
        tree = repository.tree({f"d{at}": ("40000", tree) for at in range(10)})
    repository.commit(tree=tree)
    assert gather(repository).missing == "too-large"


@pytest.mark.parametrize("length", [5_000, 70_000])
def test_a_name_that_no_system_takes_costs_nothing(length: int, make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "mini" + "x" * length + ".py": "x"})
    assert gather(repository).missing is None
    assert set(files(tmp_path)) == {"mini.py"}
    repository.commit({"x" * length + ".py": "x"})
    assert gather(repository).missing == "nothing"


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


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/d2d/hw-kim.git", "d2d/hw-kim"),
        ("git@github.com:d2d/hw.kim.git", "d2d/hw.kim"),
        ("ssh://git@github.com/d2d/hw", "d2d/hw"),
        ("https://github.com.example.org/d2d/hw.git", None),
        ("https://example.org/github.com/d2d.git", None),
        ("https://github.com/d2d/../../user", None),
        ("file:///github.com/d2d/hw", None),
        ("https://github.com/d2d/hw/../../x", None),
        ("https://github.com/d2d/hw.git?x=y", None),
    ],
)
def test_where_a_member_is_told(url: str, expected: str | None) -> None:
    assert slug(url, "github.com") == expected
