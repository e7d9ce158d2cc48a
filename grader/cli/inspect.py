"""`d2d inspect`: one case of one submission once more, with everything that the staff may see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of, term_of
from grader.cli.paper import dumped, say, write_out
from grader.errors import BadInputError, UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.assignment.manifest import Assignment
    from grader.course.course import Course
    from grader.intake.submission import Submission
    from grader.judge.evidence import Evidence
    from grader.report.report import CaseResult, Report

_FILE = click.Path(path_type=Path, dir_okay=False)
_NAMED = 5  # cases that an error names


@click.command(help=_("Run one case of one submission again and show everything that the staff may see."))
@click.argument("report_file", metavar="REPORT", type=_FILE)
@click.option("--case", "case_id", metavar="ID", help=_("The case, or a part of its name; default: the first to fail."))
@click.option(
    "--submission",
    type=click.Path(path_type=Path, exists=True),
    help=_("What was judged; default: NAME.py, NAME.ipynb, … in this folder, beside the report, or in submissions/."),
)
@click.option("--secret-file", type=_FILE, help=_("Seed of hidden inputs; else D2D_SECRET, else the course's."))
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write it as JSON; - prints nothing else."))
@common
def inspect_command(report_file: Path, case_id: str | None, submission: Path | None, **options: Any) -> None:
    """One case once more."""
    from grader.report.reader import read_file

    report = read_file(report_file).report
    course = course_of(options)
    assignment = course.assignment(report.assignment)
    case = _case(report, case_id, report_file)
    work = _submission(report, assignment, submission, report_file)
    secret = _secret(report, course, options["secret_file"])
    found, evidence = _run(report, assignment, case, work, secret)
    json_file = options["json_file"]
    if json_file is not None:
        write_out(dumped(_as_json(found, evidence)), json_file)
    if json_file != "-":
        from grader.clean import printable

        click.echo(printable("\n".join(_lines(case, found, evidence)), 200_000))


def _case(report: Report, wanted: str | None, where: Path) -> CaseResult:
    """The case that is meant."""
    from grader.report.report import Verdict

    if wanted is None:
        failed = [case for case in report.cases if case.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
        if not failed:
            raise UsageError(_("Every case passed: say which one is meant, --case ID."), where=where)
        return failed[0]
    found = [case for case in report.cases if case.id == wanted] or [case for case in report.cases if wanted in case.id]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(_("No case fits {pattern}.").format(pattern=wanted), where=where)
    names = ", ".join(case.id for case in found[:_NAMED]) + (", …" if len(found) > _NAMED else "")
    raise UsageError(_("Several cases fit {pattern}: {names}.").format(pattern=wanted, names=names), where=where)


def _submission(report: Report, assignment: Assignment, named: Path | None, report_file: Path) -> Submission:
    """What was judged: its hash is in the report, so nothing else is taken for it unseen."""
    from grader.intake.read import read

    if named is not None:
        work = read(named, assignment.id, assignment.asked)
        if work.sha256 != report.submission_sha256:
            say(_("{file} is another version than the one in the report.").format(file=named))
        return replace(work, member=report.member)
    for path in _beside(report.member, report_file):
        try:
            work = read(path, assignment.id, assignment.asked)
        except BadInputError:
            continue
        if work.sha256 == report.submission_sha256:
            return replace(work, member=report.member)
    hint = _("Name it: --submission PATH")
    raise UsageError(_("What {member} handed in does not lie here.").format(member=report.member), hint=hint)


def _beside(member: str, report_file: Path) -> Iterator[Path]:
    from grader.intake.candidate import ARCHIVES, NOTEBOOK, SCRIPT

    if set(member) & set("/\\\0") or member.startswith("."):
        return
    homes = [Path.cwd(), *report_file.resolve().parents[:3]]
    for folder in dict.fromkeys([*homes, *(home / "submissions" for home in homes)]):
        for ending in (SCRIPT, NOTEBOOK, *ARCHIVES, ""):
            if (path := folder / f"{member}{ending}").exists():
                yield path


def _secret(report: Report, course: Course, named: Path | None) -> bytes:
    """The secret that the report's inputs were drawn by, as far as that can be told."""
    from grader.grading.secret import commitment, secret_of
    from grader.judge.rng import PUBLIC_SECRET

    if report.visibility == "public":
        return PUBLIC_SECRET
    secret, _made = secret_of(course.folder, named, term_of(course).secret_file)
    if report.seed_commitment not in (None, commitment(secret)):
        say(_("The report's inputs were drawn by another secret: these here are not the same."))
    return secret


