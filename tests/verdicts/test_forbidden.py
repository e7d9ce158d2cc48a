"""What the manifest forbids: refused before it runs, with the line at fault, and only where it is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.intake import Cell, Submission
from grader.report.report import Report, Verdict, Where
from tests.courses import MANIFEST, ROOT

FORBIDDING = MANIFEST.replace('imports = ["numpy"]', 'imports = ["numpy"]\nforbid = ["numpy.linalg", "*.dot"]')
RIGHT_DOUBLE = "def double(x):\n    return x + x\n"
USES = """import numpy as np

def helper(x):
    return np.linalg.norm(x) ** 2 / x.size

def mse(x, y):
    return helper(x - y)

"""


@pytest.fixture
def judged(new_course: Callable[..., Path], bench: Callable[..., Any]) -> Callable[..., Report]:
    made = bench(new_course(manifest=FORBIDDING), hidden=True)

    def judge(*cells: str) -> Report:
        parts = tuple(Cell("kim.ipynb", cell, at) for at, cell in enumerate(cells, 1))
        report: Report = made.judge(Submission("kim", "kim.ipynb", parts, ""))
        return report

    return judge


def verdicts(report: Report) -> dict[str, set[Verdict]]:
    return {section.name: {case.verdict for case in section.cases} for section in report.sections}


def test_a_section_that_uses_it_is_refused_with_the_line_and_the_others_are_judged(
    judged: Callable[..., Report],
) -> None:
    report = judged(USES, RIGHT_DOUBLE)
    assert verdicts(report) == {"mse": {Verdict.FORBIDDEN}, "double": {Verdict.PASSED}}
    case = next(case for case in report.cases if case.section == "mse")
    assert case.where == Where("kim.ipynb", 4, 1)
    assert "numpy.linalg.norm" in case.message
    assert report.score == 2


def test_it_is_refused_though_the_cell_does_not_parse_as_a_whole(judged: Callable[..., Report]) -> None:
    """What is saved of a cell is read as well: a slip in front is no way round."""
    report = judged(f"def broken(:\n    pass\n\n{USES}{RIGHT_DOUBLE}")
    assert verdicts(report) == {"mse": {Verdict.FORBIDDEN}, "double": {Verdict.PASSED}}


def test_code_of_a_forbidden_function_is_not_run(judged: Callable[..., Report]) -> None:
    report = judged("def mse(x, y):\n    raise RuntimeError(x.dot(y))\n", RIGHT_DOUBLE)
    assert verdicts(report)["mse"] == {Verdict.FORBIDDEN}
    assert all("RuntimeError" not in case.message for case in report.cases)


WRITTEN = """get_ipython().run_cell_magic('writefile', 'h.py', 'import numpy as n\\nnorm = n.linalg.norm')
from h import norm
"""


@pytest.mark.parametrize(
    "made",
    [
        "for norm in [np.linalg.norm]: pass",
        "try:\n    norm = [np.linalg.norm][0]\nexcept ImportError:\n    pass",
        "table = {}\ntable['norm'] = np.linalg.norm\ndef norm(x): return table['norm'](x)",
        "table = []\ndef fill(): table.append(np.linalg.norm)\nfill()\ndef norm(x): return table[0](x)",
        "class Norm: pass\nNorm.of = staticmethod(np.linalg.norm)\nnorm = Norm.of",
        "exec('norm = np.linalg.norm')",
        "exec('''\nimport numpy\ndef norm(x):\n    return numpy.linalg.norm(x)\n''')",
        "globals()['norm'] = np.linalg.norm",
        "code = 'import numpy\\ndef norm(x): return numpy.linalg.norm(x)'\nexec(code)",
        "if __name__ == '__main__':\n    def norm(x): return np.linalg.norm(x)",
        "import builtins\nbuiltins.norm = np.linalg.norm",
        "np.norm_of_mine = np.linalg.norm\ndef norm(x): return np.norm_of_mine(x)",
        "def norm(x): return np.linalg.norm(x)\nold = norm\ndef norm(x): return old(x)",
        "def norm(x): return np.linalg.norm(x)\ndef norm(x, before=norm): return before(x)",
        "with np.errstate() as state:\n    norm, = [np.linalg.norm]",
        WRITTEN,
    ],
)
def test_whatever_kind_of_statement_brings_it_in(judged: Callable[..., Report], made: str) -> None:
    """What would a student do who wants the points for what somebody else has written?"""
    report = judged(f"import numpy as np\n{made}\ndef mse(x, y):\n    return norm(x - y) ** 2 / x.size", RIGHT_DOUBLE)
    assert verdicts(report) == {"mse": {Verdict.FORBIDDEN}, "double": {Verdict.PASSED}}


@pytest.mark.parametrize(
    "beside",
    [
        "for i in range(3): print(np.linalg.norm(np.ones(i)))",
        "assert np.isclose(mse(np.ones(2), np.zeros(2)), np.linalg.norm(np.ones(2)) ** 2 / 2)",
        "history = []\nhistory.append(np.linalg.norm(np.ones(3)))",
        "def check(f):\n    return f(np.ones(2), np.zeros(2)) == np.linalg.norm(np.ones(2)) ** 2 / 2\ncheck(mse)",
        "def mse(x, y): return np.linalg.norm(x - y)\nprint(mse(np.ones(2), np.ones(2)))\n",
    ],
)
def test_to_compare_with_it_costs_nothing(judged: Callable[..., Report], beside: str) -> None:
    right = "import numpy as np\ndef mse(x, y):\n    return ((x - y) ** 2).mean()\n"
    own = [beside, right] if "def mse" in beside else [right, beside]
    assert judged("import numpy as np", *own, RIGHT_DOUBLE).all_passed


@pytest.mark.slow
def test_too_many_findings_hide_none(judged: Callable[..., Report]) -> None:
    noise = "\n".join(f"def noise_{at}(x):\n    return eval('x') + exec('x')\n" for at in range(3000))
    assert verdicts(judged(noise, USES, RIGHT_DOUBLE))["mse"] == {Verdict.FORBIDDEN}


def test_hostile_syntax_is_no_way_round(judged: Callable[..., Report]) -> None:
    """A tree too deep to be read costs the submission, never the judge, and never lets a forbidden name pass."""
    deep = f"def deep():\n    return {'-' * 50_000}1\n"
    assert verdicts(judged(deep, USES, RIGHT_DOUBLE))["mse"] == {Verdict.FORBIDDEN}


def test_what_is_worth_a_look_is_told_to_the_staff_and_judged_as_any_other(judged: Callable[..., Report]) -> None:
    report = judged("import gc\ndef mse(x, y):\n    gc.collect()\n    return ((x - y) ** 2).mean()\n", RIGHT_DOUBLE)
    assert report.all_passed
    (note,) = [note for note in report.notes if note.kind == "look"]
    assert "import gc" in note.text
    assert note.where == Where("kim.ipynb", 1, 1)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_a_handout_rules_out_by_name_is_what_the_manifest_forbids(language: str) -> None:
    assignment = find_course(ROOT).assignment("hw3")
    text = (assignment.folder / f"handout.{language}.md").read_text("utf-8")
    (rule,) = [each for each in text.split("\n\n") if "`torch.optim`" in each and "`torch.dropout`" in each]
    assert set(re.findall(r"`(torch\.\w+)`", rule)) == set(assignment.forbid)
