"""How much of the machine one submission may use."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Limits of time for a case, for loading and for the whole; of memory, files and output.

    `load_seconds` is for a statement; where every cell runs, `cell_seconds` is for a cell.
    """

    case_seconds: float = 3.0
    load_seconds: float = 10.0
    cell_seconds: float = 30.0
    total_seconds: float = 60.0
    memory_mb: int = 1024
    file_mb: int = 64
    scratch_mb: int = 64
    processes: int = 16
    output_kb: int = 64

    def for_worker(self, scratch: str) -> dict[str, Any]:
        """What the worker itself has to know."""
        return {
            "scratch": scratch,
            "memory_bytes": self.memory_mb << 20,
            "file_bytes": self.file_mb << 20,
            "scratch_bytes": self.scratch_mb << 20,
            "processes": self.processes,
            "cpu_seconds": math.ceil(self.total_seconds) + 2,  # wall time ends it first; this holds where nobody waits
        }

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
