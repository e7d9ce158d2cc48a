"""`d2d regrade`: the same submissions by cases that were mended, and whose score that moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.grade import Wanted, add, ended_softly, grading, judged, judging, limited, signing_key, write_class
from grader.cli.options import common, course_of, open_book, term_of
from grader.cli.paper import dumped, say, write_out
from grader.errors import NOT_ALL_PASSED, UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.assignment.manifest import Assignment
    from grader.course.term import Term
    from grader.gradebook.book import Gradebook
    from grader.grading.changes import Move
    from grader.report.report import Report

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(help=_("Judge again what changed cases affect; say whose score moved, by how much, by which case."))
@click.argument("hw")
@click.option("--gradebook", "book", type=_FILE, required=True, help=_("The gradebook."))
@click.option(
    "--submissions",
    type=click.Path(path_type=Path, exists=True),
    help=_("What was graded; default: where it lay when it was graded into this gradebook."),
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=_("Its reports; default: as for it."))
@click.option("--never-lower", is_flag=True, help=_("Let a score stand that would be lower now."))
@judging
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write what moved as JSON; - prints nothing else."))
@common
def regrade_command(
    hw: str,
    book: Path,
    submissions: Path | None,
    out: Path | None,
    never_lower: bool,
    json_file: str | None,
    **options: Any,
) -> None:
    """Judge HW again."""
    course = course_of(options)
    term = term_of(course)
    assignment = limited(course.assignment(hw), options["timeout"], options["memory"])
    before = _Before(never_lower)
    with open_book(book, term) as opened:
        before.look(opened, assignment.id)
        places = _places(opened, assignment.id, submissions, out)
    run = _Run(assignment, term, course.folder, book, {**options, "public": False}, before)
    code = max(run.place(path, folder) for path, folder in places)
    for member in before.not_found():
        say(_("{member}: what was graded is not there any more; its result stands.").format(member=member))
    moves = sorted(before.moves, key=lambda each: each.member)
    if json_file is not None:
        value = {"assignment": assignment.id, "moved": [each.as_json() for each in moves]}
        write_out(dumped({**value, "not_found": before.not_found()}), json_file)
    if json_file != "-":
        click.echo("\n".join(_shown(moves)))
    raise SystemExit(code if code > NOT_ALL_PASSED else 0)


@dataclass
class _Before:
    """What the gradebook held of each submission before, and what moved since."""

    never_lower: bool
    reports: dict[tuple[str, str], Report] = field(default_factory=dict)  # by member and content of the submission
    found: set[tuple[str, str]] = field(default_factory=set)
    moves: list[Move] = field(default_factory=list)

    def look(self, book: Gradebook, assignment: str) -> None:
        newest = {}
        for entry in book.entries():
            if entry.assignment == assignment and entry.complete:
                newest[entry.member, entry.submission_sha256] = entry.id
        self.reports = {key: book.document(id_).report for key, id_ in newest.items()}
        if not self.reports:
            said = _("There is no report on {assignment} in the gradebook.").format(assignment=assignment)
            raise UsageError(said, where=book.path)

    def compare(self, after: Report, *, stands: bool = False) -> None:
        """Note whether this moves what is in the gradebook."""
        from grader.grading.changes import move

        key = (after.member, after.submission_sha256)
        self.found.add(key)
        if key in self.reports and (found := move(self.reports[key], after, stands=stands)) is not None:
            self.moves.append(found)

    def takes(self, after: Report) -> bool:
        """Whether a report that is on the disk goes into the gradebook; what it moves is noted."""
        if (after.member, after.submission_sha256) in self.found:
            return True  # it stands, and is in there
        if self.veto(after):
            return False
        self.compare(after)
        return True

    def veto(self, after: Report) -> bool:
        """Whether the score before stands, because it would be lower now."""
        from grader.grading.changes import is_lower

        before = self.reports.get((after.member, after.submission_sha256))
        if not self.never_lower or before is None or not is_lower(before, after):
            return False
        self.compare(after, stands=True)
        return True

    def not_found(self) -> list[str]:
        """Members whose submission, as it is in the gradebook, was not there to be judged."""
        return sorted({member for member, content in set(self.reports) - self.found})


@dataclass(frozen=True)
class _Run:
    """One regrading: the same for each folder of submissions."""

    assignment: Assignment
    term: Term
    course: Path
    book: Path
    options: dict[str, Any]
    before: _Before

    def place(self, path: Path, out: Path) -> int:
        """Judge what lies at `path` again where it has to be; the exit code."""
        from grader.grading.entries import entries
        from grader.grading.folder import ReportFolder
        from grader.report.reader import read_file

        folder = ReportFolder(out, self.assignment.id, signing_key(self.options["key"], self.term))
        found = entries(path, self.assignment.id, apart_from=[out])
        run = grading(self.assignment, folder, self.course, self.term, self.options)
        run.veto = self.before.veto
        color = not self.options["no_color"]
        with folder.held(), ended_softly():
            outcomes = judged(run, found, color=color)
            write_class(run, outcomes, Wanted(path, None, color))
            graded = []
            for outcome in outcomes:
                if outcome.row is not None and folder.path(outcome.member).is_file():
                    after = read_file(folder.path(outcome.member)).report
                    graded += [outcome] * self.before.takes(after)
            add(self.book, self.term, folder, graded, path)
        return max((each.exit_code for each in outcomes), default=0)


def _places(book: Gradebook, assignment: str, path: Path | None, out: Path | None) -> list[tuple[Path, Path]]:
    """Where to judge, and where its reports go: as named, else as the gradebook remembers."""
    known = [(Path(each["submissions"]), Path(each["out"])) for each in book.remembered(assignment)]
    if path is not None:
        named = out or next((folder for place, folder in known if place == path.absolute()), None)
        if named is None:
            raise UsageError(_("Name the folder of their reports: --out DIR"))
        return [(path, named)]
    there = [(place, out or folder) for place, folder in known if place.exists()]
    for place, _folder in known:
        if not place.exists():
            say(_("{path}: This is not there any more.").format(path=place))
    if not there:
        hint = _("Name them: --submissions PATH --out DIR")
        raise UsageError(_("The gradebook does not know where the submissions lie."), where=book.path, hint=hint)
    return there


def _shown(moves: Sequence[Move]) -> Iterator[str]:
    """A line for each score that moved, and one for each case that moved it."""
    from grader.clean import inline
    from grader.report.sheet import out_of

    for each in moves:
        line = f"{inline(each.member)}  {out_of(each.before, each.max_before)} → "
        line += f"{out_of(each.after, each.max_after)}  {_signed(each.after - each.before)}"
        yield line + ("  " + _("the score before stands") if each.stands else "")
        for case in each.cases:
            was, now = (_verdict(one) for one in (case.before, case.after))
            yield f"    {_signed(case.points)}  {inline(case.id)}  {was} → {now}"
    stand = sum(each.stands for each in moves)
    yield _("{n} scores moved.").format(n=len(moves) - stand) + (
        " " + _("{n} would be lower and stand.").format(n=stand) if stand else ""
    )


def _signed(points: Fraction) -> str:
    from grader.report.sheet import decimal

    return f"{'−' if points < 0 else '+'}{decimal(abs(points))}"


def _verdict(case: Any) -> str:
    from grader.report.sheet import out_of

    return "–" if case is None else f"{case.verdict.value} ({out_of(case.points, case.max_points)})"
