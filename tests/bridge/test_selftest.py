"""The self-test before hidden cases are judged: it holds here, and refuses wherever something is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignment.manifest import Limits
from grader.bridge import selftest
from grader.course.course import find_course
from grader.errors import OUR_FAULT, OurFaultError
from grader.grading import Setting
from grader.grading.bench import open_bench
from grader.sandbox import start
from grader.sandbox.forkserver import ForkServer
from grader.sandbox.spawn import SpawnServer
from grader.worker.layers import compose
from tests.benches import code
from tests.courses import RIGHT

if sys.platform != "linux":
    pytest.skip("the layers are Linux's", allow_module_level=True)
LACKING = compose.lacking("staff", compose.survey())
staff_only = pytest.mark.skipif(bool(LACKING), reason=f"{LACKING}")


@pytest.fixture
def server(scratch_home: Path) -> Iterator[Callable[..., ForkServer]]:
    with ExitStack() as ends:

        def make(*without: str) -> ForkServer:
            made = start(["numpy"], without=without)
            ends.callback(made.close)
            assert isinstance(made, ForkServer)
            return made

        yield make


@staff_only
def test_it_holds_here(server: Callable[..., ForkServer]) -> None:
    one = server()
    assert one.tier == "local"
    escapes = selftest.self_test(one)
    assert len({escape.label for escape in escapes}) >= 10
    assert [escape for escape in escapes if escape.got is not None] == []
    assert set(compose.REQUIRED_LAYERS["staff"]) <= set(selftest.require(one))
    assert one.tier == "staff"


def test_without_a_sandbox_every_bait_is_really_there(server: Callable[..., ForkServer]) -> None:
    got = {escape.name for escape in selftest.self_test(server(*compose.LAYERS)) if escape.got is not None}
    names = "read_a_file write_beside signal_a_process connect_by_tcp connect_by_name fork start_a_program"
    assert {*names.split(), "change_permissions"} <= got


@staff_only
@pytest.mark.parametrize("layer", compose.REQUIRED_LAYERS["staff"])
def test_a_layer_that_is_silently_missing(server: Callable[..., ForkServer], layer: str) -> None:
    """The machine says that it has it, and the worker has not."""
    one = server(layer)
    assert selftest.wanting(one) == {}
    with pytest.raises(OurFaultError, match="Hidden cases are not judged on this machine") as error:
        selftest.require(one)
    assert (error.value.exit_code, one.tier) == (OUR_FAULT, "local")
    assert "d2d doctor" in (error.value.hint or "")


def test_a_machine_that_lacks_a_layer_says_which_and_why(server: Callable[..., ForkServer]) -> None:
    one = server()
    one.offered = {**one.survey(), "landlock": "landlock_create_ruleset: Function not implemented"}
    with pytest.raises(OurFaultError, match=r"landlock \(landlock_create_ruleset: Function not implemented\)"):
        selftest.require(one)


def test_where_workers_are_no_forks() -> None:
    with pytest.raises(OurFaultError, match="needs Linux"):
        selftest.require(SpawnServer(start(["numpy"], spawn=True).spec))


@pytest.mark.parametrize(
    "body", ["raise ValueError(1)", "undefined", "while True: pass", "return 0", "return [].append"], ids=str.split
)
def test_what_was_not_refused_got_out(
    server: Callable[..., ForkServer], monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """Also where it was never tried: a self-test that doesn't run must not be one that is passed."""
    monkeypatch.setattr(selftest, "_ESCAPES", f"{selftest._ESCAPES}\ndef fork(_nothing):\n    {body}\n")
    if body.startswith("while"):
        monkeypatch.setattr(selftest, "_LIMITS", replace(selftest._LIMITS, case_seconds=0.3))
    assert {one.name: one.got for one in selftest.self_test(server())}["fork"]


def test_a_self_test_that_does_not_load_is_not_passed(
    server: Callable[..., ForkServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "_ESCAPES", "raise SystemError")
    assert all(escape.got is not None for escape in selftest.self_test(server()))


@staff_only
def test_a_later_worker_never_has_less(server: Callable[..., ForkServer]) -> None:
    one = server()
    selftest.require(one)
    one.required = (*one.required, "a layer that is gone")
    with pytest.raises(OurFaultError, match="a layer that is gone"):
        one.worker(Limits(), 1 << 20)
    one.required = ()
    one.worker(Limits(), 1 << 20).end()


@staff_only
def test_the_tier_stands_in_the_report(course: Path) -> None:
    (course / "assignments/mini/misconceptions.py").write_text("", "utf-8")
    mini = find_course(course).assignment("mini")

    for closed, tier in ((True, "staff"), (False, "local")):
        with open_bench(Setting(mini, b"secret", "en", closed=closed)) as bench:
            report = bench.judge.judge(code(RIGHT))
        assert report.percent == 100
        assert report.as_json()["sandbox"]["tier"] == tier
