"""No point without the work: what somebody may write who wants an assignment's points and not its gradients.

Each of them earned most of what it aims at, before the cases asked for values under every reduction, and for gradients
where no difference of two results is right. What is aimed at are cases by their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.course.course import find_course
from grader.report.report import Report, Verdict
from tests.benches import Bench
from tests.courses import ROOT, few_by_default

if TYPE_CHECKING:
    from collections.abc import Sequence

HW1, HW2 = ((ROOT / "reference" / f"{hw}.py").read_text("utf-8") for hw in ("hw1", "hw2"))
ENGINE = (Path(__file__).parents[1] / "corpus" / "unearned" / "engine_of_differences.py").read_text("utf-8")
LOSSES = (
    "l1_loss mse_loss huber_loss nll_loss cross_entropy bce_loss bce_with_logits_loss cosine_embedding_loss"
).split()
# A loop for every element would go on for minutes; what is honest is done in a hundredth of this.
LIMITS = {"case_seconds": 1.0}


def aimed_at(report: Report, patterns: Sequence[str]) -> list[str]:
    """The cases of these names that passed; there have to be some of every name."""
    names = {case.id.partition("::")[2]: case.verdict for case in report.cases}
    for pattern in patterns:
        assert any(fnmatch(name, pattern) for name in names), pattern
    return [
        name
        for name, verdict in names.items()
        if verdict is Verdict.PASSED and any(fnmatch(name, pattern) for pattern in patterns)
    ]


# hw1: gradients by evaluating the loss. `numeric` has the loss, its first argument, the others and the options.

DIFFERENCE = """
    for at in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        h = {step}
        up[at], down[at] = x[at] + h, x[at] - h
        grad[at] = (loss(up, *a, **k) - loss(down, *a, **k)) / (up[at] - down[at])
    return grad
"""
# The losses of all rows at once: one evaluation for each column, whatever the number of rows.
BY_COLUMNS = """
    rows = {{**k, "reduction": "none"}}
    flat = loss(x, *a, **rows).shape == x.shape
    for column in [slice(None)] if flat else range(x.shape[-1]):
        up, down = x.copy(), x.copy()
        h = {step}
        up[..., column] += h[..., column]
        down[..., column] -= h[..., column]
        difference = loss(up, *a, **rows) - loss(down, *a, **rows)
        grad[..., column] = difference / (up - down)[..., column]
    return grad
"""
# As exact as what is derived, so an infinite loss or the number of evaluations has to tell it
COMPLEX = """
    z = x.astype(complex)
    for at in np.ndindex(x.shape):
        z[at] += 1e-30j
        grad[at] = loss(z, *a, **k).imag / 1e-30
        z[at] = x[at]
    return grad
"""
RICHARDSON = """
    for at in np.ndindex(x.shape):
        slopes = []
        for h in (1e-3, 5e-4):
            up, down = x.copy(), x.copy()
            up[at], down[at] = x[at] + h, x[at] - h
            slopes.append((loss(up, *a, **k) - loss(down, *a, **k)) / (2 * h))
        grad[at] = (4 * slopes[1] - slopes[0]) / 3
    return grad
