"""What members are told of a grading run."""

from __future__ import annotations

from datetime import datetime, timezone

from grader.github.collected import CollectedFolder, CollectedWork
from grader.github.publish import posts

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
    kim, lee = posts({"hw1": folder}, {}, "github.com", lambda report: report)
    assert (kim.repository, kim.state) == ("study/hw-kim", "error")
    assert "larger than what is fetched" in kim.description
    assert [path for path, _body in kim.requests()] == [
        f"repos/study/hw-kim/statuses/{'a' * 40}",
        f"repos/study/hw-kim/commits/{'a' * 40}/comments",
    ]
    assert (lee.state, lee.comment) == ("error", "")
    assert kim.digest != lee.digest
