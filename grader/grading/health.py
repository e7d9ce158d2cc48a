"""What this machine has for judging, and what that means: layers of the sandbox, libraries, a self-test."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from dataclasses import asdict, dataclass
from typing import Any

from grader.bridge.selftest import Escape, self_test, wanting
from grader.errors import D2DError
from grader.i18n import _
from grader.sandbox import start
from grader.worker.layers.compose import LAYERS, layer

ACTIVE, MISSING, NOT_NEEDED = "active", "missing", "not needed"
_LIBRARIES = {"numpy": True, "pytest": True, "click": True, "rich": True, "torch": False, "distributed": False}


@dataclass(frozen=True)
class HealthLine:
    """One thing that was looked at: its state, why, and what it means."""

    name: str
    state: str
    meaning: str
    reason: str = ""


@dataclass(frozen=True)
class Health:
    """Everything that `d2d doctor` says."""

    system: str
    layers: tuple[HealthLine, ...]
    libraries: tuple[HealthLine, ...]
    escapes: tuple[Escape, ...]
    trouble: str  # what kept the self-test from being made
    lacking: dict[str, str]

    @property
    def may_judge_hidden(self) -> bool:
        return not self.lacking and not self.trouble and all(escape.got is None for escape in self.escapes)

    def as_json(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "may_judge_hidden": self.may_judge_hidden,
            "lacking": self.lacking,
            "layers": [asdict(line) for line in self.layers],
            "libraries": [asdict(line) for line in self.libraries],
            "self_test": [
                {"name": escape.name, "contained": escape.got is None, "got": escape.got} for escape in self.escapes
            ],
            "trouble": self.trouble,
        }


def examine() -> Health:
    """Look at everything, and try to get out of a worker."""
    escapes, trouble, missing = _tried()
    system = f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"
    return Health(system, tuple(map(_layer, LAYERS)), tuple(map(_library, _LIBRARIES)), escapes, trouble, missing)


def _tried() -> tuple[tuple[Escape, ...], str, dict[str, str]]:
    """The self-test in a worker of this machine's best kind, and what hidden cases would need beyond it."""
    if sys.platform != "linux":
        return (), _("There is no sandbox on this system."), {"linux": ""}
    server = start(["numpy"])
    try:
        missing = wanting(server)
        return tuple(self_test(server)), "", missing
    except D2DError as error:
        return (), error.what, {}
    finally:
        server.close()


def _layer(name: str) -> HealthLine:
    kind = layer(name)
    reason = kind.available()
    return HealthLine(name, ACTIVE if reason is None else MISSING, _(kind.gives), reason or "")


def _library(name: str) -> HealthLine:
    needed = _LIBRARIES[name]
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        meaning = {
            "torch": _("hw3 to hw5 can't be judged; hw1 and hw2 can"),
            "distributed": _("a class can't be judged on a Dask cluster; on this machine it can"),
        }.get(name, _("d2d does not run without it"))
        return HealthLine(name, MISSING if needed else NOT_NEEDED, meaning, f"pip install {name}")
    return HealthLine(name, ACTIVE, version)
