"""Judging one's own work, from a script, a test or the command line.

>>> from grader import judge_file
>>> judge_file("hw1", "reference/hw1.py").percent
100
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignment.manifest import Assignment
from grader.course.course import find_course
from grader.i18n import language
from grader.intake import Submission
from grader.intake.read import read_submission
from grader.intake.script import cells_of_script
from grader.sandbox import start

if TYPE_CHECKING:
    from grader.judge.hints import Hints
    from grader.judge.reference import Reference
    from grader.report.report import Report


@contextmanager
def open_judge(assignment: Assignment, pattern: str | None = None) -> Iterator[Callable[[Submission], Report]]:
    """What judges by the public cases, as often as it is asked: cases are collected and libraries imported once.

    with open_judge(assignment) as judge:
        report = judge(submission)
    """
    with closing(start(assignment.imports)) as server:  # it imports the libraries while this process imports the judge
        from grader.judge.cases import collect_cases
        from grader.judge.run import Judge

        case_set = collect_cases(assignment)
        reference, hints = _answers(assignment)
        yield Judge(case_set, reference, server, pattern=pattern, hints=hints).judge


def judge_file(hw: str, path: str | Path, *, hidden: bool = False, course: Path | None = None) -> Report:
    """The report on the file, notebook, folder or archive at `path`; by the hidden cases too where they are asked for.

    The course is the folder with `d2d.toml` that the current folder lies in, unless `course` names another.
    """
    assignment = find_course(Path.cwd(), course).assignment(hw)
    return _report(assignment, read_submission(Path(path), assignment.id, assignment.asked), hidden, course)


def judge_source(
    hw: str, source: str, *, name: str = "source.py", hidden: bool = False, course: Path | None = None
) -> Report:
    """The report on Python code that lies in no file; `name` is what the report calls it."""
    assignment = find_course(Path.cwd(), course).assignment(hw)
    cells, notes = cells_of_script(source, name, name)
    sha256 = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    submission = Submission(Path(name).stem, name, cells, sha256, notes)
    return _report(assignment, submission, hidden, course)


def _report(assignment: Assignment, submission: Submission, hidden: bool, course: Path | None) -> Report:
    if not hidden:
        with open_judge(assignment) as judge:
            return judge(submission)
    from grader.grading import Setting, Task
    from grader.grading.bench import open_bench
    from grader.grading.secret import secret_of

    home = find_course(Path.cwd(), course)
    secret, _made = secret_of(home.folder, None, home.term.secret_file)
    with open_bench(Setting(assignment, secret, language(), closed=True)) as bench:
        return bench.do(Task(submission.member, submission, secret)).report


def _answers(assignment: Assignment) -> tuple[Reference, Hints]:
    """The recording that members have; in the staff's own clone, the reference and its misconceptions."""
    if assignment.reference is not None and not assignment.recording.is_file():
        from grader.judge.hints import LiveHints, read_misconceptions
        from grader.judge.reference import LiveReference

        misconceptions = read_misconceptions(assignment)
        return LiveReference(assignment.reference, definitions=assignment.whole), LiveHints(assignment, misconceptions)
    from grader.judge.recording import RecordedHints, RecordedReference, read_recording

    recording = read_recording(assignment.recording)
    return RecordedReference(recording), RecordedHints(assignment, recording)
