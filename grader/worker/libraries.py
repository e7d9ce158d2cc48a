"""What a worker can import: the assignment's libraries, and what each of them needs beside being imported.

One row of `LIBRARIES` for each; a library without a row needs nothing more. How its values cross the bridge is in
`grader.worker.values`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder

from grader import worker


def _nothing() -> None:
    """Most libraries are ready once they are imported."""


@dataclass(frozen=True)
class Library:
    """The needs of one library. `get_ready` runs once, in the process from which workers are forked."""

    support: tuple[str, ...] = ()  # packages that it imports itself, some of them only on first use
    executable_maps: bool = False  # it compiles while it runs, so its memory may be executable
    get_ready: Callable[[], None] = _nothing  # after all imports: what it would otherwise do in each worker


def _warm_torch_up() -> None:
    import torch

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)  # imports torch._dynamo, which takes seconds
    weight.sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()


LIBRARIES = {
    "torch": Library(
        support=tuple(
            "numpy typing_extensions sympy mpmath networkx jinja2 markupsafe fsspec filelock torchgen functorch".split()
        ),
        executable_maps=True,  # oneDNN
        get_ready=_warm_torch_up,
    ),
}


def library(name: str) -> Library:
    """The row of a library; an empty one where it needs nothing."""
    return LIBRARIES.get(name, Library())


class AllowedFinder:
    """Finds, of all that is installed beside the standard library, only what the assignment may import."""

    def __init__(self, names: Iterable[str], folders: Sequence[str]) -> None:
        self.names, self.folders = set(names), list(folders)

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        if path is None and name in self.names:
            return PathFinder.find_spec(name, self.folders)
        return None


def with_support(imports: Iterable[str]) -> list[str]:
    """These libraries, and the packages that they import themselves."""
    return [*imports, *(package for name in imports for package in library(name).support)]


def load_libraries(imports: Sequence[str], folders: Sequence[str]) -> None:
    """Import these libraries and all of `grader.worker`; afterwards nothing else that is installed can be imported."""
    sys.meta_path.append(AllowedFinder(with_support(imports), folders))
    for name in imports:
        importlib.import_module(name)
    own = [importlib.import_module(name) for name in modules()]
    for module in (worker, *own):  # none is found from here on: a worker can't read the files
        if hasattr(module, "__path__"):
            module.__path__ = []
    for name in imports:
        library(name).get_ready()


def modules() -> list[str]:
    """Every module of `grader.worker`: the folder is the list of what runs beside a student's code."""
    return [module.name for module in pkgutil.walk_packages(worker.__path__, "grader.worker.")]
