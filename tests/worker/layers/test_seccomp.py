# The system calls themselves are what is tried here.
# ruff: noqa: PTH101, PTH123, PTH208, PTH211
from __future__ import annotations

import ctypes
import errno
import faulthandler
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.worker.layers import seccomp
from grader.worker.layers.kernel import NR, clone, numbers, prctl, syscall

from .conftest import in_child, tried

pytestmark = pytest.mark.skipif(
    seccomp.Seccomp.available() is not None, reason=f"no seccomp: {seccomp.Seccomp.available()}"
)
FORBIDDEN = os.strerror(errno.EPERM)


def filtered(action: Callable[[], object], *, executable_maps: bool = False) -> Any:
    program = seccomp.Filter(executable_maps)

    def locked() -> object:
        program.apply()
        return action()

    return in_child(locked)


def test_denied_calls_fail_with_eperm(as_user: Callable[..., Any], place: Path) -> None:
    file, program = str(place / "scratch" / "f"), seccomp.Filter(executable_maps=False)
    actions: dict[str, Callable[[], object]] = {
        "fork": os.fork,
        "clone": lambda: clone(0),
        "exec": lambda: os.execv("/bin/true", ["true"]),
        "socket": socket.socket,
        "socketpair": socket.socketpair,
        "chmod": lambda: os.chmod(file, 0o777),
        "chown": lambda: os.chown(file, -1, -1),
        "utime": lambda: os.utime(file),
        "xattr": lambda: os.setxattr(file, "user.d2d", b"1"),
        "symlink": lambda: os.symlink("/", file + "l"),
        "link": lambda: os.link(file, file + "l"),
        "mkfifo": lambda: os.mkfifo(file + "p"),
        "memfd": lambda: os.memfd_create("m"),
        "setsid": os.setsid,
        "kill the parent": lambda: os.kill(os.getppid(), 0),
        "kill all": lambda: os.kill(-1, 0),
        "kill the group": lambda: os.kill(0, 0),
        "raise a limit": lambda: syscall("prlimit64", 0, resource.RLIMIT_NOFILE, struct.pack("=QQ", 64, 64), None),
        "limit of another": lambda: syscall("prlimit64", os.getppid(), resource.RLIMIT_NOFILE, None, None),
        "prctl": lambda: prctl(1, 9),
        "push into a terminal": lambda: fcntl.ioctl(0, 0x5412, b"x"),
        "signal on input": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
        "a second filter": lambda: program.apply(),
        "landlock": lambda: syscall("landlock_create_ruleset", None, 0, 1),
        "pidfd": lambda: os.pidfd_open(os.getppid()) if hasattr(os, "pidfd_open") else os.fork(),
        "executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        "another personality": lambda: syscall("personality", 0x0040000),
    }

    def run() -> object:
        Path(file).write_text("")
        program.apply()
        return {name: tried(action) for name, action in actions.items()}

    assert as_user(run) == dict.fromkeys(actions, FORBIDDEN)


def test_threads_are_refused_as_an_ordinary_error() -> None:
    assert filtered(lambda: tried(threading.Thread(target=print).start)).value == "can't start new thread"


def test_clone3_is_absent() -> None:
    assert filtered(lambda: tried(lambda: syscall("clone3", None, 0))).value == os.strerror(errno.ENOSYS)


@pytest.mark.parametrize(
    "name",
    "ptrace process_vm_readv bpf userfaultfd perf_event_open io_uring_setup keyctl mount unshare setns "
    "open_by_handle_at pidfd_getfd kexec_load init_module chroot pivot_root".split(),
)
def test_dangerous_calls_kill(name: str) -> None:
    assert filtered(lambda: syscall(name, -1, -1, -1)).signal == signal.SIGSYS


@pytest.mark.skipif("open" not in NR, reason="x32 is an interface of x86-64")
def test_x32_kills() -> None:
    assert filtered(lambda: ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | NR["getpid"]))).signal == signal.SIGSYS


