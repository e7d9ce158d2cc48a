"""Landlock: which files may be opened, and how (Documentation/userspace-api/landlock.rst, man 7 landlock).

It needs no privilege and holds for the calling thread and what it starts, for good. It says nothing of chmod, chown,
utime, stat, access and chdir: seccomp denies those that change something.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from grader.worker.layers.kernel import no_new_privileges, out_of_the_way, refusal, syscall
from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

# linux/landlock.h
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG, TRUNCATE = 1 << 7, 1 << 8, 1 << 14
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READ = READ_FILE | READ_DIR  # mapping a library as code asks for no more than reading it
# Not among them: links (also REFER: to another folder), sockets, fifos, devices, execution.
WRITE = READ | WRITE_FILE | TRUNCATE | MAKE_DIR | MAKE_REG | REMOVE_DIR | REMOVE_FILE
_RULE_PATH_BENEATH = 1
_CREATE_RULESET_VERSION = 1
_LOG_SAME_EXEC_OFF = 1  # from ABI 7: hostile code would fill the audit log with its refusals
NEWEST = 7


@dataclass(frozen=True)
class Rule:
    """What may be done at a path and beneath it."""

    path: str
    rights: int


_DEVICES = (Rule("/dev/null", READ_FILE | WRITE_FILE), Rule("/dev/urandom", READ_FILE))


def abi() -> int:
    """The interface that the kernel has, as far as this module knows it."""
    return min(NEWEST, syscall("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION))


def handled(version: int) -> tuple[int, int, int]:
    """Every right of files, of TCP, and every scope that an interface can take away."""
    files = (1 << (13, 14, 15, 15, 16)[min(version, 5) - 1]) - 1
    return files, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0


class Landlock(Layer):
    """Rights on files, by rules that name what may be read and the scratch folder."""

    gives = N_("only the libraries can be read, and only the scratch folder written")

    def __init__(self, ground: Ground) -> None:
        # Below a new root only what may be read is there, so few rules say it; each costs time in every child.
        has_root = "root" in ground.active
        readable = ground.readable
        paths = (*readable.bound, *readable.inside) if has_root else readable.paths
        rules = [Rule(path, READ) for path in paths] + [Rule(path, READ_DIR) for path in readable.listed]
        self.ruleset = Ruleset([*rules, *_DEVICES], abi())
        if ground.scratch_parent is not None and not has_root:
            self.ruleset.settle(ground.scratch_parent)

    @classmethod
    def available(cls) -> str | None:
        return refusal(_refuses)

    def enter(self, limits: WorkerLimits) -> None:
        self.ruleset.apply(".")


def _refuses() -> None:
    Ruleset((), abi()).apply()
    with suppress(PermissionError):
        os.close(os.open("/", os.O_RDONLY))
        raise OSError(0, "a file opened that no rule allows", "landlock")


class Ruleset:
    """Rules with their paths held open: opening some two hundred of them in each child would cost more than the rest.

    The kernel's own ruleset is shared by all that hold its descriptor, so a child can't add its scratch folder to one
    that was made before the fork: each makes its own, or `settle` allows for all of them the folder they lie in.
    """

    def __init__(self, rules: Iterable[Rule], version: int) -> None:
        self.version = version
        self.files, self.network, self.scopes = handled(version)
        self.held: list[tuple[int, int]] = []
        self.settled: int | None = None
        for rule in rules:
            fd = out_of_the_way(os.open(rule.path, os.O_PATH | os.O_CLOEXEC))
            self.held.append((fd, self._rights(fd, rule.rights)))

    def settle(self, scratch_parent: str) -> None:
        """Make the kernel's ruleset now: most of what a child pays. Whoever starts children has to empty the folder."""
        self.settled = out_of_the_way(self.build(scratch_parent))
        self.release()

    def build(self, scratch: str | None) -> int:
        """The kernel's ruleset, with the scratch folder added; a descriptor."""
        if self.settled is not None:
            return self.settled
        attributes = struct.pack("=QQQ", self.files, self.network, self.scopes)
        size = 8 if self.version < 4 else 16 if self.version < 6 else 24
        ruleset = syscall("landlock_create_ruleset", attributes, size, 0)
        # One buffer for all rules; packed by the kernel's definition, so twelve bytes.
        buffer = ctypes.create_string_buffer(12)
        for fd, rights in self.held:
            struct.pack_into("=Qi", buffer, 0, rights, fd)
            syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, buffer, 0)
        if scratch is not None:
            fd = os.open(scratch, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            struct.pack_into("=Qi", buffer, 0, WRITE & self.files, fd)
            syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, buffer, 0)
            os.close(fd)
        return ruleset

    def apply(self, scratch: str | None = None) -> None:
        """Take every right from this process but those of the rules and of the scratch folder."""
        no_new_privileges()  # what the kernel asks of whoever has no CAP_SYS_ADMIN
        fd = self.build(scratch)
        syscall("landlock_restrict_self", fd, _LOG_SAME_EXEC_OFF if self.version >= 7 else 0)
        os.close(fd)
        self.release()

    def release(self) -> None:
        """Close the paths: a descriptor of a folder is a way back to what lies beneath it."""
        for fd, _rights in self.held:
            os.close(fd)
        self.held = []

    def _rights(self, fd: int, rights: int) -> int:
        # The kernel refuses a right of folders for a file.
        return rights & self.files & (-1 if stat.S_ISDIR(os.fstat(fd).st_mode) else _FILE_RIGHTS)
