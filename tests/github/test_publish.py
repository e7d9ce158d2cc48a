"""What members are told of a grading run: each post once, and what could not be sent is sent by the next run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.errors import BadInputError
from grader.github import publish as module
from grader.github.collected import CollectedFolder, CollectedWork
from grader.github.publish import Post, posts, tell

AT = datetime(2026, 3, 20, 15, 0, tzinfo=timezone.utc)


def test_who_has_no_report_is_told_why_and_who_has_no_commit_is_not_told() -> None:
    url = "https://github.com/study/hw-{}.git"
    members = (
        CollectedWork("kim", url.format("kim"), missing="too-large", commit="a" * 40),
        CollectedWork("lee", url.format("lee"), commit="b" * 40, file="lee.zip"),
        CollectedWork("park", url.format("park"), missing="gone"),
        CollectedWork("park2", "https://example.org/hw-park.git", commit="c" * 40),
    )
    folder = CollectedFolder(AT, "hw1", None, members)
    kim, lee = posts({"hw1": folder}, {}, "github.com", lambda report: report, {}.__setitem__)
    assert (kim.repository, kim.state) == ("study/hw-kim", "error")
    assert "larger than what is fetched" in kim.description
    assert [path for path, _body in kim.requests()] == [
        f"repos/study/hw-kim/statuses/{'a' * 40}",
        f"repos/study/hw-kim/commits/{'a' * 40}/comments",
    ]
    assert (lee.state, lee.comment) == ("error", "")
    assert kim.digest != lee.digest


def post(member: str, comment: str = "well done") -> Post:
    return Post(member, "hw1", f"d2d/hw-{member}", "0" * 40, "success", "5 of 5 points", comment)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were sent; lee's repository takes nothing as long as `refused` is in it."""
    paths: list[str] = ["refused"]

    def send(path: str, _body: Mapping[str, Any], _token: str) -> None:
        if "refused" in paths and "hw-lee" in path:
            raise BadInputError("GitHub did not take it")
        paths.append(path)

    monkeypatch.setattr(module, "_send", send)
    return paths


def test_each_post_is_sent_once(sent: list[str], tmp_path: Path) -> None:
    file, both = tmp_path / "published.json", [post("kim"), post("lee")]
    told = tell(both, file, 0)
    assert (told.sent, told.failures) == (1, ("lee/hw1: GitHub did not take it",))
    sent.clear()
    assert tell(both, file, 0).sent == 1
    assert [path.split("/")[2] for path in sent] == ["hw-lee", "hw-lee"]
    assert tell(both, file, 0).sent == 0
    assert tell([post("kim", "better")], file, 0).sent == 1  # what is said is not the same any more
    assert set(json.loads(file.read_text("utf-8"))["posts"]) == {"kim/hw1", "lee/hw1"}


@pytest.mark.parametrize("text", ["", "[]", '{"posts": 1}', "{}"])
def test_a_file_of_something_else(sent: list[str], tmp_path: Path, text: str) -> None:
    (tmp_path / "published.json").write_text(text, "utf-8")
    with pytest.raises(BadInputError, match="not what an earlier run wrote"):
        tell([post("kim")], tmp_path / "published.json", 0)
    assert sent == ["refused"]
