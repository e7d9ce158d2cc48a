"""Something outside of a scratch folder that nobody may touch, and links that lead to it (see CVE-2024-28189)."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OWNER = 12345


class Outside:
    """A folder with a file and a folder in it; everything that could be changed of them is known."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "kept.txt"
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "deep.txt").write_text("deep", "utf-8")
        self.file.write_text("kept", "utf-8")
        for path in (self.file, folder / "inner" / "deep.txt", folder / "inner", folder):
            path.chmod(0o755 if path.is_dir() else 0o644)
            if os.geteuid() == 0:
                os.chown(path, _OWNER, _OWNER)
            os.utime(path, (10**9, 10**9))
        self.before = self.state()

    def state(self) -> dict[str, tuple[object, ...]]:
        """Content, owner, rights and time of each; what is linked to it from elsewhere does not matter."""
        state: dict[str, tuple[object, ...]] = {}
        for path in (self.folder, *self.folder.rglob("*")):
            status, content = path.lstat(), path.read_bytes() if path.is_file() else b""
            state[path.name] = (content, status.st_uid, status.st_gid, status.st_mode, status.st_mtime_ns)
        return state

    def check(self) -> None:
        """It is as it was."""
        assert self.state() == self.before


def put_links(top: Path, outside: Outside) -> None:
    """Everything that can stand in place of a file or folder, at the top and in a folder below it."""
    for folder in (top, top / "inner"):
        folder.mkdir(exist_ok=True)
        (folder / "folder-link").symlink_to(outside.folder)
        (folder / "file-link").symlink_to(outside.file)
        (folder / "loose-link").symlink_to(outside.folder / "nothing")
        (folder / "hard-link").hardlink_to(outside.file)
        os.mkfifo(folder / "fifo")
        home = Path.cwd()
        os.chdir(folder)  # the name of a socket may not be long
        try:
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind("socket")
        finally:
            os.chdir(home)


@contextmanager
def exchanging(top: Path, outside: Outside) -> Iterator[None]:
    """Meanwhile another process gives a folder in `top` and links to what is outside each other's names, as it can."""
    reading, writing = os.pipe()
    racer = os.fork()
    if racer == 0:
        try:
            _exchange(str(top), os.path.relpath(outside.folder, top), writing)
        finally:
            os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    try:
        yield
    finally:
        os.kill(racer, signal.SIGKILL)
        os.waitpid(racer, 0)


def _exchange(top: str, outside: str, started: int) -> None:
    rename = ctypes.CDLL(None).renameat2
    closed, link = Path(top, "closed"), Path(top, "link")
    while True:
        with suppress(OSError):
            closed.mkdir(mode=0)
        with suppress(OSError):
            link.symlink_to(outside)
        for _ in range(50):
            rename(-100, bytes(closed), -100, bytes(link), 2)  # RENAME_EXCHANGE
        if started:
            os.close(started)
            started = 0
