"""The bridge without a process, which tests of the worker's side use as those of the judge's do."""

from tests.bridge.conftest import bridge

__all__ = ["bridge"]
