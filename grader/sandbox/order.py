"""What a zygote or a spawned worker is told at its start, and which kind of worker this machine has."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import BadAssignmentError
from grader.i18n import _
from grader.sandbox.layers import FILES as LAYER_FILES

if TYPE_CHECKING:
    from grader.sandbox.forkserver import ForkServer
    from grader.sandbox.spawn import SpawnServer

_PACKAGE = Path(__file__).parent.parent
# In the order in which they import each other.
_WORKER_SIDE = ("wire", "scopes", "reading", "constants", "roles", "selection", "stubs", "canary", "server")
# What torch imports beside itself, some of it only on first use.
_SUPPORT = {
    "torch": (
        "numpy typing_extensions sympy mpmath networkx jinja2 markupsafe fsspec filelock torchgen functorch"
    ).split(),
}


@dataclass(frozen=True)
class Order:
    """Libraries to import, where they lie, the files of the worker's side of the bridge, and those of its layers.

    `without` leaves layers out: for tests that show what each one stops.
    """

    imports: tuple[str, ...]
    support: tuple[str, ...]
    folders: tuple[str, ...]
    modules: dict[str, str]
    layers: dict[str, str]
    without: tuple[str, ...] = ()

    @property
    def script(self) -> str:
        return str(_PACKAGE / "sandbox" / "zygote.py")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def order(imports: Sequence[str], without: Sequence[str] = ()) -> Order:
    """The order for an assignment that may import these libraries."""
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
    layers = {**_files("sandbox.layers", LAYER_FILES), **_files("sandbox", ("removal",))}
    modules = _files("bridge", _WORKER_SIDE)
    return Order(tuple(imports), support, tuple(folders), modules, layers, tuple(without))


def _files(package: str, names: Sequence[str]) -> dict[str, str]:
    return {f"grader.{package}.{name}": str(_PACKAGE.joinpath(*package.split("."), f"{name}.py")) for name in names}


def start(
    imports: Sequence[str], *, spawn: bool = sys.platform != "linux", without: Sequence[str] = ()
) -> ForkServer | SpawnServer:
    """Begin to make workers possible: a zygote on Linux, processes of their own elsewhere."""
    if spawn:
        from grader.sandbox.spawn import SpawnServer

        return SpawnServer(order(imports))
    from grader.sandbox.forkserver import ForkServer

    return ForkServer(order(imports, without))
