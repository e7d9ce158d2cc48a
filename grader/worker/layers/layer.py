"""What a layer of the sandbox is: it is tried, prepared once in the zygote, and taken on in each worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.worker.layers.folders import Readable

WorkerLimits = Mapping[str, Any]  # what `Limits.for_worker` of the judge gives: numbers, and the scratch folder


def N_(text: str) -> str:  # noqa: N802 — gettext's own name for it
    """Mark a text that others translate where they show it: nothing here knows the reader's language."""
    return text


@dataclass(frozen=True)
class Ground:
    """What layers are prepared from, in a zygote that has loaded its libraries.

    `scratch_parent`: where every scratch folder will lie, if one worker at a time runs and the folder is emptied after
    each; without a new root, that saves half of what Landlock costs a child.
    `executable_maps`: torch compiles kernels as it runs (oneDNN); NumPy doesn't.
    """

    active: tuple[str, ...]  # the layers that workers will have
    readable: Readable
    executable_maps: bool = False
    scratch_parent: str | None = None


class Layer:
    """One thing that keeps a student's code in: a class in a file of its name, and a line in `compose.LAYERS`.

    An instance is a layer that has been prepared in the zygote, for all workers to come.
    """

    gives: ClassVar[str]  # what a submission is kept from, marked by `N_`
    needs: ClassVar[str | None] = None  # a layer without which this one can't be taken on
    from_outside: ClassVar[bool] = False  # the zygote holds it; it looks for it itself, and may have a part of it
    is_last: ClassVar[bool] = False  # a process that has it can't set up anything else
    clone_flags: int = 0  # what the kernel is asked for at the fork (man 2 clone)
    unreadable: str | None = None  # what a worker will be unable to read because of this layer, with the reason

    def __init__(self, ground: Ground) -> None:
        """Prepare all that can be worked out before a worker exists."""

    @classmethod
    def name(cls) -> str:
        """The name of its file."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def available(cls) -> str | None:
        """None where this machine has it, which is found out by trying; else the reason why not."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What reports call it; empty where there is nothing of it."""
        return self.name()

    def before_fork(self, limits: WorkerLimits) -> None:
        """In the zygote: get ready for the worker that comes next."""

    def enter(self, limits: WorkerLimits) -> None:
        """In the worker, which stands in its scratch folder: take the layer on for good."""

    def after_end(self) -> bool:
        """In the zygote, when the worker is gone: clean up; whether the kernel ended the worker for its memory."""
        return False
