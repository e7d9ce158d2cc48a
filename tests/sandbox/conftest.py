from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.bridge.session import WorkerSource
from grader.sandbox import start
from tests.families import Family


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["forked", "spawned"])
def server(request: pytest.FixtureRequest, scratch_home: Path, family: Family) -> Iterator[WorkerSource]:
    """Where workers come from, of both kinds; nothing may be left of them."""
    before = set(scratch_home.iterdir())
    server = start(["numpy"], spawn=request.param)
    yield server
    server.close()
    family.gone()
    assert set(scratch_home.iterdir()) == before
