"""Which case and which submission `d2d inspect` looks at; what it shows is in tests/cli/test_inspect.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.grading.inspection import case_named
from tests.made_reports import Make

FILE = Path("kim.json")


def test_the_case_that_is_meant(make: Make) -> None:
    report = make(points=10, of=50)
    public, hidden = "test_public.py::test_mse", "test_hidden.py::test_reductions[mean]"
    assert case_named(report, None, FILE).id == public  # the first that did not pass
    assert case_named(report, hidden, FILE).id == hidden
    assert case_named(report, "reductions", FILE).id == hidden
    for name, complaint in (("test_", "Several cases fit test_"), ("nothing", "No case fits nothing")):
        with pytest.raises(UsageError, match=complaint):
            case_named(report, name, FILE)
    with pytest.raises(UsageError, match="Every case passed"):
        case_named(make(points=50, of=50), None, FILE)
