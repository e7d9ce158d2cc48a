"""What a library needs beside being imported: one row for each. A library without a row needs nothing more.

How its values cross the bridge is in `grader.worker.values`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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

    from grader.worker import canary

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)  # imports torch._dynamo, which takes seconds
    weight.sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    canary.get_ready()


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
