"""The world around a worker: things worth stealing and breaking, and what has become of them."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import py_compile
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import tty
from pathlib import Path
from typing import Any

from grader.worker.layers import cgroup
from grader.worker.layers.kernel import numbers, running

MANIFEST = """
id = "twice"
version = "1.0.0"
stub = "twice.py"
[title]
ko = "두 배"
en = "Twice"
[worker]
imports = [{imports}]
[sections.attack]
asks = ["attack"]
points = 1
"""
STUB = 'def attack(x):\n    """Twice x."""\n    raise NotImplementedError\n'
RIGHT = "def attack(x):\n    return 2 * x\n"
HIDDEN = '''
from grader import case, close

SEEN = []


@case("attack", points=1, concept="value")
def test_attack(student, reference, rng):
    """attack gives twice its input."""
    x = rng.normal(size=4)
    SEEN[:] = [x]
    SEEN.append(student.attack(x))
    close(SEEN[1], reference.attack(x))
'''
_SYSV = ("shm", "sem", "msg")
KEY = 0x0D2D0000 | os.getpid() & 0xFFFF  # of what is shared between processes: another run has another
_IPC_RMID = 0
_CONTROLS = ("shmctl", "semctl", "msgctl")


class World:
    """Bait: files, processes, sockets, a terminal, a course. `facts` is what an attack is told of it."""

    def __init__(self, extra_imports: tuple[str, ...] = ()) -> None:
        self.canary = f"canary-{secrets.token_hex(8)}"
        os.environ["D2D_SECRET"] = self.canary
        self.place = Path(tempfile.mkdtemp(prefix="world-"))
        self.place.chmod(0o755)
        self.course = self._course(extra_imports)
        self._files()
        self.memory = ctypes.create_string_buffer(self.canary.encode())
        self.victim = subprocess.Popen(["sleep", "1000"])
        self._sockets()
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.slave, False)
        self.stray = f"d2d-attack-{os.getpid()}"  # what is left where everybody may write goes by this name
        self.settle()

    def settle(self) -> None:
        """From now on, what is as it is now is untouched."""
        self.forget_strays()
        self.kept = self._snapshot()
        self.files = {path: path.read_bytes() for path in self.place.rglob("*") if path.is_file()}
        self.state = self._state()

    def facts(self, zygote: int) -> dict[str, Any]:
        """What every attacker knows: where things are, never what is in them."""
        at = {name: str(self.place / name) for name in ("reports", "neighbour", "home", "library")}
        return {
            **at,
            "cases": str(self.course / "assignments/twice/test_hidden.py"),
            "course": str(self.course),
            "reference": str(self.course / "reference/twice.py"),
            "compiled": str(self.compiled),
            "secret": str(self.place / "secret.txt"),
            "inbox": str(self.place / "inbox"),
            "judge": os.getpid(),
            "zygote": zygote,
            "victim": self.victim.pid,
            "address": ctypes.addressof(self.memory),
            "size": len(self.canary),
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.abstract,
            "terminal": os.ttyname(self.slave),
            "packages": os.path.dirname(os.path.dirname(__import__("click").__file__)),
            "python": sys.executable,
            "stray": self.stray,
            "key": KEY,
            "calls": numbers(running()),
        }

    def _course(self, extra_imports: tuple[str, ...]) -> Path:
        course = self.place / "course"
        for name, text in {
            "d2d.toml": 'name = "Attacked"\n',
            "assignments/twice/assignment.toml": MANIFEST.format(
                imports=", ".join(f'"{name}"' for name in ("numpy", *extra_imports))
            ),
            "assignments/twice/twice.py": STUB,
            "assignments/twice/test_public.py": "",
            "assignments/twice/test_hidden.py": f"{HIDDEN}\n# {self.canary}\n",
            "reference/twice.py": f'{RIGHT}\nNAME = "{self.canary}"\n',
            ".git/packed-refs": f"{self.canary} refs/heads/main\n",
        }.items():
            file = course / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        self.compiled = Path(py_compile.compile(str(course / "reference/twice.py"), doraise=True))
        return course

    def _files(self) -> None:
        (self.place / "secret.txt").write_text(self.canary, "utf-8")
        for name, text in {
            "reports/kim.json": '{"score": 0}\n',
            "neighbour/lee.py": "def attack(x):\n    return x\n",
            "home/.profile": "umask 022\n",
            "home/.ssh/id_ed25519": self.canary,
            "library/helper.py": "answer = 42\n",
        }.items():
            file = self.place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.parent.chmod(0o777)
            file.write_text(text, "utf-8")
            file.chmod(0o666)

    def _sockets(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.inbox = socket.socket(socket.AF_UNIX)
        self.inbox.bind(str(self.place / "inbox"))
        (self.place / "inbox").chmod(0o777)
        self.abstract = f"d2d-{secrets.token_hex(4)}"
        self.hidden = socket.socket(socket.AF_UNIX)
        self.hidden.bind("\0" + self.abstract)
        for listening in (self.inbox, self.hidden):
            listening.listen()
        for each in (self.tcp, self.udp, self.inbox, self.hidden):
            each.setblocking(False)

    # -- what has become of it -------------------------------------------------------------------------------------

    def touched(self) -> list[str]:
        """What is no longer as it was; afterwards it is again."""
        found = []
        if self._snapshot() != self.kept:
            found.append("files")
            self._mend_files()
        if self.victim.poll() is not None or _is_stopped(self.victim.pid):
            found.append("a process")
            self.victim.kill()
            self.victim.wait()
            self.victim = subprocess.Popen(["sleep", "1000"])
        found += [f"{name} socket" for name in ("tcp", "udp", "inbox", "hidden") if self._was_used(name)]
        state = self._state()
        found += [name for name in state if state[name] != self.state[name]]
        if state != self.state:
            self._mend_state()
        if self.forget_strays():
            found.append("temporary folders")
        with contextlib.suppress(OSError):
            if os.read(self.slave, 100):
                found.append("the terminal's input")
        return found

    def _snapshot(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for path in self.place.rglob("*"):
            status = path.lstat()
            content = _content(path) if path.is_file() and not path.is_symlink() else b""
            times = status.st_mtime_ns if path.is_file() else 0  # a folder's changes with what is mended in it
            extra = tuple(os.listxattr(path, follow_symlinks=False))
            found[str(path)] = (status.st_mode, status.st_uid, status.st_gid, status.st_nlink, times, content, extra)
        return found

    def _mend_files(self) -> None:
        for path in sorted(self.place.rglob("*"), reverse=True):
            if str(path) not in self.kept:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for path, content in self.files.items():
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name, state in self.kept.items():
            mode, uid, gid, _links, times, _content, _extra = state  # type: ignore[misc]
            os.chown(name, uid, gid, follow_symlinks=False)
            os.chmod(name, mode & 0o7777)
            if times:
                os.utime(name, ns=(times, times))

    def _was_used(self, name: str) -> bool:
        with contextlib.suppress(BlockingIOError):
            if name == "udp":
                self.udp.recv(100)
            else:
                getattr(self, name).accept()[0].close()
            return True
        return False

    def _state(self) -> dict[str, object]:
        return {
            "shared memory": {kind: _ids(kind) for kind in _SYSV},
            "mounts": Path("/proc/self/mountinfo").read_text("utf-8"),
            "control groups": [
                name for folder in cgroup.find().folders for name in os.listdir(folder) if f"-{os.getpid()}-" in name
            ],
            "the name of the host": os.uname().nodename,
            "the terminal": [*termios.tcgetattr(self.slave)[:4]],
            "the judge's descriptors": len(os.listdir("/proc/self/fd")),
            "the judge's environment": sorted(os.environ),
        }

    def _mend_state(self) -> None:
        before: Any = self.state["shared memory"]
        for kind, control in zip(_SYSV, _CONTROLS, strict=True):
            for id_ in _ids(kind) - before[kind]:
                getattr(ctypes.CDLL(None), control)(id_, _IPC_RMID, 0)
        tty.setraw(self.slave)
        for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
            where = line.split()[4]
            if where.startswith(str(self.place)):
                ctypes.CDLL(None).umount2(where.encode(), 2)
        self.state = self._state()

    def forget_strays(self) -> bool:
        """Take away what was put where everybody may write; whether there was something."""
        common = [Path(folder, self.stray) for folder in ("/dev/shm", "/tmp", "/var/tmp")]
        there = [path for path in common if path.exists() or path.is_symlink()]
        for path in there:
            path.unlink()
        queue = ctypes.CDLL(None, use_errno=True).mq_unlink(f"/{self.stray}".encode()) == 0
        return bool(there) or queue

    def close(self) -> None:
        self.victim.kill()
        self.victim.wait()
        for each in (self.tcp, self.udp, self.inbox, self.hidden):
            each.close()
        os.close(self.master)
        os.close(self.slave)
        shutil.rmtree(self.place)


def _content(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except PermissionError:  # somebody took the right away
        return b"closed"


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] in "Tt"


def _ids(kind: str) -> set[int]:
    try:
        lines = Path(f"/proc/sysvipc/{kind}").read_text("ascii").splitlines()[1:]
    except FileNotFoundError:  # a kernel without them
        return set()
    return {int(line.split()[1]) for line in lines if int(line.split()[0]) == KEY}
