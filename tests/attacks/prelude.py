"""The first cell of every attack: what attackers have in their pockets."""

import ctypes
import errno
import os
import signal
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)


def denied(error):
    """An error as evidence."""
    return f"denied ({errno.errorcode.get(getattr(error, 'errno', 0) or 0, type(error).__name__)})"


def tried(action, *reached):
    """What became of it: its text, «done», or the error; errors that only whoever got through can get are `reached`."""
    try:
        value = action()
    except (OSError, ImportError, EOFError) as error:
        text = denied(error)
        return text.replace("denied", "done") if text[8:-1] in reached else text
    return value if type(value) is str else "done"


def _checked(result, what):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def _word(value):
    return ctypes.c_long(value) if type(value) is int else value


def syscall(name, *arguments):
    """A system call by its name."""
    if name not in WORLD["calls"]:
        raise OSError(errno.ENOSYS, "not on this architecture", name)
    return _checked(libc.syscall(ctypes.c_long(WORLD["calls"][name]), *map(_word, arguments)), name)


def call(name, *arguments):
    """A function of libc, as the system call that it is."""
    function = libc[name]
    function.restype = ctypes.c_long
    # 32 bits of an int come back in 64: a -1 is one either way.
    result = function(*map(_word, arguments))
    return _checked(-1 if result == 0xFFFFFFFF else result, name)


def send(frame, length=None):
    """Write a frame to the judge in place of the worker, and say nothing more."""
    data = struct.pack("<Q", len(frame) if length is None else length) + frame
    while data:
        data = data[os.write(4, data) :]
    while True:
        signal.pause()


def answer_with(value, status=b"value", ahead=0):
    """A reply to the request that runs now, of the attacker's own bytes."""
    frame = sys._getframe()
    while frame.f_code.co_name != "answer" or "number" not in frame.f_locals:
        frame = frame.f_back
    number = (frame.f_locals["number"] + ahead).to_bytes(8, "little", signed=True)
    head = b"u" + struct.pack("<I", 3) + b"i" + struct.pack("<I", 8) + number
    send(head + b"s" + struct.pack("<I", len(status)) + status + value)
