"""A root of its own on tmpfs: libraries read-only, a scratch folder with a limit, two devices, and nothing else.

man 2 pivot_root, man 2 mount_setattr, Documentation/filesystems/tmpfs.rst. Needs the mount namespace of `namespaces`.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.worker.layers import namespaces
from grader.worker.layers.kernel import mount, reason, syscall

GIVES = "no file of this machine is there but the libraries; the scratch folder is bounded in bytes and files"

WORK = "/d2d-work"  # no program is installed beneath it, as one may well be beneath /work
DEVICES = ("/dev/null", "/dev/urandom")
_PREPARED_ON = "/sys"  # is on every Linux, and nothing that is bound lies beneath it
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC = 2, 4, 8, 4096, 16384
_MNT_DETACH = 2
# linux/mount.h; AT_RECURSIVE of linux/fcntl.h
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_NOEXEC, _AT_RECURSIVE = 1, 2, 4, 8, 0x8000


@dataclass(frozen=True)
class Step:
    """One thing to make in the new root, at a path as it is named inside: `folder`, `link`, `bind` or `cover`."""

    kind: str
    path: str
    target: str = ""


@dataclass(frozen=True)
class Plan:
    """What the new root consists of, worked out once: in the child only system calls are left."""

    steps: tuple[Step, ...]


def plan(bound: Sequence[str], covered: Sequence[str], inside: Sequence[str]) -> Plan:
    """A root with the folders and files `bound`, of which `covered` are emptied again except for what is `inside`."""
    covers = {os.path.realpath(path) for path in covered}
    binds = {os.path.realpath(path) for path in (*bound, *inside, *DEVICES)}
    steps: list[Step] = []
    made = {"/"}
    regions: dict[str, bool] = {}  # path → whether what lies beneath is the machine's own
    for path in sorted(covers | binds):  # an outer folder sorts before what lies in it
        theirs = _region(path, regions)
        if path in covers:
            if theirs:
                made.add(path)
                steps.append(Step("cover", path))
                regions[path] = False
        elif not theirs:
            steps.extend(_folders(os.path.dirname(path), made))
            made.add(path)
            steps.append(Step("bind", path))
            regions[path] = True
    for path in (*bound, *inside):
        for link, target in _links(path):
            if not _region(link, regions) and link not in made:
                made.add(link)
                steps.extend(_folders(os.path.dirname(link), made))
                steps.append(Step("link", link, target))
    return Plan(tuple(steps))


def _region(path: str, regions: dict[str, bool]) -> bool:
    """Whether the innermost bind or cover around a path shows the machine's own files."""
    around = [region for region in regions if path.startswith(region + "/") or path == region]
    return bool(around) and regions[max(around, key=len)]


def _folders(path: str, made: set[str]) -> Iterator[Step]:
    if path not in made:
        yield from _folders(os.path.dirname(path), made)
        made.add(path)
        yield Step("folder", path)


def _links(path: str) -> Iterator[tuple[str, str]]:
    """The symbolic links on the way to a path: libraries are looked for under /lib, which is often one."""
    at, parts = "/", path.strip("/").split("/")
    while parts:
        step = os.path.normpath(os.path.join(at, parts.pop(0)))
        if os.path.islink(step):
            target = os.readlink(step)
            yield step, target
            at, parts = ("/" if target.startswith("/") else at), [*target.strip("/").split("/"), *parts]
        else:
            at = step


def available() -> str | None:
    """None where a forked child could change its root to one of its own; else the reason."""
    uid, gid = os.geteuid(), os.getegid()

    def question() -> None:
        namespaces.enter(uid, gid)
        enter(plan((), (), ()), None, os.geteuid(), 1 << 20, 64)
        if sorted(os.listdir("/")) != [WORK.strip("/"), "dev"] or os.listdir(WORK):
            raise OSError(0, "the old root is still to be seen", "root")

    return reason(question, namespaces.fork)


def enter(layout: Plan, scratch: str | None, owner: int, work_bytes: int, work_files: int) -> None:
    """Change to the new root and to `WORK` in it: `scratch` bound there, or a bounded tmpfs that `owner` may write."""
    new = _PREPARED_ON
    mount("d2d", new, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
    for step in layout.steps:
        _make(step, new)
    os.mkdir(new + WORK)
    _attributes(new, _ATTR_RDONLY | _ATTR_NOSUID)
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    if scratch is None:
        options = f"size={work_bytes},nr_inodes={work_files},mode=700,uid={owner},gid={owner}"
        mount("d2d", new + WORK, "tmpfs", flags, options)
    else:
        mount(scratch, new + WORK, "", _MS_BIND)
        _attributes(new + WORK, _ATTR_NOSUID | _ATTR_NODEV | _ATTR_NOEXEC)
    # The old root ends up on top of the new one, and is taken off: no folder for it is needed (man 2 pivot_root).
    os.chdir(new)
    syscall("pivot_root", b".", b".")
    syscall("umount2", b".", _MNT_DETACH)
    os.chdir(WORK)


def _make(step: Step, new: str) -> None:
    path = new + step.path
    if step.kind == "folder":
        os.mkdir(path)
    elif step.kind == "link":
        os.symlink(step.target, path)
    elif step.kind == "cover":
        mount("d2d", path, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,nr_inodes=1024,mode=755")
    else:
        mode = os.stat(step.path).st_mode
        if stat.S_ISDIR(mode):
            os.makedirs(path, exist_ok=True)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(step.path, path, "", _MS_BIND | _MS_REC)
        # At once: nothing made later can end up in a folder of the machine by mistake.
        _attributes(path, _ATTR_RDONLY | _ATTR_NOSUID | (0 if step.path in DEVICES else _ATTR_NODEV))


def _attributes(path: str, attributes: int) -> None:
    """Set them on a mount and on all beneath it; a remount would have to repeat those that the user can't clear."""
    settings = struct.pack("=QQQQ", attributes, 0, 0, 0)
    syscall("mount_setattr", -100, path.encode(), _AT_RECURSIVE, settings, len(settings))
