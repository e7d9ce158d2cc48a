from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

from grader.worker.layers.rlimits import Rlimits, mapped_bytes, take_limits

from .conftest import in_child, tried

LIMITS = {"file_bytes": 1 << 16, "cpu_seconds": 7, "memory_bytes": 256 << 20}


def test_it_is_available() -> None:
    assert Rlimits.available() is None


def test_limits_are_lowered_for_good(place: Path) -> None:
    def action() -> object:
        take_limits(LIMITS, mapped_bytes())
        kinds = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU)
        return [resource.getrlimit(kind) for kind in kinds]

    assert in_child(action).value == [[0, 0], [1 << 16, 1 << 16], [7, 7]]


def test_a_limit_that_is_lower_already_stays() -> None:
    def action() -> object:
        resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
        take_limits(LIMITS, mapped_bytes())
        return resource.getrlimit(resource.RLIMIT_CPU)

    assert in_child(action).value == [3, 3]


def test_memory_is_counted_on_top_of_what_is_in_use() -> None:
    def action() -> object:
        take_limits(LIMITS, mapped_bytes())
        small, large = len(bytearray(100 << 20)), 0
        try:
            large = len(bytearray(400 << 20))
        except MemoryError:
            return [small, large]
        return "no limit"

    assert in_child(action).value == [100 << 20, 0]


def test_a_file_has_a_size(place: Path) -> None:
    def action() -> object:
        take_limits(LIMITS, mapped_bytes())
        return tried(lambda: (place / "scratch" / "f").write_bytes(bytes(1 << 17)))

    assert in_child(action).value == os.strerror(errno.EFBIG)
