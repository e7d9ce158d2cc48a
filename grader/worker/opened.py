"""Folders that a submission can change, opened for us: no link that it puts there is ever followed.

Whoever opens a folder by its path and works in it by its path again may find another one the second time. So each is
opened once, without following a link in its own place, and all that comes after is told the descriptor. Windows opens
no folders; there is no other user there either in whose place a link could be followed.
"""

from __future__ import annotations

import os

CAN_OPEN = hasattr(os, "O_DIRECTORY") and hasattr(os, "O_NOFOLLOW")
_FOLDER = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC"))
_ITSELF = _FOLDER | getattr(os, "O_PATH", 0)  # asks for no rights on the folder
_OWNERS = 0o700


def open_folder(path: str, below: int | None = None) -> int:
    """A descriptor of the folder `path`, or of one of that name in the open folder `below`; a link is an error."""
    return os.open(path, _FOLDER, dir_fd=below)


def open_with_rights(name: str, below: int) -> int:
    """The same, with all rights for its owner, who may have taken them away."""
    if not hasattr(os, "O_PATH"):
        os.chmod(name, _OWNERS, dir_fd=below, follow_symlinks=False)
        return open_folder(name, below)
    itself = os.open(name, _ITSELF, dir_fd=below)
    try:
        if os.fstat(itself).st_mode & _OWNERS != _OWNERS:
            # By a name it could be another folder by now, and fchmod takes no such descriptor (man 2 open, O_PATH).
            os.chmod(f"/proc/self/fd/{itself}", _OWNERS)
        return open_folder(".", itself)
    finally:
        os.close(itself)


def is_opened(folder: int, path: str) -> bool:
    """Whether an open folder is still the one at `path`, and no link has taken its place."""
    try:
        return os.path.samestat(os.fstat(folder), os.lstat(path))
    except FileNotFoundError:
        return False


def stand_in(path: str) -> None:
    """Make `path` the current folder; neither it nor the folder around it may be a link."""
    if not CAN_OPEN:
        os.chdir(path)
        return
    around = open_folder(os.path.dirname(path))
    try:
        folder = open_folder(os.path.basename(path), around)
    finally:
        os.close(around)
    try:
        os.fchdir(folder)
    finally:
        os.close(folder)
