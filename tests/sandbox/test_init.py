from __future__ import annotations

import sys

import pytest

from grader.sandbox import start
from grader.sandbox.forkserver import ForkServer
from grader.sandbox.spawn import SpawnServer
from tests.families import Family


@pytest.mark.skipif(sys.platform != "linux", reason="a zygote needs Linux")
def test_each_kind(family: Family) -> None:
    for spawn, kind in ((False, ForkServer), (True, SpawnServer)):
        server = start(["numpy"], spawn=spawn)
        assert isinstance(server, kind)
        server.close()
    family.gone()


def test_closing_twice_and_without_a_worker_is_no_matter(family: Family) -> None:
    for spawn in (False, True):
        server = start(["numpy"], spawn=spawn)
        server.close()
        server.close()
    family.gone()
