"""`%d2d check hw1` where members see it: a notebook that was released, in a Jupyter server, in a browser.

D2D_PICTURES=docs/pictures python -m pytest tests/browser/test_jupyter.py    takes the docs' picture anew
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.jupyter import TOKEN, serving, write_members
from tests.browser.layout import complaints
from tests.waiting import BACKSTOP

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("nbclassic", reason="there is no Jupyter server here (dev requirements)")
# Jupyter's own page asks for MathJax on the network and for extensions, and complains of what it does not get.
JUPYTERS = ["(?i)mathjax", "nbextensions", "Failed to load resource", "isolated-app"]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The members' folder, hw1's notebooks begun."""
    out = tmp_path_factory.mktemp("jupyter") / "members"
    write_members(out)
    return out


@dataclass
class Jupyter:
    """A running server."""

    address: str

    def notebook(self, page: Page, path: str) -> None:
        page.set_default_timeout(1000 * BACKSTOP)
        page.goto(f"{self.address}/notebooks/{path}?token={TOKEN}")
        page.wait_for_function("window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel")
        page.wait_for_function("Jupyter.notebook.kernel.is_connected()")


@pytest.fixture(scope="module")
def jupyter(members: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A Jupyter server in the members' folder."""
    with serving("nbclassic", members, tmp_path_factory.mktemp("home")) as address:
        yield Jupyter(address)


def in_terminal(notebook: Path, language: str) -> tuple[str, dict[str, Any]]:
    """What the command line shows of the same notebook, and its report."""
    report = notebook.with_suffix(".json")
    command = [sys.executable, "-m", "grader", "check", "hw1", str(notebook), "--lang", language, "--json", str(report)]
    environment = {**os.environ, "COLUMNS": "300"}
    shown = subprocess.run(
        command, env=environment, cwd=notebook.parent, capture_output=True, encoding="utf-8", check=False
    )
    return shown.stdout, json.loads(report.read_text("utf-8"))


@pytest.mark.slow  # half a minute: a server, a kernel, a browser; the same in a kernel alone is in tests/test_colab.py
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_result_is_seen_below_the_cell(members: Path, jupyter: Jupyter, new_page: Pages, language: str) -> None:
    file = members / "assignments" / "hw1" / f"hw1.{language}.ipynb"
    terminal, report = in_terminal(file, language)
    page = new_page(tolerated=JUPYTERS, viewport={"width": 1100, "height": 1000})
    jupyter.notebook(page, f"assignments/hw1/{file.name}")
    page.evaluate("Jupyter.notebook.execute_all_cells()")
    result = page.locator(".output .d2d")
    result.wait_for()
    assert result.count() == 1
    shown = " ".join(result.inner_text().split())
    assert f"{report['percent']}%" in shown
    assert {case["verdict"] for case in report["cases"]} >= {"passed", "failed", "error", "missing"}
    for case in report["cases"]:
        if case["verdict"] in ("failed", "error"):
            for text in (
                case["title"].rstrip("."),
                *case["message"].splitlines(),
                (case["hint"] or {}).get("text", ""),
            ):
                assert " ".join(text.split()) in shown
                assert " ".join(text.split()) in " ".join(terminal.split())
    assert bool(re.search("[가-힣]", shown)) == (language == "ko")
    where = next(case["where"] for case in report["cases"] if case["verdict"] == "error")
    assert f"[{where['cell']}]:{where['line']}" in shown
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert result.locator("h1").evaluate(size) > result.locator("h2").first.evaluate(size) > result.evaluate(size) == 16
    assert complaints(result) == []
    assert result.evaluate("element => element.scrollWidth <= element.parentElement.clientWidth")
    if folder := os.environ.get("D2D_PICTURES"):
        _picture(page, Path(folder) / f"jupyter.{language}.png")


def _picture(page: Page, file: Path) -> None:
    """The last cell, with what it shows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    page.evaluate("Jupyter.notebook.get_cells().forEach(cell => cell.output_area && cell.output_area.unscroll_area())")
    page.add_style_tag(content="#statusbar, #pager { display: none !important }")
    cell = page.locator(".cell").filter(has=page.locator(".output .d2d"))
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box is not None
    # Beside the prompts, where Jupyter shows what it is loading.
    clip = {"x": box["x"] + 46, "y": box["y"], "width": box["width"] - 46, "height": min(box["height"], 780)}
    page.screenshot(path=file, clip=clip)
