"""What a zygote or a spawned worker is told at its start: libraries, folders, and its own files."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader import worker
from grader.errors import BadAssignmentError
from grader.i18n import _

_WORKER = Path(worker.__file__).parent
# What torch imports beside itself, some of it only on first use.
_SUPPORT = {
    "torch": (
        "numpy typing_extensions sympy mpmath networkx jinja2 markupsafe fsspec filelock torchgen functorch"
    ).split(),
}


@dataclass(frozen=True)
class WorkerSpec:
    """The libraries that a worker may import, where they lie, and the files that it runs by.

    `without` leaves layers out: for tests that show what each one stops.
    """

    imports: tuple[str, ...]
    support: tuple[str, ...]
    folders: tuple[str, ...]
    files: dict[str, str]
    without: tuple[str, ...] = ()

    @property
    def script(self) -> str:
        """The file that a zygote or a spawned worker is started with."""
        return self.files[f"{worker.__name__}.zygote"]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def worker_spec(imports: Sequence[str], without: Sequence[str] = ()) -> WorkerSpec:
    """The spec for an assignment that may import these libraries."""
    folders = []
    for name in imports:
        spec = importlib.util.find_spec(name)  # finds without importing
        if spec is None or spec.origin is None:
            text = _("{name} is needed by this assignment and is not installed.")
            raise BadAssignmentError(text.format(name=name), hint=f"pip install {name}")
        folder = str(Path(spec.origin).parent.parent if spec.submodule_search_locations else Path(spec.origin).parent)
        if folder not in folders:
            folders.append(folder)
    support = tuple(dict.fromkeys(extra for name in imports for extra in _SUPPORT.get(name, ())))
    return WorkerSpec(tuple(imports), support, tuple(folders), worker_files(), tuple(without))


def worker_files() -> dict[str, str]:
    """Every module of `grader/worker` and its file: the folder is the list of what runs beside a student's code."""
    return {_module_of(file): str(file) for file in sorted(_WORKER.rglob("*.py"))}


def _module_of(file: Path) -> str:
    parts = file.relative_to(_WORKER).with_suffix("").parts
    return ".".join((worker.__name__, *(part for part in parts if part != "__init__")))
