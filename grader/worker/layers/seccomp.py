"""seccomp: which system calls may be made (Documentation/userspace-api/seccomp_filter.rst, man 2 seccomp).

An allow list; everything else returns EPERM, and what no honest program tries here kills. The lists are what NumPy and
PyTorch were seen to need. The filter of a call that is always allowed costs nothing: the kernel (from 5.11) keeps a
bitmap of those.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence

from grader.worker.layers.kernel import X86_64, no_new_privileges, numbers, refusal, running, syscall
from grader.worker.layers.layer import N_, Ground, Layer, WorkerLimits

# linux/seccomp.h
RET_KILL, RET_ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
RET_DENY, RET_ABSENT = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_SET_MODE_FILTER = 1
_AUDIT_ARCH = {X86_64: 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
_X32 = 0x40000000  # the bit of the third ABI of x86-64, whose numbers would pass by the list

_ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek open openat close close_range
fstat newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat getdents getdents64
getcwd chdir fchdir dup dup2 dup3 flock fsync fdatasync ftruncate truncate fallocate fadvise64 sendfile
copy_file_range umask mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 fstatfs
munmap mremap madvise brk msync
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause restart_syscall
futex set_robust_list get_robust_list set_tid_address rseq membarrier
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getitimer setitimer alarm
getrusage getrlimit uname getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid
getgroups getpgrp getpgid getsid sched_yield sched_getaffinity getcpu getrandom
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd eventfd2 pipe pipe2
wait4 waitid exit exit_group
""".split()

_KILLING = """
ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd bpf userfaultfd perf_event_open
io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key kexec_load kexec_file_load
init_module finit_module delete_module mount umount2 pivot_root open_tree move_mount fsopen fsconfig fsmount fspick
mount_setattr chroot unshare setns open_by_handle_at iopl ioperm modify_ldt reboot swapon swapoff acct quotactl
quotactl_fd fanotify_init settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname vhangup nfsservctl
""".split()

# Commands of ioctl: FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS (isatty), TIOCGWINSZ; not TIOCSTI and its like.
_IOCTLS = (0x541B, 0x5421, 0x5450, 0x5451, 0x5401, 0x5413)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC, F_GETPIPE_SZ; none that
# makes the kernel send a signal to a process of one's choice (F_SETOWN, F_NOTIFY).
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032)
_PRCTLS = (16, 15, 3)  # PR_GET_NAME, PR_SET_NAME, PR_GET_DUMPABLE
_PROT_EXEC, _MAP_ANONYMOUS = 4, 0x20

# --- a small assembler of classic BPF: a program is a list of instructions, put together by concatenation -----------

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant
Instructions = list[Instruction]
_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data


def _end(action: int) -> Instructions:
    return [(_RETURN, 0, 0, action)]


def _when(test: int, constant: int, then: Instructions, otherwise: Instructions) -> Instructions:
    """Two programs, one of which goes on; a conditional jump reaches 255 instructions, a plain one any number."""
    if len(otherwise) <= 255:
        return [(test, len(otherwise), 0, constant), *otherwise, *then]
    return [(test, 0, 1, constant), (_JUMP, 0, 0, len(otherwise)), *otherwise, *then]


def _load(at: int) -> Instructions:
    return [(_LOAD, 0, 0, at)]


def _low(argument: int) -> Instructions:
    return _load(_ARGUMENTS_AT + 8 * argument)


def _one_of(argument: int, values: Sequence[int]) -> Instructions:
    """Allow where the argument, which the kernel reads as 32 bits, is one of these."""
    program = _end(RET_DENY)
    for value in values:
        program = _when(_EQUAL, value, _end(RET_ALLOW), program)
    return [*_low(argument), *program]


def _null(argument: int, then: Instructions) -> Instructions:
    """Go on where a 64-bit argument is 0."""
    high = _load(_ARGUMENTS_AT + 8 * argument + 4)
    return [*high, *_when(_EQUAL, 0, _own(argument, 0, then), _end(RET_DENY))]


def _own(argument: int, own: int, then: Instructions) -> Instructions:
    return [*_low(argument), *_when(_EQUAL, own, then, _end(RET_DENY))]


