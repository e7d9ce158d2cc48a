"""Every attack under every profile that this machine has; every layer shown to be needed; nothing left of any of it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

HERE = Path(__file__).parent
if sys.platform != "linux":
    pytest.skip("the layers are Linux's", allow_module_level=True)
sys.path.insert(0, str(HERE))
try:
    import launch
    from attack import ATTACKS, FAMILIES, LAYERS, PROFILES, USERS, Attack
finally:
    sys.path.remove(str(HERE))

from grader.sandbox.forkserver import ForkServer
from grader.sandbox.worker import worker_spec
from grader.worker.layers import cgroup
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.families import Family

BY_ID = {attack.id: attack for attack in ATTACKS}
WHO = "root" if os.geteuid() == 0 else "user"
# What gets out once these layers are gone: each alone where one decides, else the pair that overlaps.
WITNESSES = {
    ("rlimits",): "exhausting/memory-of-files",
    ("seccomp",): "exhausting/fork",
    ("root",): "exhausting/many-files",
    ("namespaces",): "side-channels/who-is-my-parent",
    ("landlock", "root"): "reading/hidden-cases",
    ("privileges", "seccomp"): "kernel/change-root",
    ("cgroup", "seccomp"): "exhausting/crowd",
}
JUDGE_GROWS, ZYGOTE_GROWS = 24 << 20, 4 << 20  # one reply of 64 MB that was kept, or a copy of the libraries, is more
KILLS = 5


# -- the attacks ------------------------------------------------------------------------------------------------------


# Those with fewer layers are there so that a layer that vanishes, or one that suddenly holds, is noticed.
UNDER = [profile if profile == "all" else pytest.param(profile, marks=pytest.mark.slow) for profile in PROFILES]


@cache
def runs(profile: str) -> dict[tuple[str, str], launch.Run]:
    return launch.everything(USERS, [profile])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("profile", UNDER)
def test_attacks_end_as_their_files_say(profile: str, user: str, family: str) -> None:
    run = runs(profile)[profile, user]
    if run.skipped:
        pytest.skip(run.skipped)
    assert set(run.layers).isdisjoint(PROFILES[profile])
    mine = [attack for attack in ATTACKS if attack.family == family]
    assert {attack.id for attack in mine if not attack.torch} <= set(run.endings)
    wrong = [
        complaint
        for attack in mine
        if attack.id in run.endings
        and (complaint := run.endings[attack.id].complaint(attack, attack.expected(profile, user)))
    ]
    assert wrong == []


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("profile", UNDER)
def test_nothing_is_left_of_a_run(profile: str, user: str) -> None:
    run = runs(profile)[profile, user]
    if run.skipped:
        pytest.skip(run.skipped)
    assert run.left == ()


def test_the_corpus_is_what_the_catalogue_asks_for() -> None:
    families = Counter(attack.family for attack in ATTACKS)
    assert set(families) == set(FAMILIES)
    assert min(families.values()) >= 10
    assert len({attack.about for attack in ATTACKS}) == len(ATTACKS)
    subjects = {attack.line.partition(":")[0] for attack in ATTACKS}
    assert subjects == {name.replace("-", " ").capitalize() for name in FAMILIES if name != "files"}


def test_under_all_layers_nothing_gets_out() -> None:
    assert [attack.id for attack in ATTACKS if attack.expected("all", "user") != "held"] == []


def test_an_attack_that_was_held_and_is_not_turns_the_suite_red() -> None:
    attack: Attack = BY_ID["reading/hidden-cases"]
    out = launch.Ending(attack.id, "failed", "x CANARY", (), "0", 0.0)
    held = launch.Ending(attack.id, "failed", "denied (EACCES)", (), "0", 0.0)
    paid = launch.Ending(attack.id, "passed", "denied (EACCES)", (), "1", 0.0)
    odd = launch.Ending(attack.id, "failed", "something else", (), "0", 0.0)
    touching = launch.Ending(attack.id, "failed", "denied (EACCES)", ("files",), "0", 0.0)
    assert "any more" in (out.complaint(attack, "held") or "")
    assert "any more" in (touching.complaint(attack, "held") or "")
    assert "contained now" in (held.complaint(attack, "open") or "")
    assert "no way" in (odd.complaint(attack, "held") or "")
    assert "earned" in (paid.complaint(attack, "held") or "")
    assert held.complaint(attack, "held") is None
    assert out.complaint(attack, "open") is None


# -- the layers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without() -> dict[tuple[str, ...], launch.Run]:
    only = ("--only", ",".join(WITNESSES.values()))
    wanted = list(dict.fromkeys([(), *((layer,) for layer in LAYERS), *WITNESSES]))
    return dict(zip(wanted, launch.at_once([(WHO, layers, only) for layers in wanted]), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("removed", "witness"), WITNESSES.items(), ids=lambda value: "+".join(value) if isinstance(value, tuple) else ""
)
def test_without_these_layers_something_gets_out(
    without: dict[tuple[str, ...], launch.Run], removed: tuple[str, ...], witness: str
) -> None:
    is_needed(removed, witness, without)


def test_without_rlimits_something_gets_out() -> None:
    """The one of these that is tried in every run."""
    removed, witness = ("rlimits",), WITNESSES["rlimits",]
    done = launch.at_once([(WHO, layers, ("--only", witness)) for layers in ((), removed)])
    is_needed(removed, witness, dict(zip([(), removed], done, strict=True)))


def is_needed(removed: tuple[str, ...], witness: str, without: dict[tuple[str, ...], launch.Run]) -> None:
    """All layers hold this attack, and it gets out without these."""
    run, attack = without[removed], BY_ID[witness]
    if run.skipped:
        pytest.skip(run.skipped)
    missing = set(removed) - {layer.split()[0] for layer in without[()].layers}
    if missing:
        pytest.skip(f"this machine has no {', '.join(sorted(missing))} for this user")
    assert without[()].endings[witness].held(attack)
    assert run.endings[witness].got_out(attack), run.endings[witness]
    if len(removed) == 2:  # each of the two is enough by itself: that is what makes them a pair
        assert all(without[layer,].endings[witness].held(attack) for layer in removed)


def test_no_layer_is_decoration() -> None:
    assert {layer for removed in WITNESSES for layer in removed} == set(LAYERS)


# -- many submissions -------------------------------------------------------------------------------------------------


def crowd(*arguments: str) -> dict[str, Any]:
    lines = launch.script("crowd.py", WHO, arguments)
    if isinstance(lines, str):
        pytest.skip(lines)
    return lines[0]


@pytest.mark.parametrize(("hostile", "honest"), [(12, 4), pytest.param(200, 50, marks=pytest.mark.slow)])
def test_a_crowd_of_hostile_submissions_changes_nothing_for_the_honest(hostile: int, honest: int) -> None:
    found = crowd(str(hostile), str(honest))
    assert found["honest"] == [True] * honest
    assert found["escaped"] == []
    assert (found["left"], found["processes"]) == ([], 0)
    judge, zygote = zip(*found["memory"], strict=True)
    assert judge[-1] - judge[0] < JUDGE_GROWS, judge
    assert zygote[-1] - zygote[0] < ZYGOTE_GROWS, zygote


@pytest.mark.slow
def test_a_crowd_through_the_engine() -> None:
    found = crowd("20", "6", "--engine")
    assert found["honest"] == [True] * 6
    assert (found["escaped"], found["left"], found["processes"]) == ([], [], 0)


# -- SIGKILL ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that every user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="attacks-"))
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def ownerless() -> set[str]:
    """Control groups of zygotes that are gone; another judge on this machine has some of its own."""
    names = [name for folder in cgroup.find().folders for name in os.listdir(folder) if name.startswith("d2d-")]
    return {name for name in names if not Path("/proc", name.split("-")[1]).exists()}


def worlds(temporary: Path) -> int:
    """How many runners have got so far as to attack."""
    return len([path for path in temporary.iterdir() if path.name.startswith("world-")])


@pytest.mark.slow
def test_nothing_is_left_of_a_judge_that_is_killed_at_any_moment(temporary: Path, family: Family) -> None:
    moments = random.Random(20261121)
    mounts, before = Path("/proc/self/mountinfo").read_text("utf-8"), ownerless()
    python = launch.interpreter(WHO) or sys.executable
    attacks = "exhausting/fork,exhausting/many-files,staying/double-fork,files/odd-names,forging/conftest"
    for number in range(KILLS):
        already = worlds(temporary)
        judge = subprocess.Popen(
            [python, "-I", str(HERE / "runner.py"), "--forever", "--only", attacks],
            env={"PATH": os.environ["PATH"], "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert judge.stdout is not None
        if number % 2 == 0:  # the others are killed while they start, on a slow machine
            wait_until(lambda already=already, judge=judge: worlds(temporary) > already or judge.poll() is not None)
        with judge.stdout, pytest.raises(subprocess.TimeoutExpired):
            judge.wait(moments.uniform(0.2, 2.0))
        judge.send_signal(signal.SIGKILL)
        judge.wait()
        for pid in family.members():  # the bait is no child of the zygote's, and nobody ends it but its judge
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "sleep":
                    os.kill(pid, signal.SIGKILL)
        family.gone()
    assert worlds(temporary) >= KILLS // 2
    server = ForkServer(worker_spec(["numpy"]))
    server.survey()
    server.close()
    family.gone()
    assert [path.name for path in temporary.iterdir() if path.name.startswith("d2d-")] == []
    assert ownerless() <= before
    assert Path("/proc/self/mountinfo").read_text("utf-8") == mounts


def test_a_line_of_a_runner_is_what_is_read_here() -> None:
    lines = launch.script("runner.py", WHO, ["--only", "kernel/device"])
    if isinstance(lines, str):
        pytest.skip(lines)
    assert [sorted(line) for line in lines][:1] == [
        ["attack", "evidence", "points", "seconds", "touched", "verdict"]
    ], json.dumps(lines)
