"""Reading code without running it: what is forbidden, by which way in, and what is only worth a look."""

from __future__ import annotations

import pytest

from grader.worker.survey import Survey, statements

_MADE_UP = "attrgetter with a name that is made up while it runs"
FORBIDDEN = ("torch.nn", "torch.optim", "*.log_softmax")


def survey(*cells: str) -> Survey:
    result = Survey(FORBIDDEN)
    result.read([(f"kim.ipynb[{at}]", statements(cell)) for at, cell in enumerate(cells, 1)])
    return result


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import torch\ndef f(x): return torch.nn.functional.relu(x)", "torch.nn.functional.relu"),
        ("import torch as t\ndef f(x): return t.nn.Linear(1, 2)", "torch.nn.Linear"),
        ("import torch.nn as nn\ndef f(x): return nn.ReLU()(x)", "torch.nn.ReLU"),
        ("import torch.nn.functional\ndef f(x): return torch.nn.functional.relu(x)", "torch.nn.functional.relu"),
        ("from torch import nn\ndef f(x): return nn.ReLU()(x)", "torch.nn.ReLU"),
        ("from torch.nn.functional import relu as r\ndef f(x): return r(x)", "torch.nn.functional.relu"),
        ("def f(x):\n    from torch import nn\n    return nn.ReLU()(x)", "torch.nn.ReLU"),
        ("import torch\nF = torch.nn.functional\ndef f(x): return F.relu(x)", "torch.nn.functional.relu"),
        ("import torch\ndef f(x): return getattr(torch, 'nn').ReLU()(x)", "torch.nn.ReLU"),
        ("from torch.nn import *\ndef f(x): return ReLU()(x)", "from torch.nn import *"),
        ("def f(x): return x.log_softmax(-1)", ".log_softmax"),
        ("import torch\nclass f(torch.nn.Module): pass", "torch.nn.Module"),
        ("import torch\ndef deep(x): return torch.nn.ReLU()(x)\ndef f(x): return deep(x)", "torch.nn.ReLU"),
        ("import torch\ndef deep(x): return torch.nn.ReLU()(x)\nf = deep", "torch.nn.ReLU"),
    ],
)
def test_what_is_forbidden_is_found_by_every_way_in(source: str, what: str) -> None:
    assert [finding.what for finding in survey(source).reached(["f"])] == [what]


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nimport torch.nn as nn\ndef f(x): return torch.exp(x)",  # imported and not used
        "import torch\ndef other(x): return torch.nn.ReLU()(x)\ndef f(x): return x",
        "def f(nn): return nn.relu",
        "def f(x): return 'torch.nn'",
    ],
)
def test_what_is_not_used_is_not_forbidden(source: str) -> None:
    assert survey(source).reached(["f"]) == []


def test_an_import_in_a_later_cell_counts_for_an_earlier_one() -> None:
    (finding,) = survey("def f(x):\n\n    return nn.ReLU()(x)", "import torch.nn as nn").reached(["f"])
    assert (finding.cell, finding.line) == ("kim.ipynb[1]", 3)


def test_the_last_definition_of_a_name_counts() -> None:
    first, last = "import torch\ndef f(x): return torch.nn.ReLU()(x)", "def f(x): return x * (x > 0)"
    assert survey(first, last).reached(["f"]) == []
    assert [finding.line for finding in survey(last, first).reached(["f"])] == [2]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import ctypes", "import ctypes"),
        ("from gc import get_objects", "import gc"),
        ("def f(): return eval('1')", "eval(…)"),
        ("def f(m, n): return getattr(m, n + n)", "getattr with a name that is made up while it runs"),
        ("import sys\ndef f(): return sys._getframe()", "._getframe"),
        ("import torch\ndef f(x): return torch.ops.aten.relu(x)", ".ops"),
        ("import torch\ndef f(n): return vars(torch)[n]", "vars(…)"),
        ("import torch\ndef f(n): return torch.__dict__[n]", ".__dict__"),
        ("import torch\ndef f(): return open(torch.__file__)", ".__file__"),
        ("import torch\ndef f(): return torch.__loader__", ".__loader__"),
        ("import torch\ndef f(n): return map(getattr, [torch], n)", "getattr that is handed on"),
        ("from operator import attrgetter\ndef f(n): return attrgetter(n)", _MADE_UP),
        ("import pkgutil\ndef f(n): return pkgutil.resolve_name(n)", "import pkgutil"),
        ("import runpy", "import runpy"),
        ("import pydoc", "import pydoc"),
        ("from linecache import getlines", "import linecache"),
    ],
)
def test_what_looks_built_to_get_round_is_worth_a_look_and_no_more(source: str, what: str) -> None:
    found = survey(source)
    assert [finding.what for finding in found.findings if finding.kind == "look"] == [what]
    assert found.reached(["f"]) == []


def test_a_cell_that_does_not_parse_is_left_to_the_loading() -> None:
    assert survey("def f(:", "import ctypes").findings[0].what == "import ctypes"