def _search(ranges: Sequence[tuple[int, Instructions]]) -> Instructions:
    """Binary search: each program holds from its number up to the next one's."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    return _when(_AT_LEAST, ranges[middle][0], _search(ranges[middle:]), _search(ranges[:middle]))


def _by_number(special: dict[int, Instructions]) -> list[tuple[int, Instructions]]:
    """Ranges of numbers with the same program; what is not named is denied."""
    ranges: list[tuple[int, Instructions]] = []
    for number in range(max(special) + 2):
        program = special.get(number, _end(RET_DENY))
        if not ranges or ranges[-1][1] != program:
            ranges.append((number, program))
    return ranges


# --- the filter ------------------------------------------------------------------------------------------------------


def rules(architecture: str, own_pid: int, executable_maps: bool) -> dict[int, Instructions]:
    """What happens to each call that is not simply denied."""
    nr = numbers(architecture)
    on_itself = _own(0, own_pid, _end(RET_ALLOW))
    may_map = may_protect = _end(RET_ALLOW)
    if not executable_maps:
        # Of files still, since that is how a compiled module is imported; never of memory that was written here.
        of_file = [*_low(3), *_when(_ANY_BIT, _MAP_ANONYMOUS, _end(RET_DENY), _end(RET_ALLOW))]
        may_map = [*_low(2), *_when(_ANY_BIT, _PROT_EXEC, of_file, _end(RET_ALLOW))]
        may_protect = [*_low(2), *_when(_ANY_BIT, _PROT_EXEC, _end(RET_DENY), _end(RET_ALLOW))]
    by_name = {
        **dict.fromkeys(_ALLOWED, _end(RET_ALLOW)),
        **dict.fromkeys(_KILLING, _end(RET_KILL)),
        "clone3": _end(RET_ABSENT),  # its flags lie in memory, where a filter can't look; libc then tries clone
        "ioctl": _one_of(1, _IOCTLS),
        "fcntl": _one_of(1, _FCNTLS),
        "prctl": _one_of(0, _PRCTLS),
        "prlimit64": _own(0, 0, _null(2, _end(RET_ALLOW))),  # of itself, and only to read
        "kill": on_itself,
        "tkill": on_itself,
        "tgkill": _own(0, own_pid, _own(1, own_pid, _end(RET_ALLOW))),
        "mmap": may_map,
        **dict.fromkeys(("mprotect", "pkey_mprotect"), may_protect),
    }
    return {nr[name]: program for name, program in by_name.items() if name in nr}


class Seccomp(Layer):
    """A filter of system calls that holds for good, and lets no layer be added."""

    gives = N_("no new processes, programs or connections; of the kernel only what computing needs")
    is_last = True

    def __init__(self, ground: Ground) -> None:
        self.filter = Filter(ground.executable_maps)

    @classmethod
    def available(cls) -> str | None:
        return refusal(_refuses)

    def enter(self, limits: WorkerLimits) -> None:
        self.filter.apply()


def _refuses() -> None:
    Filter(executable_maps=True).apply()
    try:
        syscall("setsid")
    except PermissionError:
        return
    raise OSError(0, "a denied call was made", "seccomp")


class Filter:
    """The program for an architecture, built once; the pid of the worker is filled in by the child."""

    _OWN = 0x7FFFFFFE  # stands for the pid until it is known; no pid is that large (man 5 proc, pid_max)

    def __init__(self, executable_maps: bool, architecture: str | None = None) -> None:
        architecture = running() if architecture is None else architecture
        body = [*_load(_NUMBER_AT), *_search(_by_number(rules(architecture, self._OWN, executable_maps)))]
        if architecture == X86_64:
            body = [*_load(_NUMBER_AT), *_when(_AT_LEAST, _X32, _end(RET_KILL), body)]
        self.program = [*_load(_ARCH_AT), *_when(_EQUAL, _AUDIT_ARCH[architecture], body, _end(RET_KILL))]

        self._code = b"".join(struct.pack("=HBBI", *instruction) for instruction in self.program)
        self._own = [8 * at + 4 for at, (_c, _y, _n, constant) in enumerate(self.program) if constant == self._OWN]

    def code(self, pid: int) -> bytearray:
        """The program as the kernel reads it (struct sock_filter), for the process with this pid."""
        code = bytearray(self._code)
        for at in self._own:
            struct.pack_into("=I", code, at, pid)
        return code

    def apply(self) -> None:
        """Filter the calls of this process from here on, for good."""
        no_new_privileges()
        code = self.code(os.getpid())
        at = ctypes.addressof(ctypes.c_char.from_buffer(code))
        header = struct.pack("@HP", len(self.program), at)  # struct sock_fprog
        syscall("seccomp", _SET_MODE_FILTER, 0, header)
