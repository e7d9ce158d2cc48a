"""Submissions that put links where the judge opens, empties and removes; no layer keeps them from doing so here.

In the manner of CVE-2024-28185, CVE-2024-28189 and CVE-2024-29021: what the judge does afterwards, as another user it
may be, must not be done to what lies outside.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from grader.sandbox.forkserver import ForkServer
from grader.sandbox.spawn import SpawnServer
from grader.sandbox.worker import EndedError, worker_spec
from grader.worker.layers.compose import LAYERS
from tests.families import Family
from tests.outside import Outside
from tests.sandbox.sessions import loaded

if sys.platform != "linux":
    pytest.skip("the ways are Linux's", allow_module_level=True)

KINDS = """
def attack(top, outside, zygote):
    for folder in {".": 1, "inner": 1, os.path.relpath(top): 1}:
        os.makedirs(folder, exist_ok=True)
        os.symlink(outside, folder + "/folder-link")
        os.symlink(outside + "/kept.txt", folder + "/file-link")
        os.link(outside + "/kept.txt", folder + "/hard-link")
        os.mkfifo(folder + "/fifo")
"""
AROUND = """
def attack(top, outside, zygote):
    os.rename(top, top + "-moved")
    os.symlink(outside, top)
"""
WORK = """
def attack(top, outside, zygote):
    here = os.getcwd()
    os.rename(here, here + "-moved")
    os.symlink(outside, here)
"""
STAYS = """
def attack(top, outside, zygote):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.dup2(writing, 20)
        os.closerange(0, 20)
        rename, closed, link = ctypes.CDLL(None).renameat2, top.encode() + b"/closed", top.encode() + b"/link"
        while True:
            for make in (lambda: os.mkdir(closed, 0), lambda: os.symlink(outside, link)):
                try:
                    make()
                except OSError:
                    pass
            for _ in range(50):
                rename(-100, closed, -100, link, 2)
            os.closerange(20, 30)
    os.close(writing)
    os.read(reading, 1)
    pathlib.Path(top + "-pid").write_text(str(pid))
    if zygote:
        os.kill(zygote, signal.SIGKILL)
"""
CASES = {"kinds": KINDS, "around": AROUND, "work": WORK, "stays": STAYS}


@pytest.mark.parametrize(
    ("kind", "attack"),
    [*(("forked", name) for name in CASES), *(("spawned", name) for name in CASES if name != "work")],
)
def test_what_is_outside_stays_as_it_is(
    tmp_path: Path, scratch_home: Path, family: Family, kind: str, attack: str
) -> None:
    outside, before = Outside(tmp_path / "outside"), set(scratch_home.iterdir())
    forks = ForkServer(worker_spec(["numpy"], without=LAYERS)) if kind == "forked" else None
    server = forks or SpawnServer(worker_spec(["numpy"]))
    session, student = loaded(server, f"import ctypes, os, pathlib, signal\n{CASES[attack]}")
    (top,) = set(scratch_home.iterdir()) - before
    with suppress(EndedError):  # it may take the zygote along
        student.attack(str(top), str(outside.folder), forks.process.pid if forks else 0)
    session.drop()
    outside.check()
    pid = top.with_name(f"{top.name}-pid")
    if pid.exists():
        os.kill(int(pid.read_text("utf-8")), signal.SIGKILL)
    session, student = loaded(server, "def add(x):\n    return x + 1\n")
    assert student.add(1) == 2
    session.drop()
    server.close()
    outside.check()
    family.gone()
    for left in set(scratch_home.iterdir()) - before:  # under another name, where no sweep looks for it
        shutil.rmtree(left) if left.is_dir() else left.unlink()
