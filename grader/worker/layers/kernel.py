"""The kernel's interface by ctypes: calls that raise OSError, and questions asked in a forked child.

`syscalls.txt` has the numbers of the calls that the layers name, from the kernel's
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h: they are part of its interface and never
change. A call that an architecture doesn't have (arm64 has `openat` and no `open`) is absent.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

X86_64, ARM64 = "x86_64", "aarch64"
PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_GET_TID_ADDRESS = 1, 38, 40  # linux/prctl.h
_CLONE_CHILD_CLEARTID, _CLONE_CHILD_SETTID = 0x200000, 0x1000000  # linux/sched.h
_PROBE_SECONDS = 10.0
_FIRST_HIGH = 24  # above those that a worker puts others over; low, for who may have few files open

# Windows has no process to look into by the name None; the layers aren't there either.
_LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_HELD: Any = ctypes.PyDLL(None, use_errno=True) if sys.platform == "linux" else None


def numbers(architecture: str) -> dict[str, int]:
    """Number by name; empty for an architecture that the layers don't know."""
    if architecture not in (X86_64, ARM64):
        return {}
    with open(os.path.join(os.path.dirname(__file__), "syscalls.txt"), encoding="ascii") as file:
        rows = map(str.split, file)
        return {name: int(number) for name, *both in rows if (number := both[architecture == ARM64]).isdigit()}


def running() -> str:
    """The architecture of this process; "" where it isn't one of the two (a 32-bit Python has other numbers)."""
    if sys.platform != "linux" or sys.maxsize <= 1 << 32:
        return ""
    machine = os.uname().machine
    return machine if machine in (X86_64, ARM64) else ""


NR = numbers(running())


def syscall(name: str, *arguments: object) -> int:
    """The system call of that name (man 2 syscall); OSError where it fails."""
    number = NR.get(name)
    if number is None:
        raise OSError(38, os.strerror(38), name)  # ENOSYS
    return _checked(_LIBC.syscall(ctypes.c_long(number), *map(_wide, arguments)), name)


def prctl(option: int, second: int = 0, third: int = 0) -> int:
    """`man 2 prctl`; the arguments that are not used have to be 0."""
    return _checked(_LIBC.prctl(option, *map(_wide, (second, third, 0, 0))), f"prctl {option}")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount something, as `man 2 mount` says it."""
    texts = [text.encode() if text else None for text in (source, target, kind)]
    _checked(_LIBC.mount(*texts, ctypes.c_ulong(flags), data.encode() if data else None), f"mount {target}")


def out_of_the_way(fd: int) -> int:
    """The descriptor under a number that no one puts another over: a worker gives its low ones to the bridge."""
    import fcntl  # not there on Windows, where the table of layers is still asked

    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_HIGH)
    os.close(fd)
    return moved


def no_new_privileges() -> None:
    """Nothing that is executed can gain rights (Documentation/userspace-api/no_new_privs.rst)."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _wide(value: object) -> object:
    """An integer as wide as a register: ctypes would pass 32 bits and leave the rest to chance."""
    return ctypes.c_long(value) if isinstance(value, int) else value


def _checked(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def clone(flags: int) -> int:
    """`os.fork` with flags of `man 2 clone`; only for a process with one thread, and flags that share no memory.

    Python is told as os.fork tells it (PyOS_BeforeFork and what follows are documented for that). libc keeps the
    thread's id at an address that only the kernel writes to, so the kernel is asked for it and given it again: without,
    the child would take its parent's id for its own. What else libc does in its own fork is for several threads.
    """
    api = ctypes.pythonapi
    at = ctypes.c_void_p()
    known = _LIBC.prctl(_PR_GET_TID_ADDRESS, ctypes.byref(at), *map(_wide, (0, 0, 0))) == 0  # a kernel may lack it
    tid_flags = _CLONE_CHILD_SETTID | _CLONE_CHILD_CLEARTID if known and at.value else 0
    child_tid, tls = at, ctypes.c_void_p()
    last = (child_tid, tls) if running() == X86_64 else (tls, child_tid)
    words = [ctypes.c_long(word) for word in (NR["clone"], flags | tid_flags | signal.SIGCHLD, 0, 0)]
    api.PyOS_BeforeFork()
    # Through PyDLL: the interpreter's lock isn't let go and taken again on the two sides of a fork.
    pid = _HELD.syscall(*words, *last)
    number = ctypes.get_errno()
    (api.PyOS_AfterFork_Child if pid == 0 else api.PyOS_AfterFork_Parent)()
    if pid == -1:
        raise OSError(number, os.strerror(number), "clone")
    return int(pid)


def refusal(question: Callable[[], object], fork: Callable[[], int] = os.fork) -> str | None:
    """None where `question` works in a child that is thrown away; else what the kernel said.

    It is tried, since a version says nothing of what a container, AppArmor or a sysctl forbids.
    """
    if not NR:
        return "needs Linux on x86-64 or arm64"
    reading, writing = os.pipe()
    try:
        child = fork()
    except OSError as error:
        os.close(reading)
        os.close(writing)
        return describe(error)
    if child == 0:
        _answer(question, writing)
    os.close(writing)
    try:
        answered = bool(select.select([reading], [], [], _PROBE_SECONDS)[0])
        answer = os.read(reading, 4096).decode("utf-8", "replace") if answered else ""
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if answer == "yes":
        return None
    return answer or ("the process that tried it died" if answered else "the process that tried it hung")


def _answer(question: Callable[[], object], writing: int) -> None:
    try:
        question()
        answer = "yes"
    except BaseException as error:  # noqa: BLE001 — whatever went wrong is the answer; the child must not go on
        answer = describe(error)
    os.write(writing, answer.encode()[:4096])
    os._exit(0)


def describe(error: BaseException) -> str:
    """An error in a line: what was tried, and what the kernel said."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__