"""
NUMERIC = {
    "central differences": DIFFERENCE.format(step=1e-5),
    "a step that no rounding spoils": DIFFERENCE.format(step="2.0**-20"),
    "a step that grows with the number": DIFFERENCE.format(step="6e-6 * max(1, abs(x[at]))"),
    "a step in proportion to the number": DIFFERENCE.format(step="6e-6 * abs(x[at]) or 6e-6"),
    "a tiny step": DIFFERENCE.format(step="np.spacing(x[at])"),
    "a large step": DIFFERENCE.format(step="1.0"),
    "two steps, extrapolated": RICHARDSON,
    "all rows at once": BY_COLUMNS.format(step="np.full(x.shape, 1e-5)"),
    "all rows at once, in proportion": BY_COLUMNS.format(step="np.where(x == 0, 6e-6, 6e-6 * np.abs(x))"),
    "an imaginary step": COMPLEX,
}
# The reference's losses where a complex number has no order and no logaddexp
FOR_COMPLEX = (
    ("np.exp(-np.logaddexp(0, -x))", "1 / (1 + np.exp(-x))"),
    ("y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)", "np.log(1 + np.exp(z)) - y * z"),
    ("np.abs(x - y)", "np.sqrt((x - y) ** 2)"),
    ("np.maximum(np.log1p(-p), -100)", "np.log(1 - p)"),
    ("np.maximum(0, cos - margin)", "np.where(cos.real > margin, cos - margin, 0)"),
)


def measured(body: str) -> str:
    """hw1 with right losses, and gradients by this body of `numeric`."""
    source = HW1
    for right, other in FOR_COMPLEX if "complex" in body else ():
        assert right in source
        source = source.replace(right, other)
    source += f"\n\ndef numeric(loss, x, a, k):\n    grad = np.zeros_like(x)\n{body}"
    for name in LOSSES:
        source += f"\n\ndef {name}_grad(x, *a, **k):\n    return numeric({name}, x, a, k)\n"
    return (
        source
        + """

def weighed(x, upstream, reduction="sum"):
    each = upstream * log_softmax(x)
    return each.sum(axis=-1) if reduction == "none" else each.sum()


def log_softmax_grad(x, upstream):
    return numeric(weighed, x, (upstream,), {})
