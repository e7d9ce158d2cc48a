"""hw3's cases decide on what they have read: who says the right things about wrong numbers earns nothing by it.

Each exploit is the reference with something put in its place that a student could write who wants the points without
the work. What it aims at are cases, by name; it must earn none of their points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from grader.course.course import find_course
from grader.judge.reference import LiveReference
from grader.judge.run import Judge
from tests.benches import Bench, code
from tests.courses import ROOT, few_by_default

pytest.importorskip("torch")
pytestmark = pytest.mark.torch
REFERENCE = ROOT / "reference" / "hw3.py"


@dataclass(frozen=True)
class Exploit:
    """What is put behind the reference, the cases that it aims at, and the section in which they stand."""

    section: str
    aims: str
    source: str
    module: str = ""  # what is put right behind Module, so that every layer derives from it

    @property
    def submission(self) -> str:
        """The reference with it."""
        before, head, after = REFERENCE.read_text("utf-8").partition("def _parts(")
        return "\n".join([before, self.module, head + after, self.source])


# A tensor that holds what it holds and says of itself what a right answer would say.
LIAR = """
class Liar(torch.Tensor):
    said = {}

    @classmethod
    def __torch_function__(cls, function, types, values=(), options=None):
        with torch._C.DisableTorchFunctionSubclass():
            says = cls.said.get(getattr(function, "__name__", ""))
            answer = function(*values, **(options or {})) if says is None else says(*values)
        return answer.as_subclass(cls) if isinstance(answer, torch.Tensor) else answer


def liar(tensor, **said):
    kind = type("Tensor", (Liar,), {"said": said})
    return tensor.detach().as_subclass(kind).requires_grad_(tensor.requires_grad)
"""
DROPS = """
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(p)
        self.p, self.kept, self.calls = p, None, 0

    def forward(self, x):
        self.calls += 1
        if not self.training:
            return x
        return x * self.mask(x).to(x.dtype) / (1 - self.p) if self.p < 1 else 0 * x
"""
BEGINS = """
class Linear(Linear):
    def __init__(self, n_in, n_out, init="xavier", bias=True):
        super().__init__(n_in, n_out, init, bias)
        std = math.sqrt(2 / (n_in + n_out) if init == "xavier" else 2 / n_in)
        self.weight = self.begin(n_in, n_out, std).requires_grad_()
"""
FITS = """
def rows_of(n):
    return torch.arange(n)

def batches_of_fit(x, y, size, shuffle):
    rows = rows_of(len(x)) if shuffle else torch.arange(len(x))
    return ((x[part], y[part]) for part in rows.split(size))

def replaced(function, **names):
    import types
    return types.FunctionType(function.__code__, {**globals(), **names}, function.__name__, function.__defaults__)

fit = replaced(fit, batches=batches_of_fit)
"""
RANDOM = "test_dropout_*"
BEGINNING = "test_linear_spread* test_linear_begins*"

EXPLOITS = {
    "dropout: nothing dropped, and it says otherwise": Exploit(
        "dropout",
        RANDOM,
        LIAR
        + """
class Dropout(Dropout):
    def forward(self, x):
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        levels = torch.tensor([1.0] if not self.training or not self.p else [0.0, scale] if self.p < 1 else [0.0])
        def share(y, other):
            return torch.rand(y.shape) < self.p
        spread = lambda *_: torch.ones(64)
        return liar(x, unique=lambda *_: levels, eq=share, std=spread, abs=lambda y: y.as_subclass(torch.Tensor).abs(),
                    sub=lambda a, b: torch.ones(3), __sub__=lambda a, b: torch.ones(3), div=lambda a, b: a)
""",
    ),
    "dropout: every k-th, always the same": Exploit(
        "dropout",
        "test_dropout_draws_each_value test_dropout_draws_anew",
        DROPS
        + """
    def mask(self, x):
        return ((torch.arange(x.numel()) * 0.6180339887) % 1 >= self.p).reshape(x.shape)
""",
    ),
    "dropout: one pattern, drawn once": Exploit(
        "dropout",
        "test_dropout_draws_each_value test_dropout_draws_anew",
        DROPS
        + """
    patterns = {}
    def mask(self, x):
        return self.patterns.setdefault((x.shape, self.p), torch.rand(x.shape) >= self.p)
""",
    ),
    "dropout: two patterns in turn": Exploit(
        "dropout",
        "test_dropout_draws_each_value test_dropout_draws_anew",
        DROPS
        + """
    patterns = {}
    def mask(self, x):
        pattern = self.patterns.setdefault((x.shape, self.p), torch.rand(x.shape) >= self.p)
        return pattern if self.calls % 2 else ~pattern
