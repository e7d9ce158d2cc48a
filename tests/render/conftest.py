"""Pages and texts in English, and reports full of what names and outputs may try."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader import i18n
from grader.report.report import Report
from tests.samples import HOSTILE, hostile_report


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture(params=HOSTILE, ids=lambda text: text[:16].encode("unicode_escape").decode())
def hostile(request: pytest.FixtureRequest) -> Report:
    """A report full of one hostile text."""
    return hostile_report(request.param)
