"""Machines that lack something: fewer layers, and said so; or hidden cases refused, and said what to do."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("the layers are Linux's", allow_module_level=True)

from grader.errors import ALL_PASSED, OUR_FAULT
from grader.worker.layers import compose, seccomp
from grader.worker.layers.kernel import NR, no_new_privileges, syscall
from tests.courses import ROOT

OFFERED = compose.survey()
D2D = [sys.executable, "-m", "grader"]
CHECK = ("check", "hw1", str(ROOT / "reference/hw1.py"), "--json", "-")
needs_namespaces = pytest.mark.skipif(OFFERED["namespaces"] is not None, reason=f"namespaces: {OFFERED['namespaces']}")
needs_all = pytest.mark.skipif(bool(compose.lacking("staff", OFFERED)), reason=f"{compose.lacking('staff', OFFERED)}")
# A /dev with nothing in it but the devices that a program may expect.
BARE_DEV = """
mkdir "$0/dev" && mount -t tmpfs tmpfs "$0/dev"
for name in null zero urandom random; do touch "$0/dev/$name" && mount --bind "/dev/$name" "$0/dev/$name"; done
mount --move "$0/dev" /dev && test ! -e /dev/shm
"""
NOEXEC_TMP = "mount -t tmpfs -o noexec,nosuid tmpfs /tmp"
NO_GROUPS = "mount -t tmpfs -o ro tmpfs /sys/fs/cgroup"
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET of linux/sched.h


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def on_machine(setup: str, folder: Path, *arguments: str, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """d2d where `setup` was done to the mounts, which are its own; `alone`: with one user, and no others to become."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("util-linux is not installed")
    flags = ["-Urm"] if alone or os.geteuid() != 0 else ["-m"]
    script = f'set -e\n{setup}\nshift 0\nexec "$@"'
    return run([unshare, *flags, "sh", "-c", script, str(folder), *D2D, *arguments])


def checked(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The layers in the report of a check in which everything passed."""
    assert done.returncode == ALL_PASSED, done.stderr
    return set(json.loads(done.stdout)["sandbox"]["layers"])


def layers_of(found: dict[str, Any]) -> set[str]:
    return {line["name"] for line in found["layers"] if line["state"] == "active"}


@pytest.mark.slow
@needs_all
@needs_namespaces
@pytest.mark.parametrize("setup", [NOEXEC_TMP, BARE_DEV], ids=["tmp-noexec", "no-dev-shm"])
def test_all_layers_hold_without_it(tmp_path: Path, setup: str) -> None:
    if setup == NOEXEC_TMP and any(path.is_relative_to("/tmp") for path in (ROOT, Path(sys.executable))):
        pytest.skip("the program itself lies in /tmp, where nothing could be executed then")
    done = on_machine(setup, tmp_path, "doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["may_judge_hidden"]) == (ALL_PASSED, True), done.stderr
    assert layers_of(found) >= {name for name, reason in OFFERED.items() if reason is None}
    assert set(compose.REQUIRED_LAYERS["staff"]) <= checked(on_machine(setup, tmp_path, *CHECK))


@pytest.mark.slow
@needs_all
@needs_namespaces
def test_without_control_groups(tmp_path: Path) -> None:
    done = on_machine(NO_GROUPS, tmp_path, "doctor", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == ALL_PASSED, done.stderr
    group = next(line for line in found["layers"] if line["name"] == "cgroup")
    assert group["state"] == "missing"
    assert group["reason"]


@pytest.mark.slow
@needs_namespaces
def test_a_container_whose_root_can_become_nobody_else(tmp_path: Path) -> None:
    done = on_machine("true", tmp_path, "doctor", "--json", alone=True)
    if not done.stdout:
        pytest.skip(f"no user namespace for the test itself: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    assert (done.returncode, found["may_judge_hidden"]) == (OUR_FAULT, False)
    assert "privileges" not in layers_of(found)
    assert "seccomp" in checked(on_machine("true", tmp_path, *CHECK, alone=True))


def forbid(*rules: tuple[str, list[tuple[int, int, int, int]]]) -> None:
    """In a child before it is executed: these calls end as the rules say, as on a kernel that lacks or forbids them."""
    program = seccomp._end(seccomp.RET_ALLOW)
    for name, rule in rules:
        program = [*seccomp._load(0), *seccomp._when(seccomp._EQUAL, NR[name], rule, program)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    no_new_privileges()
    syscall("seccomp", 1, 0, struct.pack("@HP", len(program), ctypes.addressof(buffer)))


def without_landlock() -> None:
    names = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")
    forbid(*((name, seccomp._end(seccomp.RET_ABSENT)) for name in names))


def without_namespaces() -> None:
    """As AppArmor on Ubuntu does for whoever is not root."""
    asks = seccomp._when(
        seccomp._ANY_BIT, NEW_NAMESPACES, seccomp._end(seccomp.RET_DENY), seccomp._end(seccomp.RET_ALLOW)
    )
    flags = [*seccomp._low(0), *asks]
    forbid(("clone", flags), ("unshare", flags), ("clone3", seccomp._end(seccomp.RET_ABSENT)))


@needs_all
def test_where_namespaces_are_forbidden_the_rest_is_enough() -> None:
    done = run([*D2D, "doctor", "--json"], preexec_fn=without_namespaces)
    found = json.loads(done.stdout)
    # An interpreter in root's own home can't be read by nobody, unless mounts lead past it: a reason to refuse.
    well = "readable" not in found["lacking"]
    assert (done.returncode, found["may_judge_hidden"]) == (ALL_PASSED if well else OUR_FAULT, well), done.stderr
    assert set(found["lacking"]) <= {"readable"}
    assert layers_of(found).isdisjoint({"namespaces", "root"})
    assert layers_of(found) >= set(compose.REQUIRED_LAYERS["staff"])


@needs_all
def test_a_kernel_without_landlock_is_refused_for_hidden_cases_alone() -> None:
    done = run([*D2D, "doctor", "--json"], preexec_fn=without_landlock)
    found = json.loads(done.stdout)
    assert (done.returncode, found["may_judge_hidden"]) == (OUR_FAULT, False)
    assert "not implemented" in found["lacking"]["landlock"]
    layers = checked(run([*D2D, *CHECK], preexec_fn=without_landlock))
    assert "landlock" not in layers
    assert "seccomp" in layers
