"""What a zygote or a spawned worker imports, and what can be imported in it afterwards."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder

from grader import worker
from grader.worker.libraries import library


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