"""
    )


DIFFERENCES = [how for how in NUMERIC if how != "an imaginary step"]


@pytest.mark.parametrize("how", few_by_default(DIFFERENCES, "all rows at once, in proportion"))
def test_a_gradient_that_is_measured_earns_nothing(hw1_full: Bench, how: str) -> None:
    report = hw1_full.judge(measured(NUMERIC[how]), limits=LIMITS)
    assert aimed_at(report, ["*_grad_*"]) == []
    assert [case.id for case in report.cases if "_grad_" not in case.id and case.points < case.max_points] == []


@pytest.mark.slow
def test_an_imaginary_step_for_every_element_earns_nothing_where_it_is_seen(hw1_full: Bench) -> None:
    """Elsewhere it earns: few numbers are quick, and it is a way to derive. With 20,000 in every case, judging doubled.

    All numbers at once, with an imaginary part each, it is forward mode: as right and as quick as what is written out.
    """
    report = hw1_full.judge(measured(COMPLEX), limits=LIMITS)
    assert aimed_at(report, ["test_cross_entropy_grad_*", "test_nll_grad_*", "test_bce_with_logits_grad_*"]) == []


# hw1: right where it is easy. `right` is the reference's function, `a` and `k` what it is called with.

REFUSALS = ("*_column[[]*", "*_unknown_reduction[[]*", "*_untouched[[]*")
BY_CHANCE = (*REFUSALS, "*_single[[]*")
LAZY = {
    "right for the sum alone, else ValueError": (
        "if k.get('reduction') != 'sum': raise ValueError\n    return right(*a, **k)",
        BY_CHANCE,
    ),
    "right for the mean alone, else ValueError": (
        "if k.get('reduction', 'mean') != 'mean': raise ValueError\n    return right(*a, **k)",
        BY_CHANCE,
    ),
    "right unreduced alone, else ValueError": (
        "if k.get('reduction') != 'none': raise ValueError\n    return right(*a, **k)",
        BY_CHANCE,
    ),
    "always the sum, but refuses": (
        "right(*a, **k)\n    return right(*a, **{**k, 'reduction': 'sum'})",
        ("*_loss-none]", "*_loss-mean]", "*_reductions[[]none]", *BY_CHANCE),
    ),
    "always the mean, but refuses": (
        "right(*a, **k)\n    return right(*a, **{**k, 'reduction': 'mean'})",
        ("*_loss-none]", "*_loss-sum]", "*_grad_derived", "*_reductions*", *BY_CHANCE),
    ),
    "float32 for the mean alone": (
        "answer = right(*a, **k)\n    return answer if k.get('reduction', 'mean') == 'mean' else answer.astype(float)",
        ("*_single[[]*",),
    ),
    "arrays as flat as they may be": ("return np.squeeze(right(*a, **k))", ("*_batch_of_one[[]*",)),
    "its input as it was, and nothing done": ("return a[0].copy()", ("*",)),
    "a refusal of all that is no flat array": (
        "if a[0].ndim > 1: raise ValueError\n    return right(*a, **k)",
        ("test_l1_*column[[]*", "test_mse_*column[[]*", "test_huber_*column[[]*", "test_bce_*column[[]*"),
    ),
}


def lazily(body: str) -> str:
    """hw1 in which every loss and every gradient of one has this body."""
    functions = [
        f"\n\ndef {name}(*a, **k):\n    right = RIGHT['{name}']\n    {body}\n"
        for loss in LOSSES
        for name in (loss, f"{loss}_grad")
    ]
    return f"import numpy as np\n\nRIGHT = {{}}\nexec({HW1!r}, RIGHT)\n" + "".join(functions)


@pytest.mark.parametrize("how", few_by_default(LAZY, *list(LAZY)[:2]))
def test_what_is_right_by_chance_earns_nothing(hw1_full: Bench, how: str) -> None:
    body, patterns = LAZY[how]
    assert aimed_at(hw1_full.judge(lazily(body)), patterns) == []


# hw2: an engine that computes the result again with a leaf moved a little, and engines that spoil one thing


@pytest.fixture(scope="module")
def hw2(scratch_home: object) -> Iterator[Bench]:
    bench = Bench(find_course(ROOT).assignment("hw2"), hidden=True)
    yield bench
    bench.close()


VALUES = ("test_value_operator[[]*", "test_value_function[[]*", "test_tensor_operation[[]*")
STEPS = {
    "central differences": "1e-5",
    "a step in proportion to the number": "6e-6 * abs(x) or 6e-6",
    "a step that no rounding spoils": "2.0**-17",
    "an enormous step": "1e290",
}


@pytest.mark.slow
@pytest.mark.parametrize("how", STEPS)
def test_an_engine_of_differences_earns_values_alone(hw2: Bench, how: str) -> None:
    models = HW2[HW2.index("def gradcheck(") :]
    report = hw2.judge(ENGINE.replace("1e-5  # the step", STEPS[how]) + models)
    passed = aimed_at(report, ["test_value_*", "test_tensor_*"])
    assert passed
    assert [name for name in passed if not any(fnmatch(name, pattern) for pattern in VALUES)] == []


MADE = "        node = Tensor(data)\n"
SPOILT = {
    "results as flat as they may be": (
        (MADE, "        node = Tensor(np.squeeze(data))\n"),
        ("test_tensor_thin[[]row-and-column]", "test_tensor_thin[[]matrix-and-column]", "test_tensor_axis[[]*kept]"),
    ),
    "vectors made columns": (
        (MADE, "        node = Tensor(np.atleast_2d(data).T if np.ndim(data) == 1 else data)\n"),
        ("test_tensor_thin[[]vectors-*",),
    ),
    "the dtype that came in": (
        ("self.data = np.array(data, dtype=float)", "self.data = np.array(data)"),
        ("test_tensor_whole_numbers",),
    ),
    "float32 throughout": (
        ("self.data = np.array(data, dtype=float)", "self.data = np.array(data, dtype=np.float32)"),
        ("test_tensor_whole_numbers",),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", SPOILT)
def test_an_engine_that_spoils_one_thing_does_not_earn_it(hw2: Bench, how: str) -> None:
    (right, wrong), patterns = SPOILT[how]
    assert HW2.count(right) == 1
    assert aimed_at(hw2.judge(HW2.replace(right, wrong)), patterns) == []
