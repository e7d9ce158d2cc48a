from __future__ import annotations

from pathlib import Path

import pytest

from grader.report.report import Verdict
from grader.sandbox import start
from tests.benches import Bench
from tests.families import Family

CORPUS = Path(__file__).parents[1] / "corpus" / "hw1"


# Spawned workers cost an interpreter each; these are the kinds of ending that differ between the two.
SMALL_CORPUS = [
    *"garbage-to-the-judge kills-itself notebook-with-a-syntax-error prints-100-mb".split(),
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "array-that-agrees closes-every-descriptor closes-sys-stdout endless-recursion loop-in-a-function "
            "memory-hog not-a-function os-exit-in-a-function returns-a-generator returns-a-view-of-1-tb stops-itself "
            "sys-exit-at-top-level"
        ).split()
    ),
]
HANGING = {"loop-in-a-function", "stops-itself"}


@pytest.mark.parametrize("name", SMALL_CORPUS)
def test_spawned_workers_end_as_forked_ones_do(
    hw1_public: Bench, scratch_home: Path, family: Family, name: str
) -> None:
    file = next((CORPUS / name).glob("submission.*"))
    limits = {"case_seconds": 0.5} if name in HANGING else None
    before = set(scratch_home.iterdir())
    server = start(["numpy"], spawn=True)
    try:
        spawned = hw1_public.judge(file, server=server, limits=limits)
    finally:
        server.close()
    forked = hw1_public.judge(file, limits=limits)
    assert [case.verdict for case in spawned.cases] == [case.verdict for case in forked.cases]
    assert [case.points for case in spawned.cases] == [case.points for case in forked.cases]
    assert [(note.kind, note.where) for note in spawned.notes] == [(note.kind, note.where) for note in forked.notes]
    assert Verdict.UNGRADABLE not in {case.verdict for case in spawned.cases}
    family.gone()
    assert set(scratch_home.iterdir()) == before
