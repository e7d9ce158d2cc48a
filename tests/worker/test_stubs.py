"""Modules that judging has no use for do nothing, and those that compute say that they are not there."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from grader.worker import stubs

NAMES = ("plotly", "torchvision", "skimage", "tqdm", "graphviz")  # of which a test hides what is installed


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs source as the submission does, with the stand-ins in place and nothing of those names installed."""
    for name in list(sys.modules):
        if name.partition(".")[0] in NAMES:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [])
    stubs.install("submission")
    for name in ("display", "exit", "quit"):
        monkeypatch.setattr(builtins, name, getattr(builtins, name))
    before = set(sys.modules)

    def go(source: str, name: str = "submission") -> dict[str, Any]:
        values: dict[str, Any] = {"__name__": name}
        exec(source, values)
        return values

    yield go
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_plot_is_taken_apart_and_gives_nothing(run: Any) -> None:
    values = run(
        "import plotly.express as px\nfig, axes = px.subplots(2, 3)\n(a, b, c), second = axes\n"
        "line, = px.plot([1])\nfig.add(1).show()\naxes.flat[5].plot(1)\n"
        "with px.style as style: style['x'] = 1\n"
    )
    assert not values["fig"]
    assert len(values["axes"]) == 2
    assert len(values["axes"].ravel()) == 6
    assert list(values["line"]) == []


def test_a_decorator_that_does_nothing_leaves_the_function(run: Any) -> None:
    values = run("import graphviz\n@graphviz.cached\ndef f(): return 3\nclass A(graphviz.Base): pass\n")
    assert values["f"]() == 3
    assert values["A"].__mro__ == (values["A"], object)


def test_a_progress_bar_goes_through_what_it_is_given(run: Any) -> None:
    values = run(
        "from tqdm import tqdm, trange\nfrom tqdm.auto import tqdm as other\nbar = tqdm([1, 2], desc='x')\n"
        "items = list(bar), list(trange(1, 3)), list(other('ab'))\ntqdm.write('x')\n"
    )
    assert values["items"] == ([1, 2], [1, 2], ["a", "b"])
    assert len(values["bar"]) == 2


def test_a_library_that_computes_may_be_imported_and_not_called(run: Any) -> None:
    values = run("import torchvision.transforms as T\nfrom skimage import io\nload = io.imread\n")
    for call in (values["T"].Compose, values["load"]):
        with pytest.raises(ModuleNotFoundError, match="No module named"):
            call([])


def test_only_the_submission_gets_stand_ins(run: Any) -> None:
    with pytest.raises(ModuleNotFoundError):
        run("import plotly", name="some.library")
    with pytest.raises(ModuleNotFoundError):
        run("import unheard_of")


def test_private_names_of_python_are_not_made_up(run: Any) -> None:
    values = run("import plotly\nimport torchvision\n")
    for value in (values["plotly"], values["plotly"].x, values["torchvision"], values["torchvision"].x):
        with pytest.raises(AttributeError):
            value.__array__  # noqa: B018
    assert run("display(1)")["__name__"] == "submission"
