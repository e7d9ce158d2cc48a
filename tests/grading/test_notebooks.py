"""The names of the notebooks that are written for members."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import D2DError
from grader.grading.entries import Entry
from grader.grading.notebooks import demand_targets
from grader.member import MemberName


def test_several_members_need_their_name_in_the_pattern(tmp_path: Path) -> None:
    entries = [Entry(MemberName(name), tmp_path / f"{name}.py") for name in ("kim", "lee")]
    for entry in entries:
        entry.path.write_text("x = 1\n", "utf-8")
    demand_targets(tmp_path / "{member}.ipynb", entries)
    demand_targets(tmp_path / "one.ipynb", entries[:1])
    with pytest.raises(D2DError, match=r"needs \{member\} in it"):
        demand_targets(tmp_path / "one.ipynb", entries)
