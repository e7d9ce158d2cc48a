"""What is executed for a zygote, or for a worker where there is no fork: `python -I -S __main__.py FD`, or `-` for FD.

The environment is empty, and of the program only the folder of this file can be imported: what a process once held can
be read in its children (copy-on-write memory, the initial stack), so it never holds anything but the libraries and
what belongs beside a student's code.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from importlib.machinery import ModuleSpec


def make_package() -> None:
    """Let `grader.worker` be imported from this folder, below a package that holds nothing else of the program."""
    package = types.ModuleType("grader")
    package.__path__ = []
    package.__spec__ = ModuleSpec("grader", None)  # find_spec() in a notebook's first cell asks for it
    sys.modules["grader"] = package
    folder = os.path.dirname(os.path.abspath(__file__))
    file = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location("grader.worker", file, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    worker = sys.modules["grader.worker"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worker)


def lift_memory_limit() -> None:
    """Take back what the judge allows itself: how much memory there is here, the layers say."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


if __name__ == "__main__":
    lift_memory_limit()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before any library reads them
        os.environ[variable] = "1"
    make_package()
    from grader.worker.service import Zygote, serve_spawned

    if sys.argv[1] == "-":
        serve_spawned()
    else:
        Zygote(int(sys.argv[1])).serve()
