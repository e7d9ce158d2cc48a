"""Random submissions, a few seconds of them; `python tests/fuzz/intake.py --minutes 10` is the long run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings


def _load() -> ModuleType:
    # By its path: tests are no package, and the long run starts the same file as a script.
    path = Path(__file__).parents[1] / "fuzz" / "intake.py"
    spec = importlib.util.spec_from_file_location("d2d_fuzz_intake", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


fuzz = _load()
SHORT = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("name", sorted(fuzz.INPUTS))
def test_whatever_comes_is_read_or_refused(tmp_path: Path, name: str) -> None:
    @SHORT
    @given(fuzz.INPUTS[name])
    def run(data: bytes) -> None:
        fuzz.check(tmp_path, name, data)

    run()


def test_whatever_parses_has_a_selection() -> None:
    @SHORT
    @given(fuzz.PROGRAMS)
    def run(cells: list[str]) -> None:
        fuzz.check_selection(cells)

    run()
