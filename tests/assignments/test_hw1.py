"""hw1 through the real judge: the reference earns everything, no answer nothing, each misconception less."""

from __future__ import annotations

import importlib.util
import inspect
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from grader.course.course import find_course
from grader.intake import Cell, Submission
from grader.judge.hints import read_misconceptions
from grader.judge.recording import RecordedReference, Recorder, read_recording
from grader.judge.reference import LiveReference
from grader.report.report import Report, Verdict
from tests.courses import few_by_default, more_of_the_same

if TYPE_CHECKING:
    from tests.benches import Bench

ROOT = Path(__file__).resolve().parents[2]
HW1 = ROOT / "assignments" / "hw1"
REFERENCE = ROOT / "reference" / "hw1.py"
# Seeds of hidden inputs: a verdict must not hang on one of them.
SECRETS = [b"one", b"two", b"three", b"four"]


def load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"d2d_test_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MISCONCEPTIONS = read_misconceptions(find_course(ROOT).assignment("hw1"))
ASKED = [
    name for name, value in vars(load(HW1 / "hw1.py")).items() if inspect.isfunction(value) and not name.startswith("_")
]
LOSSES = [name for name in ASKED if name.endswith("_loss") or name == "cross_entropy"]
# What a function may do instead of answering: its body, for arguments `a` and `k`.
NO_ANSWERS = {
    "nothing": "return None",
    "a zero": "return 0.0",
    "a zero of NumPy": "return np.float64(0)",
    "a one": "return np.float64(1)",
    "an array of one zero": "return np.zeros(1)",
    "zeros like the first input": "return np.zeros_like(a[0])",
    "zeros of the first input's shape": "return np.zeros(np.shape(a[0]))",
    "a zero for each row": "return np.zeros(np.shape(a[0])[:1])",
    "ones like the first input": "return np.ones_like(a[0])",
    "a one for each row": "return np.ones(np.shape(a[0])[:1])",
    "zeros of the right shape and dtype": "return np.zeros_like(a[0]) if same_shape else zero_of(a, k)",
    "NaN of the right shape and dtype": "return (np.zeros_like(a[0]) if same_shape else zero_of(a, k)) * np.nan",
    "an empty array": "return np.array([])",
    "an empty matrix": "return np.zeros((0, 3))",
    "NaN": "return np.float64('nan')",
    "NaN like the first input": "return np.full(np.shape(a[0]), np.nan)",
    "infinity": "return np.float64('inf')",
    "the first input": "return a[0]",
    "a copy of the first input": "return np.array(a[0])",
    "the second input": "return a[1] if len(a) > 1 else a[0]",
    "the last input": "return a[-1]",
    "the mean of the first input": "return np.mean(a[0])",
    "the sum of the first input": "return np.sum(a[0])",
    "always ValueError": "raise ValueError('no')",
    "ValueError for what looks wrong, else zeros": (
        "refuse(a, k); return np.zeros_like(a[0]) if same_shape else zero_of(a, k)"
    ),
    "text": "return 'right'",
    "True": "return True",
}
# One of each kind; what is left is more of the same, for the slow suite.
OF_EACH_KIND = (
    "nothing",
    "a one",
    "zeros of the right shape and dtype",
    "NaN of the right shape and dtype",
    "ones like the first input",
    "an empty array",
    "infinity",
    "the first input",
    "the second input",
    "the mean of the first input",
    "always ValueError",
    "ValueError for what looks wrong, else zeros",
    "text",
    "True",
)
HELPERS = """
import numpy as np


def zero_of(a, k):
    '''A zero in the shape that the reduction asks for.'''
    if k.get('reduction', 'mean') == 'none':
        return np.zeros(np.shape(a[0])[:1], getattr(a[0], 'dtype', float))
    return getattr(a[0], 'dtype', np.dtype(float)).type(0)


def refuse(a, k):
    '''Everything that a case could want to be refused.'''
    if k.get('reduction', 'mean') not in ('none', 'mean', 'sum'):
        raise ValueError('reduction')
    if len(a) > 1 and np.shape(a[0]) != np.shape(a[1]):
        raise ValueError('shape')
"""


