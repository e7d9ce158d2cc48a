"""All layers together: prepared once in the zygote, taken on by each worker before it reads any student's code."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module

from grader.worker.layers.folders import Readable
from grader.worker.layers.kernel import PR_SET_PDEATHSIG, clone, describe, out_of_the_way, prctl
from grader.worker.layers.layer import Ground, Layer, WorkerLimits
from grader.worker.opened import stand_in

FAILED = 97  # the exit code of a child that could not be locked down: our fault, never the submission's
# In the order in which a worker takes them on. `no_core` would be the class NoCore of no_core.py.
LAYERS = (
    "rlimits",
    "cgroup",
    "namespaces",
    "root",
    "landlock",
    "privileges",
    "seccomp",
)
REQUIRED_LAYERS: Mapping[str, tuple[str, ...]] = {
    # Without namespaces and control groups too, these left one of 79 escapes (a flood of files in the scratch folder),
    # and every Linux from 5.13 on has them without root. What they lack in memory, RLIMIT_AS bounds.
    "staff": ("landlock", "privileges", "seccomp"),
    "member": (),
}


def layer(name: str) -> type[Layer]:
    """The layer of this name; loaded when it is asked for, since a judge needs the names alone."""
    kind: type[Layer] = getattr(import_module(f"{__package__}.{name}"), name.title().replace("_", ""))
    return kind


def survey() -> dict[str, str | None]:
    """Each layer that a child takes on: None where the machine has it, else why not. Before libraries are loaded."""
    return {name: layer(name).available() for name in LAYERS if not layer(name).from_outside}


def lacking(profile: str, offered: Mapping[str, str | None]) -> dict[str, str]:
    """The layers that a profile requires and the machine lacks, with the reasons."""
    return {name: offered[name] or "" for name in REQUIRED_LAYERS[profile] if offered[name] is not None}


class Lifeline:
    """A worker ends with its zygote, however the zygote ends.

    It is a pipe that closes with the process that made it: in a new namespace, getppid reads 0 for every parent.
    """

    def __init__(self) -> None:
        self.alive, self._kept = map(out_of_the_way, os.pipe())

    def take(self) -> None:
        """In the child: let go of the end that only the parent may hold."""
        os.close(self._kept)

    def tie(self) -> None:
        """In the child: be killed when the parent ends, also where it has ended before this line."""
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if not self.holds():
            os._exit(1)
        os.close(self.alive)

    def holds(self) -> bool:
        """In the child: whether the parent is alive."""
        poll = select.poll()
        poll.register(self.alive, 0)
        return not poll.poll(0)


@dataclass(frozen=True)
class Lockdown:
    """What is done to each child; made by `prepare` in a process that has loaded the libraries, and forks there."""

    layers: tuple[Layer, ...]
    lifeline: Lifeline

    @property
    def unreadable(self) -> str | None:
        """What a worker needs and will be unable to read, with the reason."""
        return next((layer.unreadable for layer in self.layers if layer.unreadable is not None), None)

    def fork(self, limits: WorkerLimits) -> int:
        """`os.fork` for a child that will call `apply`."""
        flags = 0
        for layer in self.layers:
            layer.before_fork(limits)
            flags |= layer.clone_flags
        return clone(flags) if flags else os.fork()

    def apply(self, limits: WorkerLimits) -> tuple[str, ...]:
        """Lock this process down and stand in its scratch folder; the names of the layers that hold from here on.

        A layer that fails ends the process with `FAILED`: it was said to be there, and half of it can't be taken back.
        """
        try:
            self.lifeline.take()
            stand_in(limits["scratch"])
            for layer in self.layers:
                if not layer.is_last:
                    layer.enter(limits)
            # As late as possible: a change of uid or capabilities clears the signal (man 2 PR_SET_PDEATHSIG).
            self.lifeline.tie()
            for layer in self.layers:
                if layer.is_last:
                    layer.enter(limits)
            # Reports name those that are held from outside at the end.
            ordered = sorted(self.layers, key=lambda layer: layer.from_outside)
            return tuple(layer.label for layer in ordered if layer.label)
        except BaseException as error:  # noqa: BLE001 — nothing may get past this line without its layers
            os.write(2, f"the sandbox could not be closed: {describe(error)}\n".encode("utf-8", "replace"))
            os._exit(FAILED)

    def after_end(self) -> bool:
        """Clean up after a worker that is gone; whether the kernel ended it for its memory."""
        ended_for_memory = [layer.after_end() for layer in self.layers]
        return any(ended_for_memory)


def prepare(
    readable: Readable,
    offered: Mapping[str, str | None],
    *,
    executable_maps: bool,
    scratch_parent: str | None = None,
    without: Collection[str] = (),
) -> Lockdown:
    """Everything that can be worked out before a child exists. `without` leaves layers out, for tests of the others."""
    wanted = {name: layer(name) for name in LAYERS if offered.get(name) is None and name not in without}
    chosen = {name: kind for name, kind in wanted.items() if kind.needs is None or kind.needs in wanted}
    ground = Ground(tuple(chosen), readable, executable_maps, scratch_parent)
    return Lockdown(tuple(kind(ground) for kind in chosen.values()), Lifeline())
