"""A process in which a member's file is worked on, with limits on time and memory: its end costs that member alone.

One process does this for many members, one after another, and is started again when it dies. On Windows, where no
process can be limited so, the work is done in this one.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from grader import i18n
from grader.clean import inline
from grader.errors import BadInputError, D2DError, OurFaultError
from grader.i18n import _

READING_SECONDS = 5  # of a processor; a notebook of 4 MB takes a tenth of one
_MEGABYTES = 1024  # beside what the program itself takes; an archive may unpack to a quarter of it
_WAITING = 60  # times as long is waited for a process that gets no processor, or a disk that does not answer
_TRIES = 2  # a process that somebody killed is no member's fault
_START = "import sys; sys.path[:] = eval(sys.argv[1]); from grader.apart import serve; serve()"
_Result = TypeVar("_Result")


class Apart:
    """Calls functions in the process, which starts at the first call; whoever makes it closes it."""

    def __init__(self, seconds: int = READING_SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def call(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        """What a module's function gives, or raises; a `BadInputError` where that exceeds the limits."""
        if sys.platform == "win32":
            return function(*arguments)
        request = pickle.dumps((function, arguments, self.seconds))
        for _try in range(_TRIES):
            if (answer := self._asked(request)) is not None:
                value, error = answer
                if error is not None:
                    raise error
                result: _Result = value
                return result
            status = self._ended()
            if status == -signal.SIGXCPU:
                text = _("This takes more than {seconds} seconds of computing to read.")
                raise BadInputError(text.format(seconds=self.seconds), hint=_refused())
        raise OurFaultError(_("The process that reads this ended in the middle, more than once."))

    def _asked(self, request: bytes) -> tuple[Any, D2DError | None] | None:
        """The answer to a request; None where the process ended without one."""
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(request)
            self._process.stdin.flush()
            if not select.select([self._process.stdout], [], [], self.seconds * _WAITING)[0]:
                self.close()
                raise OurFaultError(_("This could not be read: the machine did not answer."))
            with suppress(EOFError, pickle.UnpicklingError):
                answer: tuple[Any, D2DError | None] = pickle.load(self._process.stdout)  # noqa: S301 — our own process
                return answer
        return None

    def _ended(self) -> int:
        """How the process ended."""
        assert self._process is not None
        self._process.communicate()
        status, self._process = self._process.returncode, None
        return status


def _started() -> subprocess.Popen[bytes]:
    paths = repr([str(Path(entry).absolute()) for entry in sys.path if entry])
    options = ["-X", "utf8"] if sys.flags.utf8_mode else []
    process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
        [sys.executable, "-I", *options, "-c", _START, paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(i18n.language()))
    return process


def serve() -> None:
    """Be the process: answer requests on the standard streams until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which closes this
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # whatever a library prints is no reply
        _limit_memory()
        i18n.use(pickle.load(sys.stdin.buffer))  # noqa: S301 — from the command itself
        with suppress(EOFError):
            while True:
                function, arguments, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301
                _limit_time(seconds)
                replies.write(_answer(function, arguments))
                replies.flush()


def _answer(function: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps((function(*arguments), None))
    except MemoryError:
        failure: D2DError = BadInputError(_("This takes too much memory to read."), hint=_refused())
    except D2DError as error:
        failure = error
        failure.trace = traceback.format_exc()
    except BaseException as error:  # noqa: BLE001 — the command says whose trouble it is, also of a library's panic
        reason = inline(f"{type(error).__name__}: {error}")
        failure = OurFaultError(_("d2d itself failed: {reason}").format(reason=reason))
        failure.trace = traceback.format_exc()
    return pickle.dumps((None, failure))


def _limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the address space has no limit that is kept
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 — not a file of anybody's
            in_use = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = in_use + (_MEGABYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most < 0 else min(wanted, most), most))


def _limit_time(seconds: int) -> None:
    """From now on so many seconds of a processor; the system ends the process after that."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most < 0 else min(wanted, most), most))


def _refused() -> str:
    return _("No work of a person is like that: look at the file.")
