"""What a zygote or a spawned worker is told at its start."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader import worker
from grader.errors import BadAssignmentError
from grader.i18n import _

WORKER_SCRIPT = str(Path(worker.__file__).with_name("__main__.py"))  # what is executed for a zygote or a spawned worker


@dataclass(frozen=True)
class WorkerSpec:
    """The libraries that a worker may import, and the folders that they lie in.

    `without` leaves layers out: for tests that show what each one stops.
    """

    imports: tuple[str, ...]
    folders: tuple[str, ...]
    without: tuple[str, ...] = ()

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
    return WorkerSpec(tuple(imports), tuple(folders), tuple(without))
