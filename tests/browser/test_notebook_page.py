"""The page that `check --notebook FILE.html` writes, in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> <a href='javascript:alert(3)'>press</a> $x$"


def test_nothing_of_a_members_notebook_runs(course: Path, new_page: Pages) -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": f"# Mine {EVIL}\n\n[press](javascript:alert(4))"}
    source = f'def mse(x, y):\n    print("""{EVIL}""")\n    raise ValueError("""{EVIL}""")'
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": EVIL, "text/plain": EVIL}}
    code = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output], "source": source}
    file = course / "kim.ipynb"
    file.write_text(json.dumps({"cells": [text, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    command = [sys.executable, "-m", "grader", "check", "mini", str(file), "--notebook", "page.html", "--lang", "en"]
    done = subprocess.run(command, cwd=course, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    page = new_page()
    page.goto((course / "page.html").as_uri())
    assert page.get_by_text("mse · 0 of 2 points").is_visible()
    assert "onerror=alert(2)" in page.locator("pre", has_text="ValueError").last.inner_text()
    for link in page.get_by_text("press", exact=True).all():
        link.click()
    page.wait_for_timeout(200)
    assert page.url == (course / "page.html").as_uri()
