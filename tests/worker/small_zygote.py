# The system calls themselves are what is tried here; it answers on standard output.
# ruff: noqa: PTH101, PTH123, T201
"""A zygote in small, executed as a file: loads a library, locks a child down, and has it compute and try to get out.

python -I -S small_zygote.py ORDER      one JSON object: imports, folders, script, other, without, user
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[variable] = "1"


def numpy_works() -> None:
    import numpy as np

    rng = np.random.default_rng(1)
    square = rng.normal(size=(200, 200))
    assert np.isfinite(square @ square).all()
    assert np.linalg.svd(square)[1].shape == (200,)
    assert abs(np.fft.ifft(np.fft.fft(square[0])) - square[0]).max() < 1e-9
    np.save("a.npy", square)
    assert (np.load("a.npy") == square).all()
    import csv  # noqa: F401
    import decimal
    import statistics

    np.testing.assert_allclose(statistics.fmean([1, 2]), float(decimal.Decimal("1.5")))


def torch_works() -> None:
    import torch
    from torch import nn

    nn.functional.conv2d(torch.rand(2, 3, 16, 16), torch.rand(4, 3, 3, 3))
    nn.LSTM(4, 8)(torch.rand(5, 2, 4))[0].sum().backward()
    assert torch.linalg.svd(torch.rand(20, 20))[1].shape == (20,)
    assert torch.fft.fft(torch.ones(8))[0].real == 8
    assert (torch.rand(64, 64).bfloat16() @ torch.rand(64, 64).bfloat16()).isfinite().all()
    model = nn.Sequential(nn.Linear(10, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(torch.rand(8, 10)), torch.randint(0, 2, (8,))).backward()
        optimizer.step()
    torch.save(model.state_dict(), "model.pt")
    model.load_state_dict(torch.load("model.pt"))
    torch.set_num_threads(4)
    assert (torch.rand(600, 600) @ torch.rand(600, 600)).isfinite().all()


def escapes(order: dict[str, Any]) -> dict[str, str]:
    import socket
    import threading

    def read(path: str) -> None:
        with open(path, "rb") as file:
            file.read(1)

    tries = {
        "passwd": lambda: read("/etc/passwd"),
        "proc": lambda: read("/proc/self/environ"),
        "program": lambda: read(order["script"]),
        "other package": lambda: read(order["other"]),
        "socket": socket.socket,
        "fork": os.fork,
        "exec": lambda: os.execv("/bin/true", ["true"]),
        "thread": threading.Thread(target=print).start,
        "write": lambda: open("/tmp/d2d-escaped", "w").close(),
        "chmod": lambda: os.chmod(".", 0o777),
        "kill": lambda: os.kill(-1, 0),
        "root": lambda: os.setuid(0),
    }
    got = {}
    for name, action in tries.items():
        try:
            action()
            got[name] = "escaped"
        except (OSError, RuntimeError):
            got[name] = "contained"
    return got


def main(order: dict[str, Any]) -> None:
    spec = importlib.util.spec_from_file_location("script", order["script"])
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.make_package()
    from grader.worker import libraries
    from grader.worker.layers import compose, folders

    libraries.load_libraries(order["imports"], order["folders"])
    if order["user"]:
        import ctypes

        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    readable = folders.readable(libraries.with_support(order["imports"]), order["folders"])
    torch = "torch" in order["imports"]
    without = ["rlimits", "cgroup", *order["without"]]
    lock = compose.prepare(readable, compose.survey(), executable_maps=torch, without=without)
    if lock.unreadable:
        print(json.dumps({"unreadable": lock.unreadable}))
        return
    scratch = tempfile.mkdtemp(prefix="d2d-layers-")
    limits = {"scratch": scratch, "scratch_bytes": 64 << 20}
    child = lock.fork(limits)
    if child == 0:
        active = lock.apply(limits)
        os.closerange(3, 65536)
        (torch_works if torch else numpy_works)()
        print(json.dumps({"active": active, "pid": os.getpid(), "escapes": escapes(order)}), flush=True)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    __import__("shutil").rmtree(scratch)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
