"""Namespaces: a process tree, network, IPC, host name and mounts of its own (man 7 namespaces, man 7 user_namespaces).

Root makes them without a user namespace: the uid dropped later is then another user for the whole machine, and systems
that forbid user namespaces (Ubuntu by AppArmor) are served. An ordinary user can make them only inside a user
namespace, in which he keeps his own uid under another number.

The worker is the init (pid 1) of its namespace, and one clone makes both. With two forks (one to make the namespaces,
one into them) all that the zygote has loaded would be copied twice, and a kernel that refuses would leave a process in
half of the namespaces. When an init ends, the kernel kills whatever else is in its namespace. It has no children to
reap, since seccomp lets it have none. A signal that an init sends to itself doesn't reach it.
"""

from __future__ import annotations

import os

from grader.worker.layers.kernel import clone, mount, refusal
from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

# linux/sched.h
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_ALL = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET
_MS_REC, _MS_PRIVATE = 0x4000, 1 << 18
INSIDE_ID = 65534


class Namespaces(Layer):
    """New namespaces of every kind, made with the worker itself."""

    gives = N_("other processes, the network and the machine's mounts are not there to be seen")

    def __init__(self, ground: Ground) -> None:
        self.clone_flags = _flags()
        self.ids = os.geteuid(), os.getegid()  # a new user namespace doesn't show them

    @classmethod
    def available(cls) -> str | None:
        uid, gid = os.geteuid(), os.getegid()

        def question() -> None:
            settle_in(uid, gid)
            # Ubuntu's AppArmor lets the namespace be made, then denies its capabilities.
            mount("d2d", "/sys", "tmpfs", 0)

        return refusal(question, fork_apart)

    def enter(self, limits: WorkerLimits) -> None:
        settle_in(*self.ids)


def _flags() -> int:
    return _ALL if os.geteuid() == 0 else _ALL | _NEWUSER


def fork_apart() -> int:
    """`os.fork`, with the child in new namespaces; OSError and no child where the kernel refuses."""
    return clone(_flags())


def settle_in(uid: int, gid: int) -> None:
    """In the child: make the new namespaces fit to be used. `uid` and `gid` are those that the parent has."""
    if os.getpid() != 1:
        raise OSError(0, "not the first process of a new namespace", "namespaces")
    if uid != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", _map(uid)), ("gid_map", _map(gid))):
            fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(fd, text.encode())
            os.close(fd)
    # Else what is mounted in here would appear outside, where systemd shares mounts (man 7 mount_namespaces).
    mount("", "/", "", _MS_REC | _MS_PRIVATE)


def _map(outside: int) -> str:
    return f"{INSIDE_ID} {outside} 1"
