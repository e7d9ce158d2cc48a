from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox import processor
from grader.sandbox.start import start
from tests.families import Family
from tests.sandbox.sessions import loaded


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no such thing here: a process may run anywhere")
def test_judges_have_a_processor_each_with_their_worker_for_as_long_as_there_is_one(
    scratch_home: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = os.sched_getaffinity(0)
    if len(every) == 1:
        pytest.skip("this machine has one processor")
    monkeypatch.setattr(processor, "_NAME", f"\0d2d-test-{os.getpid()}-")  # judges of other tests are at work too
    servers = [start(["numpy"]) for _number in range(len(every) + 1)]
    seen, hosts = [], []
    try:
        for server in servers:
            kept, student = loaded(server, "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
            seen.append(student.where())
            hosts.append(kept)
        assert sorted(seen[:-1]) == sorted([number] for number in every)
        assert os.sched_getaffinity(0) == set(seen[-2])  # the last one found none that was free
        hosts[0].drop()
        assert os.sched_getaffinity(0) == every
        kept, student = loaded(servers[0], "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
        assert student.where() == seen[0]
    finally:
        for server in servers:
            server.close()
    assert os.sched_getaffinity(0) == every
