"""Wait until a submission is saved, for `d2d check --watch`."""

from __future__ import annotations

import time
from pathlib import Path

_IDLE = 0.05  # seconds between two looks: often enough to feel immediate, rarely enough for a laptop's battery
_SETTLING = 0.01  # an editor empties a file and then writes it: so long must it stay the same

FileState = tuple[tuple[str, int, int, int], ...] | None


def state_of(path: Path) -> FileState:
    """What changes whenever the file, or a file of the folder, is saved; None while it can't be read."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        stats = [(file.name, file.stat()) for file in files]
    except OSError:  # an editor is just putting its new file in place of the old
        return None
    return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats)


def wait_for_save(path: Path, before: FileState) -> None:
    """Return once `path` differs from `before` and has stopped changing."""
    while (now := state_of(path)) == before:
        time.sleep(_IDLE)
    while True:
        time.sleep(_SETTLING)
        later = state_of(path)
        if later == now:
            return
        now = later
