"""The layers that keep a student's code in, in the order in which a worker takes them on.

This file does no work of its own: a zygote loads the modules by their files and never this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

# In the order in which a process without this package has to load them: none imports one that comes after it.
FILES = (
    "syscalls",
    "kernel",
    "namespaces",
    "root",
    "landlock",
    "privileges",
    "seccomp",
    "cgroup",
    "folders",
    "compose",
)


@dataclass(frozen=True)
class Layer:
    """One layer: what it gives, and whether this machine has it."""

    name: str

    @property
    def gives(self) -> str:
        """A line in English for whoever asks what the layer is good for."""
        return str(self._module.GIVES)

    def available(self) -> str | None:
        """None where it works here and now, else the reason why not."""
        answer: str | None = self._module.available()
        return answer

    @property
    def _module(self) -> Any:
        return import_module(f"{__name__}.{self.name}")


LAYERS = tuple(Layer(name) for name in ("cgroup", "namespaces", "root", "landlock", "privileges", "seccomp"))