# The worker has no judge to import it from.
MISCONCEPTION_FOR_THE_WORKER = """
from types import SimpleNamespace as Misconception
"""


def for_the_worker(of: str) -> str:
    """The misconceptions about the section of `of`, as source that imports nothing of ours."""
    sections = find_course(ROOT).assignment("hw1").sections.values()
    (name,) = [section.name for section in sections if of in section.asks]
    files = [HW1 / "variants.py", HW1 / "misconceptions" / f"{name}.py"]
    source = "".join(file.read_text("utf-8") for file in files)
    return MISCONCEPTION_FOR_THE_WORKER + re.sub(r"^from (grader|variants) import .*\n", "", source, flags=re.M)


def no_answer(body: str) -> str:
    """A submission in which every function asked for has this body."""
    functions = [f"\n\ndef {name}(*a, **k):\n    same_shape = {name not in LOSSES}\n    {body}\n" for name in ASKED]
    return HELPERS + "".join(functions)


def few_misconceptions_by_default() -> list[Any]:
    """The misconceptions: of every third function the first by default, the others in the slow suite."""
    first = {wrong.of: wrong.id for wrong in reversed(MISCONCEPTIONS)}
    return few_by_default([wrong.id for wrong in MISCONCEPTIONS], *list(first.values())[::3])


def ungradable(report: Report) -> list[str]:
    return [case.id for case in report.cases if case.verdict is Verdict.UNGRADABLE]


def test_what_is_asked_for_is_what_the_sections_judge(hw1_full: Bench) -> None:
    sections = hw1_full.assignment.sections.values()
    assert sorted(name for section in sections for name in section.asks) == sorted(ASKED)


@pytest.mark.parametrize("secret", [SECRETS[0], *more_of_the_same(SECRETS[1:])], ids=bytes.decode)
def test_the_reference_earns_everything(hw1_full: Bench, secret: bytes) -> None:
    report = hw1_full.judge(REFERENCE, secret=secret)
    assert [case.id for case in report.cases if case.verdict is not Verdict.PASSED] == []
    assert (report.score, report.percent, report.passed, report.complete) == (100, 100, True, True)
    assert report.visibility == "full"
    assert report.notes == ()


def test_the_stub_earns_nothing(hw1_full: Bench) -> None:
    report = hw1_full.judge(HW1 / "hw1.py")
    assert {case.verdict for case in report.cases} <= {Verdict.MISSING, Verdict.SKIPPED}
    assert (report.score, report.percent, report.passed, report.complete) == (0, 0, False, True)
    assert report.notes == ()


def test_public_cases_alone_know_nothing_of_hidden_ones(hw1_public: Bench) -> None:
    report = hw1_public.judge(REFERENCE)
    assert report.visibility == "public"
    assert report.all_passed
    assert 0 < report.max_score < 100
    assert {case.id.partition("::")[0] for case in report.cases} == {"test_public.py"}


def test_a_recording_answers_as_the_reference_does(hw1_public: Bench, tmp_path: Path) -> None:
    file = tmp_path / "public.d2d"
    recorder = Recorder(LiveReference(REFERENCE))
    live = hw1_public.judge(REFERENCE, reference=recorder)
    file.write_bytes(recorder.recording(live.cases_sha256))
    for submission in (REFERENCE, HW1 / "hw1.py", no_answer("return np.zeros_like(a[0])")):
        by_recording = hw1_public.judge(submission, reference=RecordedReference(read_recording(file)))
        assert told(by_recording) == told(hw1_public.judge(submission))
    assert hw1_public.judge(REFERENCE, reference=RecordedReference(read_recording(file))).all_passed


def test_a_recording_holds_no_answer_to_a_hidden_case(hw1_public: Bench, hw1_full: Bench) -> None:
    recorder = Recorder(LiveReference(REFERENCE))
    hw1_public.judge(REFERENCE, reference=recorder)
    hidden = [case.id for case in hw1_full.judge(REFERENCE).cases if case.visibility.value == "hidden"]
    assert hidden
    assert not set(recorder.logs) & set(hidden)


