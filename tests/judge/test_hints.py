"""A wrong answer is named by the misconception that explains it, live and from a recording."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import i18n
from grader.course.course import find_course
from grader.errors import BadAssignmentError
from grader.intake import Cell, Submission
from grader.judge.cases import CaseSet
from grader.judge.hints import LiveHints, place_of, read_misconceptions
from grader.judge.recording import RecordedHints, RecordedReference, read_recording, record
from grader.judge.reference import LiveReference
from grader.judge.run import Judge
from grader.report.report import Report, Verdict
from grader.worker.wire import decode, encode

FAILING = (Verdict.FAILED, Verdict.ERROR)
MISCONCEPTIONS = """
import numpy as np
from grader import Misconception


def half(x, y):
    return np.mean((x - y) ** 2) / 2


def over_rows(x, y):
    return np.sum((x - y) ** 2) / len(x)


def over_rows_too(x, y):
    return ((x - y) ** 2).sum(axis=1).mean()


def right(x, y):
    return ((x - y) * (x - y)).mean()


def raises(x, y):
    raise KeyError("x")


MISCONCEPTIONS = (
    Misconception("half", "mse", "There is no half.", "½은 없어요.", "lecture", half),
    Misconception("over-rows", "mse", "Rows alone.", "행 수로만 나눴어요.", "common", over_rows),
    Misconception("over-rows-too", "mse", "Rows first.", "행부터 더했어요.", "common", over_rows_too),
    Misconception("right", "mse", "Never said.", "나오면 안 돼요.", "made up", right),
    Misconception("raises", "mse", "It raises.", "예외가 나요.", "made up", raises),
)
"""
HALF = "import numpy as np\ndef mse(x, y): return 0.5 * ((x - y) ** 2).mean()\ndef double(x): return x + x\n"
ROWS = "import numpy as np\ndef mse(x, y): return ((x - y) ** 2).sum() / x.shape[0]\ndef double(x): return x + x\n"
NEITHER = "def mse(x, y): return (x - y).mean()\ndef double(x): return x + x\n"
RAISES = "def mse(x, y): return {}['x']\ndef double(x): return x + x\n"


class Judging:
    """A small course with misconceptions, judged live or from a recording of its public cases."""

    def __init__(self, bench: Any) -> None:
        self.bench, self.assignment = bench, bench.assignment
        self.hints = LiveHints(self.assignment, read_misconceptions(self.assignment))

    def live(self, source: str) -> Report:
        reference = LiveReference(self.assignment.reference)
        return self._judge(source, lambda it: Judge(it, reference, self.bench.server, hints=self.hints))

    def recorded(self, source: str, file: Path) -> Report:
        file.write_bytes(record(self.bench.case_set, self.hints))
        recording = read_recording(file)
        reference, hints = RecordedReference(recording), RecordedHints(self.assignment, recording)
        return self._judge(source, lambda it: Judge(it, reference, self.bench.server, hints=hints))

    def _judge(self, source: str, judge: Callable[[CaseSet], Judge]) -> Report:
        submission = Submission("kim", "kim.py", (Cell("kim.py", source),), "")
        return judge(self.bench.case_set).judge(submission)


@pytest.fixture
def judging(new_course: Callable[..., Path], bench: Callable[..., Any]) -> Judging:
    course = new_course()
    (course / "assignments" / "mini" / "misconceptions.py").write_text(MISCONCEPTIONS, "utf-8")
    return Judging(bench(course, hidden=False))


def hint_ids(report: Report) -> set[str | None]:
    return {case.hint.id if case.hint else None for case in report.cases if case.verdict in FAILING}


@pytest.mark.parametrize(
    ("source", "expected"),
    [(HALF, {"half"}), (ROWS, {"over-rows | over-rows-too"}), (NEITHER, {None}), (RAISES, {"raises"})],
)
def test_the_misconception_that_explains_the_answer_is_named(
    judging: Judging, tmp_path: Path, source: str, expected: set[str | None]
) -> None:
    live, recorded = judging.live(source), judging.recorded(source, tmp_path / "public.d2d")
    assert hint_ids(live) == hint_ids(recorded) == expected
    assert [case.verdict for case in live.cases] == [case.verdict for case in recorded.cases]


def test_two_candidates_are_a_question_with_both(judging: Judging) -> None:
    hints = [case.hint for case in judging.live(ROWS).cases if case.hint]
    assert all("?" in hint.text and "Rows alone." in hint.text and "Rows first." in hint.text for hint in hints)
    assert hints


def test_a_right_answer_gets_no_hint(judging: Judging) -> None:
    report = judging.live(
        "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return 2 * x\n"
    )
    assert report.all_passed
    assert [case.hint for case in report.cases if case.hint] == []


def test_hints_speak_the_language_in_use(judging: Judging) -> None:
    i18n.use("ko")
    try:
        texts = {case.hint.text for case in judging.live(HALF).cases if case.hint}
    finally:
        i18n.use("en")
    assert texts == {"½은 없어요."}


def test_a_recording_of_other_cases_is_no_verdict_on_anybody(judging: Judging, tmp_path: Path) -> None:
    file = tmp_path / "public.d2d"
    judging.recorded(HALF, file)
    content = decode(file.read_bytes())
    content["cases"] = {name: said[1:] for name, said in content["cases"].items()}
    file.write_bytes(encode(content))
    recording = read_recording(file)
    report = judging._judge(HALF, lambda it: Judge(it, RecordedReference(recording), judging.bench.server))
    assert {case.verdict for case in report.cases} <= {Verdict.UNGRADABLE, Verdict.SKIPPED}
    assert not report.complete


@pytest.mark.parametrize("content", [b"", b"N", b"d\x00\x00\x00\x00", encode({"schema": "other/9"})])
def test_a_file_that_is_no_recording_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "public.d2d"
    file.write_bytes(content)
    with pytest.raises(BadAssignmentError, match="recorded answers"):
        read_recording(file)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("MISCONCEPTIONS = (1,)", "no Misconception"),
        (MISCONCEPTIONS.replace('"over-rows-too"', '"half"'), "Two misconceptions are called half"),
        (MISCONCEPTIONS.replace('"½은 없어요."', '" "'), "half lacks its hint"),
        ("import nothing_like_that", "do not load"),
    ],
)
def test_what_an_author_gets_wrong_is_said_with_its_file(course: Path, broken: str, says: str) -> None:
    file = course / "assignments" / "mini" / "misconceptions.py"
    file.write_text(broken, "utf-8")
    with pytest.raises(BadAssignmentError, match=says) as caught:
        read_misconceptions(find_course(course).assignment("mini"))
    assert str(file) in str(caught.value.where)


def test_misconceptions_of_a_folder_come_by_sections_and_share_their_variants(course: Path) -> None:
    home = course / "assignments" / "mini"
    row = "from grader import Misconception\nfrom variants import wrong\n"
    row += "MISCONCEPTIONS = (Misconception('{0}', '{0}', 'a hint', '힌트', 'seen', wrong),)\n"
    (home / "misconceptions").mkdir()
    (home / "variants.py").write_text("def wrong(x):\n    return x\n", "utf-8")
    for name in ("double", "mse"):
        (home / "misconceptions" / f"{name}.py").write_text(row.format(name), "utf-8")
    assignment = find_course(course).assignment("mini")
    assert [misconception.id for misconception in read_misconceptions(assignment)] == ["mse", "double"]
    assert place_of(assignment.misconceptions, "double") == f"{home}/misconceptions/double.py:3"
    (home / "misconceptions" / "double.py").write_text(row.format("mse"), "utf-8")
    with pytest.raises(BadAssignmentError, match="Two misconceptions are called mse"):
        read_misconceptions(assignment)


ITSELF = """
from grader import Misconception
def slip(x, y):
    return np.mean((x - y) ** 2)
MISCONCEPTIONS = (Misconception("slip", "mse", "a hint", "힌트", "seen", slip),)
"""


@pytest.mark.parametrize("command", ["release", pytest.param("audit", marks=pytest.mark.slow)])
def test_a_misconception_that_is_the_reference_itself_is_refused(d2d: Any, course: Path, command: str) -> None:
    file = course / "assignments" / "mini" / "misconceptions.py"
    file.write_text(ITSELF, "utf-8")
    for language in ("ko", "en"):
        (file.parent / f"handout.{language}.md").write_text("<!-- cell: mse -->\n<!-- cell: double -->\n", "utf-8")
    arguments = [command, "mini", *(["--out", "out"] if command == "release" else ["--seeds", "1"])]
    # Not `d2d(…)`: judges that are called off in the middle leave their zygotes to clean up a moment later.
    done = subprocess.run(d2d.argv(arguments), cwd=course, env=d2d.env(), capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert f"{file}:5: The variant of slip is the reference's mse itself." in done.stderr
    assert "Make it wrong in one thing" in done.stderr