def test_what_computing_needs_goes_on(place: Path) -> None:
    def action() -> object:
        (place / "scratch" / "a").write_text("text")
        (place / "scratch" / "a").rename(place / "scratch" / "b")
        time.sleep(0.001)
        signal.setitimer(signal.ITIMER_REAL, 100)
        os.kill(os.getpid(), 0)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)
        assert not os.isatty(0)
        assert len(os.urandom(8)) == 8
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.write(writing, b"x")
        mmap.mmap(-1, 1 << 20).close()
        return [
            (place / "scratch" / "b").read_text(),
            sorted(os.listdir(place / "library")),
            os.read(reading, 1) == b"x",
        ]

    assert filtered(action).value == ["text", ["code.py"], True]


def test_signals_to_itself_arrive() -> None:
    assert filtered(lambda: os.kill(os.getpid(), signal.SIGTERM)).signal == signal.SIGTERM

    def abort() -> None:
        faulthandler.disable()  # pytest's, which would print where the child stood
        os.abort()

    assert filtered(abort).signal == signal.SIGABRT


def test_torch_may_compile_and_numpy_may_not() -> None:
    def compiles() -> str:
        return tried(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))

    assert filtered(compiles, executable_maps=True).value == "done"
    assert filtered(compiles).value == FORBIDDEN


def test_a_compiled_module_can_be_imported_without_executable_memory() -> None:
    def maps() -> str:
        with open("/bin/sh", "rb") as file:
            flags = {"flags": mmap.MAP_PRIVATE, "prot": mmap.PROT_READ | mmap.PROT_EXEC}
            return tried(lambda: mmap.mmap(file.fileno(), 4096, **flags))

    assert filtered(maps).value == "done"


# --- the program itself, on an interpreter of classic BPF: also for the architecture that isn't this one -------------


def interpret(program: seccomp.Instructions, number: int, architecture: int, arguments: tuple[int, ...] = ()) -> int:
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    at, held = 0, 0
    while True:
        code, yes, no, constant = program[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            held = struct.unpack_from("=I", data, constant)[0]
        elif code == 0x05:
            at += constant
        else:
            met = {0x15: held == constant, 0x35: held >= constant, 0x45: bool(held & constant)}[code]
            at += yes if met else no


ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


@pytest.mark.parametrize("architecture", ARCH)
@pytest.mark.parametrize("executable_maps", [True, False])
def test_every_number_meets_its_rule(architecture: str, executable_maps: bool) -> None:
    program = seccomp.Filter(executable_maps, architecture).program
    special = seccomp.rules(architecture, 0x7FFFFFFE, executable_maps)
    for number in (*range(1024), 0x3FFFFFFF):
        expected = interpret(special.get(number, [(6, 0, 0, seccomp.RET_DENY)]), number, ARCH[architecture])
        assert interpret(program, number, ARCH[architecture]) == expected, number


@pytest.mark.parametrize("architecture", ARCH)
def test_other_architectures_kill(architecture: str) -> None:
    program = seccomp.Filter(True, architecture).program
    for other in (0x40000003, 0x40000028, *(value for name, value in ARCH.items() if name != architecture)):
        assert interpret(program, numbers(architecture)["read"], other) == seccomp.RET_KILL


@pytest.mark.parametrize("architecture", ARCH)
def test_arguments_are_looked_at_in_both_halves(architecture: str) -> None:
    nr, arch = numbers(architecture), ARCH[architecture]
    program = seccomp.Filter(False, architecture).program
    assert interpret(program, nr["prlimit64"], arch, (0, 7, 0, 5)) == seccomp.RET_ALLOW
    assert interpret(program, nr["prlimit64"], arch, (0, 7, 1 << 40, 5)) == seccomp.RET_DENY
    assert interpret(program, nr["mmap"], arch, (0, 4096, 7, 0x22)) == seccomp.RET_DENY
    assert interpret(program, nr["mmap"], arch, (0, 4096, 5, 0x02)) == seccomp.RET_ALLOW
    assert interpret(program, nr["mprotect"], arch, (0, 4096, 5)) == seccomp.RET_DENY
    assert interpret(program, nr["mprotect"], arch, (0, 4096, 3)) == seccomp.RET_ALLOW


def test_jumps_fit_their_byte() -> None:
    for architecture in ARCH:
        for _code, yes, no, _constant in seccomp.Filter(False, architecture).program:
            assert max(yes, no) <= 255
