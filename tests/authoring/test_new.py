"""A new assignment is whole from its first minute."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands import Command


def test_a_new_assignment_is_proved_and_released_as_it_is(d2d: Command) -> None:
    assert d2d("new", "hw6").returncode == 0
    audit = d2d("audit", "hw6", "--seeds", "1", "--json", "-")
    assert json.loads(audit.stdout)["ok"], audit.stdout
    assert audit.returncode == 0
    assert d2d("release", "hw6", "--out", d2d.folder.parent / "out").returncode == 0
    assert d2d("check", "hw6", d2d.folder / "reference" / "hw6.py", folder=d2d.folder.parent / "out").returncode == 0


def test_a_new_assignment_touches_nothing_that_is_there(d2d: Command) -> None:
    before = {file: file.read_bytes() for file in d2d.folder.rglob("*") if file.is_file()}
    for name in ("mini", "../up", "Hw6", "6hw", ""):
        assert d2d("new", name).returncode == 2
    assert {file: file.read_bytes() for file in d2d.folder.rglob("*") if file.is_file()} == before
