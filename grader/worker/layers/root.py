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
from grader.worker.layers.kernel import mount, refusal, syscall
from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

WORK = "/d2d-work"  # no program is installed beneath it, as one may well be beneath /work
DEVICES = ("/dev/null", "/dev/urandom")
_WORK_FILES = 4096
_PREPARED_ON = "/sys"  # is on every Linux, and nothing that is bound lies beneath it
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC = 2, 4, 8, 4096, 16384
_MNT_DETACH = 2
# linux/mount.h; AT_RECURSIVE of linux/fcntl.h
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_NOEXEC, _AT_RECURSIVE = 1, 2, 4, 8, 0x8000


class Root(Layer):
    """A new root, and a tmpfs at `WORK` in it in place of the scratch folder that the judge made."""

    gives = N_("of the machine's files only the libraries are there, and they can't be written")
    needs = "namespaces"

    def __init__(self, ground: Ground) -> None:
        readable = ground.readable
        self.layout = layout_of(readable.bound, readable.covered, readable.inside)

    @classmethod
    def available(cls) -> str | None:
        uid, gid = os.geteuid(), os.getegid()

        def question() -> None:
            namespaces.settle_in(uid, gid)
            layout_of((), (), ()).enter(1 << 20, 64)
            if sorted(os.listdir("/")) != [WORK.strip("/"), "dev"] or os.listdir(WORK):
                raise OSError(0, "the old root is still to be seen", "root")

        return refusal(question, namespaces.fork_apart)

    def enter(self, limits: WorkerLimits) -> None:
        self.layout.enter(limits["scratch_bytes"], _WORK_FILES)


@dataclass(frozen=True)
class Part:
    """One thing to make in the new root, at a path as it is named inside: `folder`, `link`, `bind` or `cover`."""

    kind: str
    path: str
    target: str = ""


@dataclass(frozen=True)
class Layout:
    """What the new root consists of, worked out once: in the child only system calls are left."""

    parts: tuple[Part, ...]

    def enter(self, work_bytes: int, work_files: int) -> None:
        """Change to the new root, and to `WORK` in it: a tmpfs with limits that this process may write."""
        new = _PREPARED_ON
        mount("d2d", new, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
        for part in self.parts:
            _make(part, new)
        os.mkdir(new + WORK)
        _attributes(new, _ATTR_RDONLY | _ATTR_NOSUID)
        uid = os.geteuid()
        options = f"size={work_bytes},nr_inodes={work_files},mode=700,uid={uid},gid={uid}"
        mount("d2d", new + WORK, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options)
        # The old root ends up on top of the new one, and is taken off: no folder for it is needed (man 2 pivot_root).
        os.chdir(new)
        syscall("pivot_root", b".", b".")
        syscall("umount2", b".", _MNT_DETACH)
        os.chdir(WORK)


def layout_of(bound: Sequence[str], covered: Sequence[str], inside: Sequence[str]) -> Layout:
    """A root with the folders and files `bound`, of which `covered` are emptied again except for what is `inside`."""
    covers = {os.path.realpath(path) for path in covered}
    binds = {os.path.realpath(path) for path in (*bound, *inside, *DEVICES)}
    parts: list[Part] = []
    made = {"/"}
    regions: dict[str, bool] = {}  # path → whether what lies beneath is the machine's own
    for path in sorted(covers | binds):  # an outer folder sorts before what lies in it
        theirs = _region(path, regions)
        if path in covers:
            if theirs:
                made.add(path)
                parts.append(Part("cover", path))
                regions[path] = False
        elif not theirs:
            parts.extend(_folders(os.path.dirname(path), made))
            made.add(path)
            parts.append(Part("bind", path))
            regions[path] = True
    for path in (*bound, *inside):
        for link, target in _links(path):
            if not _region(link, regions) and link not in made:
                made.add(link)
                parts.extend(_folders(os.path.dirname(link), made))
                parts.append(Part("link", link, target))
    return Layout(tuple(parts))


def _region(path: str, regions: dict[str, bool]) -> bool:
    """Whether the innermost bind or cover around a path shows the machine's own files."""
    around = [region for region in regions if path.startswith(region + "/") or path == region]
    return bool(around) and regions[max(around, key=len)]


def _folders(path: str, made: set[str]) -> Iterator[Part]:
    if path not in made:
        yield from _folders(os.path.dirname(path), made)
        made.add(path)
        yield Part("folder", path)


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


def _make(part: Part, new: str) -> None:
    path = new + part.path
    if part.kind == "folder":
        os.mkdir(path)
    elif part.kind == "link":
        os.symlink(part.target, path)
    elif part.kind == "cover":
        mount("d2d", path, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,nr_inodes=1024,mode=755")
    else:
        mode = os.stat(part.path).st_mode
        if stat.S_ISDIR(mode):
            os.makedirs(path, exist_ok=True)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        mount(part.path, path, "", _MS_BIND | _MS_REC)
        # At once: nothing made later can end up in a folder of the machine by mistake.
        _attributes(path, _ATTR_RDONLY | _ATTR_NOSUID | (0 if part.path in DEVICES else _ATTR_NODEV))


def _attributes(path: str, attributes: int) -> None:
    """Set them on a mount and on all beneath it; a remount would have to repeat those that the user can't clear."""
    settings = struct.pack("=QQQQ", attributes, 0, 0, 0)
    syscall("mount_setattr", -100, path.encode(), _AT_RECURSIVE, settings, len(settings))
