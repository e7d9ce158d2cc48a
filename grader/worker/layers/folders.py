"""What a worker has to read: the standard library, the assignment's libraries, and what they need of the system.

It is found by the process that has loaded them (the zygote), so an interpreter may lie anywhere.
"""

from __future__ import annotations

import fnmatch
import os
import sysconfig
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

_PACKAGES = ("site-packages", "dist-packages")
_OF_STDLIB_UNUSED = (*_PACKAGES, "test", "idlelib", "turtledemo", "ensurepip", "lib2to3")
_SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_MOST_LIBRARIES = 400  # in a folder that also holds packages; each costs a rule of its own in every worker


@dataclass(frozen=True)
class Readable:
    """Files and folders that a worker may read, said for Landlock and for the mounts of a new root.

    Landlock: `paths` may be read, and of `listed` only the names in them. It can't take a folder out of another, so
    it names every entry of the standard library except `site-packages`. Mounts can: all of `bound` is there, `covered`
    is emptied, and `inside` is put back.
    """

    paths: tuple[str, ...]
    listed: tuple[str, ...]
    bound: tuple[str, ...]
    covered: tuple[str, ...]
    inside: tuple[str, ...]


def readable(names: Sequence[str], folders: Sequence[str], hidden: Sequence[str] = ()) -> Readable:
    """For the top-level packages `names` in `folders`, without the packages `hidden` in them; once all is loaded.

    What is hidden stays loaded as far as it is: only its files are out of reach.
    """
    stdlib = list(dict.fromkeys(sysconfig.get_path(key) for key in ("stdlib", "platstdlib")))
    stdlib = [folder for folder in stdlib if os.path.isdir(folder)]
    entries = [entry for folder in stdlib for entry in _standard(folder)]
    packages = [path for folder in folders for path in _packages(folder, names)]
    away = [
        path for folder in folders for name in hidden if os.path.isdir(path := os.path.join(folder, *name.split(".")))
    ]
    around = {folder for path in away for folder in _above(path, packages)}
    shown = [path for package in packages for path in _without(package, away, around)]
    known = [*entries, *packages]
    mapped = [path for path in _mapped() if not _beneath(path, known)]
    homes = list(dict.fromkeys(os.path.dirname(path) for path in mapped))
    mixed = [home for home in homes if any(fnmatch.filter(os.listdir(home), "python*"))]
    plain = [home for home in homes if home not in mixed and os.path.basename(home) != "bin"]
    libraries = [*plain, *_of_mixed(mixed, mapped)]
    system = [path for path in _SYSTEM if os.path.exists(path)]
    covered = [os.path.join(folder, name) for folder in stdlib for name in _PACKAGES]
    return Readable(
        paths=_unique((*entries, *shown, *libraries, *system)),
        listed=_unique((*stdlib, *folders, *sorted(around))),
        bound=_unique((*stdlib, *libraries, *system)),
        covered=_unique((*(path for path in covered if os.path.isdir(path)), *away)),
        inside=_unique(packages),
    )


def _standard(folder: str) -> Iterator[str]:
    """The entries of the standard library; a link that leads out of it is no part of it."""
    home = os.path.realpath(folder)
    for entry in os.scandir(folder):
        if entry.name not in _OF_STDLIB_UNUSED and _beneath(os.path.realpath(entry.path), [home]):
            yield entry.path


def _packages(folder: str, names: Sequence[str]) -> Iterator[str]:
    """All that belongs to the packages: code, compiled modules, bundled libraries, metadata."""
    patterns = [form.format(name) for name in names for form in ("{}", "{}.py", "{}.libs", "{}.*.so", "{}-*.dist-info")]
    for name in os.listdir(folder):
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            yield os.path.join(folder, name)
    cache = os.path.join(folder, "__pycache__")
    if os.path.isdir(cache):
        yield from (os.path.join(cache, name) for name in os.listdir(cache) if name.split(".")[0] in names)


def _above(path: str, packages: Sequence[str]) -> Iterator[str]:
    """The folders above a path, up to the package that it lies in."""
    while path not in packages:
        yield (path := os.path.dirname(path))


def _without(path: str, away: Sequence[str], around: Collection[str]) -> Iterator[str]:
    """What there is at a path; the entries one by one of each folder with something in it that is taken away."""
    if path not in around:
        yield path
        return
    for entry in os.scandir(path):
        if entry.path not in away:
            yield from _without(entry.path, away, around)


def _mapped() -> list[str]:
    """The shared libraries that this process has loaded."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        paths = {line.split(maxsplit=5)[5].rstrip("\n") for line in file if line.count("/") and ".so" in line}
    return sorted(path for path in paths if os.path.isfile(path))


def _of_mixed(homes: Sequence[str], mapped: Sequence[str]) -> Iterator[str]:
    """Libraries one by one from folders in which packages lie as well (a conda environment's lib, /usr/lib64)."""
    for home in homes:
        files = {os.path.realpath(os.path.join(home, name)) for name in fnmatch.filter(os.listdir(home), "lib*.so*")}
        if len(files) > _MOST_LIBRARIES:
            files = {path for path in mapped if os.path.dirname(path) == home}
        yield from sorted(files)


def _beneath(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _unique(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
