"""How tests wait: for the event itself. A slow machine makes a test slow, it doesn't make it fail."""

from __future__ import annotations

import time
from collections.abc import Callable

BACKSTOP = 120.0  # seconds after which nothing more will happen, also on a busy machine


def wait_until(true: Callable[[], object], what: str = "the event did not happen", seconds: float = BACKSTOP) -> None:
    """Look again and again until `true` is; fail at the backstop."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.01)