@pytest.mark.parametrize(
    "what", [*OF_EACH_KIND, *more_of_the_same(what for what in NO_ANSWERS if what not in OF_EACH_KIND)]
)
def test_no_answer_earns_nothing(hw1_full: Bench, what: str) -> None:
    report = hw1_full.judge(no_answer(NO_ANSWERS[what]))
    assert [case.id for case in report.cases if case.verdict is Verdict.PASSED] == []
    assert ungradable(report) == []
    assert report.score == 0
    assert report.notes == ()


@pytest.mark.parametrize("id_", few_misconceptions_by_default())
def test_a_misconception_loses_points(hw1_full: Bench, id_: str) -> None:
    """In place of the reference's function, everything else being right."""
    wrong = next(wrong for wrong in MISCONCEPTIONS if wrong.id == id_)
    variant = f"next(each for each in variants['MISCONCEPTIONS'] if each.id == {wrong.id!r}).variant"
    cells = (
        Cell("kim.ipynb", REFERENCE.read_text("utf-8"), 1),
        Cell("kim.ipynb", f"variants = {{}}\nexec({for_the_worker(wrong.of)!r}, variants)", 2),
        Cell("kim.ipynb", f"{wrong.of} = {variant}", 3),
    )
    report = hw1_full.judge(Submission("kim", "kim.ipynb", cells, "0" * 64))
    assert {note.kind for note in report.notes} <= {"look"}  # at the exec above, for whoever marks by hand
    assert ungradable(report) == []
    lost = {case.section for case in report.cases if case.verdict is not Verdict.PASSED}
    # Other functions of the reference may be built on this one, but its own section must have noticed.
    assert next(name for name, it in hw1_full.assignment.sections.items() if wrong.of in it.asks) in lost
    assert 0 < report.score < 100


def told(report: Report) -> dict[str, Any]:
    """The report without what differs from one run to the next: times."""
    cases = tuple(replace(case, seconds=0.0) for case in report.cases)
    return replace(report, cases=cases, graded_at="").as_json()


HALF_WRONG = no_answer("return np.zeros_like(a[0])") + (
    "\n\ndef mse_loss(x, y, reduction='mean'):\n    return np.sum((x - y) ** 2)\n"
    "\n\ndef sigmoid(x):\n    raise ValueError(x)\n"
)


def test_the_same_secret_gives_the_same_report(hw1_full: Bench) -> None:
    first, second = (hw1_full.judge(HALF_WRONG, secret=b"same") for _ in range(2))
    assert told(first) == told(second)
    assert first.score > 0


def test_another_secret_draws_other_inputs(hw1_full: Bench, hw1_public: Bench) -> None:
    echo = no_answer("raise RuntimeError(repr(a[0].tolist()))")

    def inputs(secret: bytes) -> dict[str, str]:
        # The text of an exception is kept of public cases alone.
        return {
            case.id: case.message
            for case in hw1_full.judge(echo, secret=secret).cases
            if "RuntimeError" in case.message
        }

    one, again, other = inputs(b"one"), inputs(b"one"), inputs(b"other")
    assert one == again
    drawn = [id_ for id_ in one if "test_softmax_rows" in id_ or "reductions" in id_]
    assert drawn
    assert all(one[id_] != other[id_] for id_ in drawn)


def test_a_hidden_case_says_nothing_that_the_submission_chose(hw1_full: Bench) -> None:
    bodies = [
        "print('CARRIED', a[0]); raise RuntimeError('CARRIED' + repr(a[0]))",
        "raise type('CARRIED' + str(len(a)), (Exception,), {})('CARRIED')",
        "return np.full((7, 3, 11), 0.123456)",
        "return {'CARRIED': 0.123456}",
        "return type('CARRIED', (), {})()",
    ]
    for body in bodies:
        hidden = [case for case in hw1_full.judge(no_answer(body)).cases if case.visibility.value == "hidden"]
        assert hidden
        for case in hidden:
            said = f"{case.message} {case.where}"
            assert not any(word in said for word in ("CARRIED", "0.123", "7, 3"))
            assert case.details == ()
            assert case.output == ""
