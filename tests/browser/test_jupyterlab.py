"""`%d2d check hw1` in JupyterLab, in a real browser: what is laid out, blank, half filled and right.

D2D_PICTURES=FOLDER python -m pytest -m slow tests/browser/test_jupyterlab.py    takes a picture of each
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.browser.jupyter import ROOT, TOKEN, WRITTEN, fill, serving, write_members
from tests.browser.layout import complaints
from tests.waiting import BACKSTOP

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Pages

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab", reason="there is no JupyterLab here (dev requirements)")
# JupyterLab may be asked by tests, and asks nobody for news.
OPTIONS = ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
OPTIONS += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
LABS = ["removeChild", "Failed to load resource", "(?i)mathjax", "Websocket", "ServiceWorker"]
PRINTED = r"$5 and $6 \(q\) \begin{matrix}a\end{matrix}"  # which MathJax would set as formulas
HALF = WRITTEN | {
    "log_softmax": f"def log_softmax(x):\n    raise ValueError({PRINTED!r})",
    "mse_loss": 'def mse_loss(x, y, reduction="mean"):\n    print("$x$ or $y$")\n    return -123456789.123456',
}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The members' folder: hw1 in both languages, blank, half filled and right."""
    out = tmp_path_factory.mktemp("lab") / "members"
    write_members(out)
    reference = nbformat.v4.new_code_cell((ROOT / "reference" / "hw1.py").read_text("utf-8"))
    for file in out.rglob("hw1.*.ipynb"):
        language = file.suffixes[0]
        fill(file, file.with_name(f"half{language}.ipynb"), HALF)
        notebook = nbformat.read(file, 4)
        notebook.cells.insert(len(notebook.cells) - 1, reference)
        nbformat.write(notebook, file.with_name(f"right{language}.ipynb"))
    write_blank(out)
    return out


def write_blank(out: Path) -> None:
    """The notebooks as they are released."""
    from grader.authoring.release import write_release
    from grader.course.course import find_course

    again = out.with_name("again")
    write_release(find_course(ROOT), ["hw1"], again, ("ko", "en"))
    for file in again.rglob("hw1.*.ipynb"):
        file.rename(out / "assignments" / "hw1" / file.name.replace("hw1", "blank"))


@pytest.fixture(scope="module")
def lab(members: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab in the members' folder."""
    with serving("jupyterlab", members, tmp_path_factory.mktemp("home"), OPTIONS) as address:
        yield address


def checked(page: Page, address: str, name: str, theme: str) -> Locator:
    """What the last cell of a notebook shows, all of its cells run."""
    page.set_default_timeout(1000 * BACKSTOP)
    page.goto(f"{address}/lab/tree/assignments/hw1/{name}?token={TOKEN}&reset")
    page.wait_for_function("window.jupyterapp && jupyterapp.commands.hasCommand('notebook:run-all-cells')")
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {theme}")
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
    page.wait_for_function("jupyterapp.shell.currentWidget?.context?.sessionContext.isReady")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    report = page.locator(".jp-OutputArea-output .d2d")
    report.wait_for(state="attached")
    # Formulas are set last: that of the handout's first lines tells that they are.
    page.evaluate("document.querySelector('.jp-Notebook .jp-Cell').scrollIntoView()")
    page.locator("mjx-container").first.wait_for(state="attached")
    report.evaluate("element => element.scrollIntoView()")
    return report


@pytest.mark.slow  # 15 seconds each: a server, kernels, a browser
@pytest.mark.parametrize(
    ("name", "language", "theme", "shows"),
    [
        ("blank", "ko", "Light", "33점 중 0점"),
        ("half", "ko", "Dark", "33점 중 2점"),
        ("right", "en", "Light", "33 of 33 points"),
    ],
)
def test_it_is_laid_out_as_it_should(
    lab: str, new_page: Pages, name: str, language: str, theme: str, shows: str
) -> None:
    page = new_page(tolerated=LABS, viewport={"width": 1100, "height": 1000})
    report = checked(page, lab, f"{name}.{language}.ipynb", theme)
    assert shows in report.inner_text()
    assert complaints(report) == []
    if name == "half":
        assert PRINTED in report.inner_text()
    assert report.locator("mjx-container").count() == 0
    background = "rgb(13, 17, 23)" if theme == "Dark" else "rgb(255, 255, 255)"
    assert report.evaluate("element => getComputedStyle(element).backgroundColor") == background
    assert report.evaluate("element => element.getBoundingClientRect().width") > 500
    if folder := os.environ.get("D2D_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": 1100, "height": 2400})
        report.evaluate("element => element.scrollIntoView()")
        page.screenshot(path=Path(folder) / f"lab.{name}.{language}.{theme.lower()}.png")
