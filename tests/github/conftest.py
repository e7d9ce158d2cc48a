"""One member's repository, and collecting from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.course.roster import Person
from grader.github.collect import CollectOrder, collect_all
from grader.github.collected import CollectedWork
from tests.git_repositories import Repository
from tests.github.gathering import LIMITS


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Repository]:
    return lambda name="kim", **options: Repository.make(tmp_path / "git" / name, **options)


@pytest.fixture
def gather(tmp_path: Path) -> Callable[..., CollectedWork]:
    """Collects one member's repository."""

    def run(repository: Repository | str, **options: Any) -> CollectedWork:
        url = repository if isinstance(repository, str) else repository.url
        limits = options.pop("limits", LIMITS)
        order = CollectOrder(
            (Person("kim", repository=url),), tmp_path / "out", "mini", ("other",), limits=limits, **options
        )
        (one,) = collect_all(order).members
        return one

    return run
