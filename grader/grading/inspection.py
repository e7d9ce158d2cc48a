"""One case of one submission run again, with everything that the staff may see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.assignment.manifest import Assignment
from grader.clean import first_few
from grader.errors import BadInputError, UsageError
from grader.grading import Setting
from grader.grading.bench import open_bench
from grader.i18n import _, language
from grader.intake import ARCHIVES, NOTEBOOK, PYTHON, Submission
from grader.intake.read import read_submission
from grader.judge.log import Evidence
from grader.member import MemberName
from grader.report.report import CaseResult, Report, Verdict

_NAMED = 5  # cases that an error names


def case_named(report: Report, name: str | None, where: Path) -> CaseResult:
    """The case of that id, or the only one with that in its id; without a name, the first that did not pass."""
    if name is None:
        failed = [case for case in report.cases if case.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
        if not failed:
            raise UsageError(_("Every case passed: say which one is meant, --case ID."), where=where)
        return failed[0]
    matches = [case for case in report.cases if case.id == name] or [case for case in report.cases if name in case.id]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise UsageError(_("No case fits {pattern}.").format(pattern=name), where=where)
    names = first_few((case.id for case in matches), _NAMED)
    raise UsageError(_("Several cases fit {pattern}: {names}.").format(pattern=name, names=names), where=where)


def judged_submission(report: Report, assignment: Assignment, report_file: Path) -> Submission:
    """The submission that the report is on, where it lies nearby: the report holds its hash."""
    for path in _nearby(report.member, report_file):
        try:
            submission = read_submission(path, assignment.id, assignment.asked)
        except BadInputError:
            continue
        if submission.sha256 == report.submission_sha256:
            return replace(submission, member=report.member)
    hint = _("Name it: --submission PATH")
    raise UsageError(_("What {member} handed in does not lie here.").format(member=report.member), hint=hint)


def run_again(
    report: Report,
    assignment: Assignment,
    case: CaseResult,
    submission: Submission,
    secret: bytes,
    say: Callable[[str], None],
) -> tuple[CaseResult, Evidence | None]:
    """The case as it ends now, and the evidence; there is none where the case needs another one that failed."""
    hidden = report.visibility == "full"
    with open_bench(Setting(assignment, secret, language(), closed=hidden, hidden=hidden)) as bench:
        case_set = bench.judge.case_set
        if case.id not in {known.id for known in case_set.cases}:
            text = _("{name} is no longer a case of {assignment}.")
            raise UsageError(text.format(name=case.id, assignment=assignment.id))
        if case_set.sha256 != report.cases_sha256:
            say(_("The cases have changed since the report was made."))
        kept: list[Evidence] = []

        def witness(evidence: Evidence) -> None:
            if evidence.case_id == case.id:
                kept.append(evidence)

        judge = replace(bench.judge, reference=bench.live, witness=witness, pattern=case.id)
        again = judge.judge(submission)
    return next(result for result in again.cases if result.id == case.id), kept[-1] if kept else None


def _nearby(member: str, report_file: Path) -> Iterator[Path]:
    if MemberName(member).flaw is not None:
        return
    homes = [Path.cwd(), *report_file.resolve().parents[:3]]
    for folder in dict.fromkeys([*homes, *(home / "submissions" for home in homes)]):
        for ending in (PYTHON, NOTEBOOK, *ARCHIVES, ""):
            if (path := folder / f"{member}{ending}").exists():
                yield path
