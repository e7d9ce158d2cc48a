"""The members' folder of this project's own course."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.release import write_release
from grader.course.course import find_course
from tests.authoring.releasing import IDS, ROOT


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "members"
    write_release(find_course(ROOT), IDS, out, ("ko", "en"))
    return out