@dataclass
class _Heard:
    """Keeps what the judge tells of one case."""

    case_id: str
    evidence: Evidence | None = None

    def __call__(self, evidence: Evidence) -> None:
        if evidence.case_id == self.case_id:
            self.evidence = evidence


def _run(
    report: Report, assignment: Assignment, case: CaseResult, work: Submission, secret: bytes
) -> tuple[CaseResult, Evidence | None]:
    """The case as it ends now, and what was said in it; nothing where it needs another that failed."""
    from grader.grading.bench import open_bench
    from grader.grading.task import Setting
    from grader.i18n import language

    heard = _Heard(case.id)

    hidden = report.visibility == "full"
    with open_bench(Setting(assignment, secret, language(), closed=hidden, hidden=hidden)) as bench:
        case_set = bench.judge.case_set
        if case.id not in {known.id for known in case_set.cases}:
            text = _("{name} is no longer a case of {assignment}.")
            raise UsageError(text.format(name=case.id, assignment=assignment.id))
        if case_set.sha256 != report.cases_sha256:
            say(_("The cases have changed since the report was made."))
        again = replace(bench.judge, reference=bench.live, witness=heard, pattern=case.id).judge(work)
    return next(each for each in again.cases if each.id == case.id), heard.evidence


def _as_json(found: CaseResult, evidence: Evidence | None) -> dict[str, Any]:
    value = {**found.as_json(), "calls": [], "traceback": []}
    if evidence is not None:
        value["message"], value["details"] = evidence.outcome.message, list(evidence.outcome.shown.details)
        value["output"] = evidence.output
        value["calls"] = [{"who": each.who, "asked": each.asked, "answer": each.answer} for each in evidence.calls]
        value["traceback"] = [{**where.as_json(), "function": function} for where, function in evidence.frames]
    return value


def _lines(before: CaseResult, found: CaseResult, evidence: Evidence | None) -> Iterator[str]:
    yield f"{found.id}  {found.title}"
    yield _("{verdict}, {points} of {most} points").format(
        verdict=found.verdict.value, points=found.points, most=found.max_points
    )
    if before.verdict is not found.verdict:
        yield _("In the report it is: {verdict}").format(verdict=before.verdict.value)
    if evidence is None:
        yield from _told(_("why it was not run"), found.message)
        return
    yield from _told(_("what happened"), evidence.outcome.message, *evidence.outcome.shown.details)
    if found.visibility.value == "hidden" and evidence.outcome.general != evidence.outcome.message:
        yield from _told(_("what a member may read of a hidden case at the most"), evidence.outcome.general)
    if found.hint is not None:
        yield from _told(_("hint") + f" ({found.hint.id})", found.hint.text)
    yield from _told(_("lines of the submission"), *(f"{where}  {name}" for where, name in evidence.frames))
    words = {"submission": _("the submission"), "reference": _("the reference")}
    if evidence.calls:
        yield ""
        yield _("what was asked, in order:")
    for call in evidence.calls:
        yield f"  {words[call.who]}: {_indented(call.asked)}"
        yield f"    → {_indented(call.answer)}"
    yield from _told(_("what its code printed"), evidence.output.strip("\n"))


def _told(title: str, *texts: str) -> Iterator[str]:
    """A title and what belongs to it, if there is anything."""
    said = [text for text in texts if text]
    if said:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for text in said for line in text.splitlines())


def _indented(text: str) -> str:
    return text.replace("\n", "\n      ")
