"""Removing what a submission left, however deep its folders are and whatever rights it took away.

Nothing of the submission runs any more, so nothing changes meanwhile. There is no recursion: a program can nest folders
deeper than Python recurses, deeper than a path may be long, and deeper than descriptors may be open.
"""

from __future__ import annotations

import os


def remove(top: str) -> None:
    """Remove a folder and all that is in it. Links are removed themselves and never followed."""
    empty(top)
    os.rmdir(top)


def empty(top: str) -> None:
    """Remove all that is in a folder. The content of each inner folder is moved up beside it until none has any."""
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
