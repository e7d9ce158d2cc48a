"""Rights of the process itself: no root, no capabilities, none to be gained (man 7 capabilities, man 2 setresuid)."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from contextlib import suppress

from grader.worker.layers.kernel import no_new_privileges, prctl, refusal, syscall
from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

NOBODY = 65534
# linux/prctl.h
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_GET_SECUREBITS, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT = 4, 24, 27, 28, 47
_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522
# linux/securebits.h: a program of root's gains nothing, nothing is kept over setuid, nothing raised; each with its lock
_SECUREBITS = 0b11 | 1 << 5 | 0b11 << 6


class Privileges(Layer):
    """Another user where this one is root, and no capabilities for anybody."""

    gives = N_("not root, no capabilities, no way to gain any")

    def __init__(self, ground: Ground) -> None:
        shed()
        if os.geteuid() == 0 and "root" not in ground.active:  # the mounts of a new root lead past private homes
            self.unreadable = unreadable(ground.readable.paths, NOBODY)

    @classmethod
    def available(cls) -> str | None:
        def question() -> None:
            give_up(NOBODY)
            _check()

        return refusal(question)

    def enter(self, limits: WorkerLimits) -> None:
        if os.geteuid() == 0:  # the scratch folder goes to the user that this process becomes
            os.chown(".", NOBODY, NOBODY)
        give_up(NOBODY)


def shed() -> None:
    """Give up what no program executed later shall regain; in the zygote, once for all children.

    An ordinary user may not, and without new privileges has nothing to regain.
    """
    with suppress(PermissionError):
        # Before any change of ids: it needs CAP_SETPCAP, which goes with them.
        capability = 0
        while _drop(capability):
            capability += 1
        prctl(_PR_SET_SECUREBITS, _SECUREBITS)


def give_up(uid: int) -> None:
    """Become `uid` where this process is root, and give up every capability."""
    if prctl(_PR_GET_SECUREBITS) != _SECUREBITS:
        shed()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    prctl(_PR_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL)
    # header: version, this process; data: effective, permitted, inheritable, twice 32 bits
    syscall("capset", struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))
    no_new_privileges()
    prctl(_PR_SET_DUMPABLE, 0)  # /proc/PID belongs to root from here on, and ptrace is refused


def _drop(capability: int) -> bool:
    """False past the last capability of this kernel."""
    try:
        prctl(_PR_CAPBSET_DROP, capability)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    return True


def _check() -> None:
    # As bytes: a codec that isn't loaded yet may lie where the new uid can't read.
    with open("/proc/self/status", "rb") as file:
        status = dict(line.split(b":", 1) for line in file if b":" in line)
    held = [name.decode() for name in (b"CapInh", b"CapPrm", b"CapEff", b"CapAmb") if int(status[name], 16)]
    if held or status[b"NoNewPrivs"].strip() != b"1" or os.geteuid() == 0:
        raise OSError(0, f"kept after giving up: {held or 'root'}", "privileges")


def unreadable(paths: Sequence[str], uid: int) -> str | None:
    """The first path that `uid` can't read: an interpreter under a private home is lost with the uid."""

    def look() -> None:
        if os.geteuid() == 0:
            give_up(uid)
        for path in paths:
            os.close(os.open(path, os.O_RDONLY))

    return refusal(look)