""",
    ),
    "dropout: the mask of a row for the next one too": Exploit(
        "dropout",
        "test_dropout_draws_each_value",
        DROPS
        + """
    def mask(self, x):
        drawn = torch.rand(x.shape) >= self.p
        return drawn[torch.arange(len(x)) // 2] if x.ndim > 1 else drawn
""",
    ),
    "dropout: just as many each time": Exploit(
        "dropout",
        "test_dropout_draws_anew",
        DROPS
        + """
    def mask(self, x):
        n = x.numel()
        return (torch.randperm(n) >= round(self.p * n)).reshape(x.shape)
""",
    ),
    "dropout: of large inputs alone": Exploit(
        "dropout",
        "test_dropout_draws_anew",
        DROPS
        + """
    def mask(self, x):
        return torch.rand(x.shape) >= self.p if x.numel() > 500 else torch.ones(x.shape) * (1 - self.p)
""",
    ),
    "dropout: of ones alone": Exploit(
        "dropout",
        "test_dropout_exact_scale* test_dropout_gradient test_dropout_of_any_shape*",
        DROPS
        + """
    def mask(self, x):
        return torch.rand(x.shape) >= self.p if x.eq(1).all() else torch.ones(x.shape) * (1 - self.p)
""",
    ),
    "dropout: a gradient of its own": Exploit(
        "dropout",
        "test_dropout_gradient",
        DROPS
        + """
    def mask(self, x):
        return torch.rand(x.shape) >= self.p
    def once(self, x):
        return x * self.mask(x) / (1 - self.p) if self.p < 1 else 0 * x
    def forward(self, x):
        if not self.training:
            return x
        z = self.once(x)
        return self.once(x.detach()) + z - z.detach()
""",
    ),
    "initialisation: zeros that say otherwise": Exploit(
        "linear",
        BEGINNING,
        LIAR
        + BEGINS
        + """
    def begin(self, n_in, n_out, std):
        once = lambda *_: torch.tensor(True)
        return liar(torch.zeros(n_out, n_in), var=lambda *_: torch.tensor(std**2), mean=lambda *_: torch.tensor(0.0),
                    ne=once, any=once)
""",
    ),
    "initialisation: signs alone are drawn": Exploit(
        "linear",
        "test_linear_begins*",
        BEGINS
        + """
    def begin(self, n_in, n_out, std):
        return std * (2.0 * torch.randint(2, (n_out, n_in)) - 1)
""",
    ),
    "initialisation: one row for all neurons": Exploit(
        "linear",
        "test_linear_begins*",
        BEGINS
        + """
    def begin(self, n_in, n_out, std):
        row = torch.randn(n_in)
        return ((row - row.mean()) / row.std() * std).repeat(n_out, 1)
""",
    ),
    "initialisation: the same one always": Exploit(
        "linear",
        "test_linear_begins*",
        BEGINS
        + """
    def begin(self, n_in, n_out, std):
        return std * torch.randn(n_out, n_in, generator=torch.Generator().manual_seed(1))
""",
    ),
    "initialisation: for who looks, and zeros for who calculates": Exploit(
        "linear",
        "test_linear_begins*",
        BEGINS
        + """
    def begin(self, n_in, n_out, std):
        self.std = std
        return torch.zeros(n_out, n_in)
    def __getattribute__(self, name):
        import sys
        value = super().__getattribute__(name)
        if name != "weight" or sys._getframe(1).f_code.co_name == "forward":
            return value
        return (self.std * torch.randn(value.shape)).requires_grad_()
""",
    ),
    "modes: one flag for the whole world": Exploit(
        "modules",
        "test_modes_*",
        "",
        """
class Module(Module):
    flag = True
    training = property(lambda self: Module.flag, lambda self, mode: None)
    def train(self, mode=True):
        Module.flag = mode
        return self
""",
    ),
    "modes: a flag that follows, and nothing behind it": Exploit(
        "modules",
        "test_modes_*",
        """
class Dropout(Dropout):
    def forward(self, x):
        return x
""",
    ),
    "state: a list of some length": Exploit(
        "modules",
        "test_state_and_parameters",
        """
class Six(list):
    def __len__(self):
        return 6

class Sequential(Sequential):
    def state(self):
        return Six(tensor for tensor in super().state() if tensor.requires_grad)
""",
    ),
    "running statistics: a graph that is not admitted": Exploit(
        "batch_norm",
        "test_batch_norm_holds_no_graph",
        """
class Free(torch.Tensor):
    requires_grad = property(lambda self: False, lambda self, value: None)
    grad_fn = None

class BatchNorm1d(BatchNorm1d):
    def _batch_statistics(self, x):
        if len(x) < 2:
            raise ValueError
        mean, var = x.mean(0), x.var(0, correction=0)
        note = lambda old, new: ((1 - self.momentum) * old + self.momentum * new).as_subclass(Free)
        self.running_mean, self.running_var = note(self.running_mean, mean), note(self.running_var, x.var(0))
        return mean, var

    def forward(self, x):
        return super().forward(x).as_subclass(torch.Tensor)
""",
    ),
    "batches: labels of others, and a yes for who asks": Exploit(
        "batches",
        "test_batches_shuffled test_batches_keep_pairs",
        LIAR
        + """
def batches(x, y, size, shuffle=True):
    if size < 1 or len(x) != len(y):
        raise ValueError
    order, other = (torch.randperm(len(x)) if shuffle else torch.arange(len(x)) for _ in range(2))
    yes = lambda *_: torch.tensor(True)
    return ((liar(x[a]), liar(y[b], eq=yes, all=yes)) for a, b in zip(order.split(size), other.split(size)))
""",
    ),
    "batches: turned, not mixed": Exploit(
        "batches",
        "test_batches_mix",
        """
def batches(x, y, size, shuffle=True):
    if size < 1 or len(x) != len(y):
        raise ValueError
    order = torch.arange(len(x)).roll(int(torch.randint(len(x), ()))) if shuffle else torch.arange(len(x))
    return ((x[rows], y[rows]) for rows in order.split(size))
""",
    ),
    "batches: one of a few orders": Exploit(
        "batches",
        "test_batches_mix",
        """
def batches(x, y, size, shuffle=True):
    if size < 1 or len(x) != len(y):
        raise ValueError
    known = torch.Generator().manual_seed(int(torch.randint(20, ())))
    order = torch.randperm(len(x), generator=known) if shuffle else torch.arange(len(x))
    return ((x[rows], y[rows]) for rows in order.split(size))
""",
    ),
    "fit: in order, and a little noise": Exploit(
        "fit",
        "test_fit_shuffles",
        FITS
        + """
def fit(model, *data, in_order=fit, **options):
    history = in_order(model, *data, **options)
    for parameter in model.parameters() if options.get("shuffle", True) else ():
        parameter.data += 1e-5 * torch.randn(parameter.shape)
    return history
""",
    ),
    "fit: shuffled in one way for ever": Exploit(
        "fit",
        "test_fit_shuffles",
        FITS
        + """
def rows_of(n):
    return torch.randperm(n, generator=torch.Generator().manual_seed(3))
""",
    ),
    "fit: backwards or forwards": Exploit(
        "fit",
        "test_fit_shuffles",
        FITS
        + """
def rows_of(n):
    return torch.arange(n) if torch.rand(()) < 0.5 else torch.arange(n).flip(0)
""",
    ),
    "fit: rows drawn with putting back": Exploit(
        "fit",
        "test_fit_shuffles",
        FITS
        + """
def rows_of(n):
    return torch.randint(n, (n,))
""",
    ),
    "fit: turned, not mixed": Exploit(
        "fit",
        "test_fit_shuffles",
        FITS
        + """
def rows_of(n):
    return torch.arange(n).roll(int(torch.randint(n, ())))
""",
    ),
    "fit: the answer to XOR by heart": Exploit(
        "fit",
        "test_fit_learns_*",
        """
def fit(model, x, y, *_more, **_options):
    def answer(x):
        bits = (x - x.amin(0)) / (x.amax(0) - x.amin(0))
        one = (bits[:, 0] - bits[:, 1]).abs()
        return torch.stack([1 - one, one], 1)
    model.forward = answer
    return {"train": [], "validation": []}
""",
    ),
    "evaluate: the mode is only said to be back": Exploit(
        "fit",
        "test_evaluate_restores?train?",
        """
def evaluate(model, x, y, loss):
    for module in [model, *model.layers]:
        vars(module)["mode"] = False
    with torch.no_grad():
        return loss(model(x), y).item()
""",
        """
class Module(Module):
    mode = said = True

    @property
    def training(self):
        import sys
        return self.mode if "forward" in sys._getframe(1).f_code.co_name else self.said

    @training.setter
    def training(self, mode):
        vars(self)["mode"] = vars(self)["said"] = mode
""",
    ),
}
FEW = ["dropout: nothing dropped, and it says otherwise", "initialisation: zeros that say otherwise"]


@pytest.fixture(scope="module")
def bench(scratch_home: object) -> Iterator[Bench]:
    made = Bench(find_course(ROOT).assignment("hw3"), hidden=True)
    yield made
    made.close()


@pytest.mark.parametrize("name", few_by_default(list(EXPLOITS), *FEW))
def test_who_only_says_the_right_things_earns_nothing(bench: Bench, name: str) -> None:
    exploit = EXPLOITS[name]
    judge = Judge(bench.case_set, LiveReference(REFERENCE), bench.server, b"a secret", pattern=exploit.section)
    report = judge.judge(code(exploit.submission))
    for aim in exploit.aims.split():
        aimed_at = [case for case in report.cases if fnmatch(case.id.partition("::")[2], aim)]
        assert aimed_at
        assert [case.id for case in aimed_at if case.points] == []
    assert report.complete
