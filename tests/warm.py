"""A process that has imported what every command imports, and runs each command in a fork of itself.

The command has its own process, arguments, environment and exit code; only the imports are not paid for each time. What
is started from it by `multiprocessing` is forked as well. How the command starts by itself, other tests show. What all
commands work out from files of the program alone (its hash, the code of its templates) is worked out once, too.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import partialmethod
from pathlib import Path
from typing import Any

# No module that has sentences at its top: those are in the language that was chosen before it was imported.
MODULES = (
    "numpy numpy.random pytest _pytest.python click rich.console rich.table rich.progress rich.panel jinja2 "
    "cryptography.hazmat.primitives.asymmetric.ed25519 cryptography.hazmat.primitives.serialization email.parser "
    "multiprocessing.popen_fork grader.grading.bench grader.grading.local grader.grading.batch grader.judge.run "
    "grader.sandbox.forkserver grader.report.signature grader.course.roster grader.grading.secret "
    "grader.intake.notebook grader.intake.script"
).split()


class WarmCommand:
    """Runs `d2d` in forks of a process that is started once."""

    def __init__(self, nursery: str = "") -> None:
        self._here, there = socket.socketpair()
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        self._folder = tempfile.TemporaryDirectory(prefix="templates-")
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(there.fileno()), self._folder.name, nursery],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=[there.fileno()],
        )
        there.close()

    def run(
        self, argv: Sequence[str], *, folder: Path, env: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        order = json.dumps({"argv": list(argv), "folder": str(folder), "env": dict(env)}).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(self._here, [len(order).to_bytes(4, "little")], [out.fileno(), err.fileno()])
            self._here.sendall(order)
            self._here.settimeout(seconds)
            status = int.from_bytes(self._here.recv(4), "little")
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"))
        return subprocess.CompletedProcess(list(argv), os.waitstatus_to_exitcode(status), *texts)

    def close(self) -> None:
        self._here.close()
        self.process.wait()
        self._folder.cleanup()


def serve(there: socket.socket) -> None:
    """Fork for every order; return in the fork, with all as the command finds it, and leave where nobody asks more."""
    while True:
        length, files, _flags, _address = socket.recv_fds(there, 4, 2)
        if not length:
            sys.exit()
        order = b""
        while len(order) < int.from_bytes(length, "little"):
            order += there.recv(1 << 16)
        pid = os.fork()
        if pid == 0:
            break
        for file in files:
            os.close(file)
        there.sendall(os.waitpid(pid, 0)[1].to_bytes(4, "little"))
    there.close()
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    wanted = json.loads(order)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    sys.argv = wanted["argv"]
    sys.path[0] = str(Path(sys.argv[0]).parent)


def work_out(folder: str) -> None:
    """Have ready what commands would work out anew from files of the program: its hash, the code of its templates."""
    import jinja2
    from jinja2.bccache import FileSystemBytecodeCache

    from grader.course import policy
    from grader.grading.inputs import grader_sha256

    grader_sha256()
    checked: list[policy.Policy] = []
    consistent = policy._consistent

    def once(of: policy.Policy, tables: Any) -> None:
        if of not in checked:
            consistent(of, tables)
            checked.append(of)

    policy._consistent = once
    policy.read_policy()
    templates = FileSystemBytecodeCache(folder)
    jinja2.Environment.__init__ = partialmethod(jinja2.Environment.__init__, bytecode_cache=templates)  # type: ignore[assignment]


def leave(code: int) -> None:
    """End as an interpreter does, only that what it holds is not taken apart: that takes longer than many a command."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    import importlib
    import multiprocessing

    sys.path[0] = str(Path(sys.executable).parent)
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as in tests/conftest.py
    for module in MODULES:
        importlib.import_module(module)
    work_out(sys.argv[2])
    if sys.argv[3]:
        sys.path.insert(1, str(Path(__file__).parents[1]))
        from tests.nursery import fork_from

        fork_from(sys.argv[3])
        del sys.path[1]
    gc.collect()
    gc.freeze()
    multiprocessing.get_context = lambda _kind="", of=multiprocessing.get_context: of("fork")
    serve(socket.socket(fileno=int(sys.argv[1])))
    from grader.cli import main

    try:
        main()
    except SystemExit as left:
        if isinstance(left.code, int):
            leave(left.code)
        raise
