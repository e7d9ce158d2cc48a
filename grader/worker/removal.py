"""Removing what a submission left, however it nested it and whatever rights it took away.

Nothing of the submission runs any more, so nothing changes underneath. Not by recursion: a program can nest folders
deeper than Python recurses, than a path may be long, and than descriptors may be open at once.
"""

from __future__ import annotations

import os


def remove(top: str) -> None:
    """Take away a folder and all in it; links are taken away themselves, never followed."""
    empty(top)
    os.rmdir(top)


def empty(top: str) -> None:
    """Take away all that is in a folder: each folder's content is moved up beside it until none has any."""
    moved = 0
    while entries := list(os.scandir(top)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)  # it may have been made without rights; only its owner gets here
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)  # moving a folder changes its "..", which is writing to it
                moved += 1
                os.rename(inner.path, os.path.join(top, f".d2d-{os.getpid()}-{moved}"))
            os.rmdir(entry.path)
