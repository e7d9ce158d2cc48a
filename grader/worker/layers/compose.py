"""All layers together: prepared once in the zygote, applied in each forked child before it reads any student's code."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import ModuleType

from grader.worker.layers import cgroup, landlock, namespaces, privileges, root, seccomp
from grader.worker.layers.folders import Readable
from grader.worker.layers.kernel import describe, die_with_parent

FAILED = 97  # the exit code of a child that could not be locked down: our fault, never the submission's
# Each says what it gives and whether this machine has it, in the order in which a worker takes them on.
LAYERS: Mapping[str, ModuleType] = {
    "cgroup": cgroup,
    "namespaces": namespaces,
    "root": root,
    "landlock": landlock,
    "privileges": privileges,
    "seccomp": seccomp,
}
IN_CHILD = ("namespaces", "root", "landlock", "privileges", "seccomp")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    # Without namespaces and control groups too, these left one of 79 escapes (a flood of files in the scratch folder),
    # and every Linux from 5.13 on has them without root. What they lack in memory, RLIMIT_AS bounds.
    "staff": ("landlock", "privileges", "seccomp"),
    "member": (),
}
DEVICES = (
    landlock.Rule("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE),
    landlock.Rule("/dev/urandom", landlock.READ_FILE),
)


def survey() -> dict[str, str | None]:
    """Each layer that a child applies: None where the machine has it, else why not. Before the libraries are loaded."""
    return {name: LAYERS[name].available() for name in IN_CHILD}


def lacking(profile: str, offered: Mapping[str, str | None]) -> dict[str, str]:
    """The layers that a profile requires and the machine lacks, with the reasons."""
    return {name: offered[name] or "" for name in REQUIRED[profile] if offered[name] is not None}


@dataclass(frozen=True)
class Lockdown:
    """What is done to each child; made by `prepare` in a process that has loaded the libraries, and forks there."""

    active: tuple[str, ...]
    uid: int
    layout: root.Plan
    ruleset: landlock.Ruleset
    filter: seccomp.Filter | None
    lifeline: namespaces.Lifeline
    unreadable: str | None  # what the uid to come can't read, with the reason; the worker would miss it
    ids: tuple[int, int]  # uid and gid outside, which a new user namespace doesn't show

    def fork(self) -> int:
        """`os.fork` for a child that will call `apply`."""
        return namespaces.fork() if "namespaces" in self.active else os.fork()

    def apply(
        self, scratch: str, *, work_bytes: int = 64 << 20, work_files: int = 4096, group: cgroup.Group | None = None
    ) -> tuple[str, ...]:
        """Lock this process down and stand in its scratch folder; the names of the layers that hold from here on.

        Where the new root is among them, the scratch folder is a tmpfs at `root.WORK`, and `scratch` is not used. A
        layer that fails ends the process with `FAILED`: it was said to be there, and half of it can't be taken back.
        """
        try:
            return self._apply(scratch, work_bytes, work_files, group)
        except BaseException as error:  # noqa: BLE001 — nothing may get past this line without its layers
            os.write(2, f"the sandbox could not be closed: {describe(error)}\n".encode("utf-8", "replace"))
            os._exit(FAILED)

    def _apply(self, scratch: str, work_bytes: int, work_files: int, group: cgroup.Group | None) -> tuple[str, ...]:
        uid, gid = self.ids
        self.lifeline.take()
        if group is not None:
            group.enter()
        drops_uid = "privileges" in self.active and uid == 0
        if "namespaces" in self.active:
            namespaces.enter(uid, gid)
        if "root" in self.active:
            owner = self.uid if drops_uid else os.geteuid()
            root.enter(self.layout, None, owner, work_bytes, work_files)
        else:
            if drops_uid:
                os.chown(scratch, self.uid, self.uid)
            os.chdir(scratch)
        if "landlock" in self.active:
            landlock.apply(self.ruleset, ".")
        if "privileges" in self.active:
            privileges.apply(self.uid)
        # Not before: a change of uid or capabilities clears the signal (man 2 PR_SET_PDEATHSIG). Where the parent has
        # ended by now, so does this process.
        die_with_parent(self.lifeline.holds)
        self.lifeline.close()
        if self.filter is not None:
            seccomp.apply(self.filter)
        return (*self.active, *((group.name,) if group is not None else ()))


def prepare(
    readable: Readable,
    offered: Mapping[str, str | None],
    *,
    executable_maps: bool,
    uid: int = privileges.NOBODY,
    scratch_parent: str | None = None,
    without: Collection[str] = (),
) -> Lockdown:
    """Everything that can be worked out before a child exists. `without` leaves layers out, for tests of the others.

    `scratch_parent`: where every scratch folder will lie, if one worker at a time runs and the folder is emptied after
    each; without a new root, that saves half of what Landlock costs a child.
    `executable_maps`: torch compiles kernels as it runs (oneDNN); NumPy doesn't.
    """
    active = tuple(name for name in IN_CHILD if offered[name] is None and name not in without)
    if "namespaces" not in active:  # the new root is mounted in one
        active = tuple(name for name in active if name != "root")
    # Below a new root only what may be read is there, so few rules say it; each costs time in every child.
    paths = (*readable.bound, *readable.inside) if "root" in active else readable.paths
    rules = [landlock.Rule(path, landlock.READ) for path in paths]
    rules += [landlock.Rule(path, landlock.READ_DIR) for path in readable.listed]
    has_landlock = "landlock" in active
    ruleset = landlock.Ruleset([*rules, *DEVICES] if has_landlock else [], landlock.abi() if has_landlock else 1)
    if has_landlock and scratch_parent is not None and "root" not in active:
        ruleset.settle(scratch_parent)
    drops_uid = "privileges" in active and os.geteuid() == 0 and "root" not in active  # mounts lead past private homes
    return Lockdown(
        active=active,
        uid=uid,
        layout=root.plan(readable.bound, readable.covered, readable.inside),
        ruleset=ruleset,
        filter=seccomp.Filter(executable_maps) if "seccomp" in active else None,
        lifeline=namespaces.Lifeline(),
        unreadable=privileges.unreadable(paths, uid) if drops_uid else None,
        ids=(os.geteuid(), os.getegid()),
    )
