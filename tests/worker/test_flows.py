"""Names followed to what they stand for: by every road that is written out, and nothing of one's own taken for it."""

from __future__ import annotations

import pytest

from grader.worker.survey import Survey, statements


def survey(*cells: str) -> Survey:
    result = Survey(("torch.nn", "torch.optim"))
    result.read([(f"kim.ipynb[{at}]", statements(cell)) for at, cell in enumerate(cells, 1)])
    return result


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, t=torch): return t.nn.relu(x)",
        "def f(x, *, t=torch): return t.nn.relu(x)",
        "f = lambda x, t=torch: t.nn.relu(x)",
        "def f(x): return (lambda t=torch: t.nn)().relu(x)",
        "def f(x): return (lambda t: t.nn.relu)(torch)(x)",
        "def f(x): return (lambda *all: all[0].nn.relu)(torch)(x)",
        "def f(x): return [t.nn.relu for t in [torch]][0](x)",
        "def f(x):\n    for t in (torch,):\n        return t.nn.relu(x)",
        "def f(x): return (t := torch).nn.relu(x)",
        "def f(x):\n    if (t := torch):\n        return t.nn.relu(x)",
        "(t, u), v = (torch, 1), 2\ndef f(x): return t.nn.relu(x)",
        "def f(x):\n    with contextlib.nullcontext(torch) as t:\n        return t.nn.relu(x)",
        "class Box:\n    lib = torch\ndef f(x): return Box.lib.nn.relu(x)",
        "class f:\n    lib = torch\n    def forward(self, x): return self.lib.nn.relu(x)",
        "class f:\n    def __init__(self): self.t = torch\n    def forward(self, x): return self.t.nn.relu(x)",
        "def f(x):\n    match torch:\n        case t:\n            return t.nn.relu(x)",
        "def f(x): return vars(torch)['nn'].relu(x)",
        "def f(x): return torch.__dict__['nn'].relu(x)",
        "def f(x): return {'t': torch}['t'].nn.relu(x)",
        "table = {'t': torch}\ndef f(x): return table['t'].nn.relu(x)",
        "import sys\ndef f(x): return sys.modules['torch.nn'].relu(x)",
        "import sys\ndef f(x): return sys.modules['torch'].nn.relu(x)",
        "import sys\ndef f(x): return sys.modules.get('torch.nn').relu(x)",
        "import importlib\ndef f(x): return importlib.import_module('torch.nn').relu(x)",
        "from importlib import import_module\ndef f(x): return import_module('torch.nn').relu(x)",
        "def f(x): return __import__('torch').nn.relu(x)",
        "def f(x): return __import__('torch.nn', fromlist=['relu']).relu(x)",
        "import pydoc\ndef f(x): return pydoc.locate('torch.nn.relu')(x)",
        "import pkgutil\ndef f(x): return pkgutil.resolve_name('torch.nn:relu')(x)",
        "import runpy\ndef f(x): return runpy.run_module('torch.nn')['relu'](x)",
        "import operator\ndef f(x): return operator.attrgetter('nn.relu')(torch)(x)",
        "from operator import attrgetter\nget = attrgetter('nn.relu')\ndef f(x): return get(torch)(x)",
        "import functools\ndef f(x): return functools.reduce(getattr, ['nn', 'relu'], torch)(x)",
        "import functools\nof = functools.partial(getattr, torch)\ndef f(x): return of('nn').relu(x)",
        "from torch import *\ndef f(x): return nn.relu(x)",
    ],
)
def test_it_is_found_by_whatever_road_it_is_reached(source: str) -> None:
    """What would a student do who wants the points for what somebody else has written?"""
    (finding,) = survey(f"import torch\n{source}").reached(["f"])
    assert finding.what.startswith("torch.nn")


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, t=torch): return t.exp(x)\ndef g(t): return t.nn",
        "def g(t=torch): return t\ndef f(t): return t.nn.relu",
        "class Box:\n    lib = torch\nclass Tree:\n    lib = 1\nclass f:\n    def g(self): return self.lib.nn",
        "def f(x):\n    for t in (torch, x):\n        print(t.nn)",
        "def f(x): return {'nn': torch.exp}['nn'](x)",
        "def f(table): return table['torch.nn'].relu",
        "class f:\n    def g(self): return self.__dict__['nn'], vars(self)['nn'], getattr(self, 'nn')",
        "class Net: nn = 2\ndef f(x): return x * Net.nn",
        "def f(x): return [t.nn for t in x], torch.exp(x)",
        "from torch import *\ndef nn(x): return x\ndef f(x): return nn(x)",
    ],
)
def test_the_same_words_for_something_of_ones_own_are_not_forbidden(source: str) -> None:
    """What would cost an honest one a point here?"""
    assert survey(f"import torch\n{source}").reached(["f"]) == []


def test_names_that_go_in_circles_come_to_an_end() -> None:
    circle = "a = b\nb = a\nc = [c][0]\ndef f(x): return a.nn, c.nn"
    chain = "\n".join(f"a{at + 1} = a{at}.b" for at in range(3000))
    deep = f"def g(x): return {'getattr(' * 60}x{', 1)' * 60}"
    assert survey(circle, chain, deep).reached(["f"]) == []
