"""What a member may see of a full report: hidden cases cut by the rules of the course.

A hidden case runs on inputs that the student's code sees, so whatever that code chooses could carry them out. Of such
a case a member never gets what the code chose freely: no exception's name, no time, no text. What is left is the
verdict and, at most, a sentence out of a fixed list; guessing by many versions is slowed down by `paused_until`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.course.course import Cooldown, Level, Term
from grader.i18n import _
from grader.render.sheet import decimal
from grader.report.report import CaseResult, Note, Report, Section, Verdict, Visibility, sections

if TYPE_CHECKING:
    from grader.gradebook.book import Gradebook
    from grader.gradebook.results import LoggedReport, Override

_FOR_THE_STAFF = ("look",)  # kinds of notes: what is worth a look is no reproach yet
_SECOND_TRY = "second-try"  # kind of the notes that name a case
_OF_A_TITLE = ("id", "section", "concept", "title", "visibility", "verdict", "points", "max_points")


class Held(Enum):
    """Why a report shows nothing of hidden cases, whatever its course shows of them."""

    MANY = "many"  # versions were graded one after the other
    UNCOUNTED = "uncounted"  # no gradebook has this version, so nobody knows how many there were


def seen(
    report: Report, term: Term, now: datetime, *, paused_until: datetime | None = None, counted: bool = True
) -> Report:
    """The report as its member may see it now; it is no longer what was signed.

    One that is not `counted` shows nothing of hidden cases: it could be the hundredth that tells a little.
    """
    deadline = term.deadlines.get(report.assignment)
    rules = term.feedback
    level = rules.after if deadline is not None and deadline.late(now) else rules.before
    notes = tuple(note for note in report.notes if note.kind not in _FOR_THE_STAFF)
    if all(case.visibility is Visibility.PUBLIC for case in report.cases):
        return replace(report, notes=notes, signature=None)
    if paused_until is not None and paused_until > now:
        text = _("Many versions of this were graded one after the other: of hidden cases you see more from {time} on.")
        shown, note = Level.NOTHING, text.format(time=term.local(paused_until))
    elif not counted:
        shown, note = Level.NOTHING, _held_back(Level.NOTHING)
    else:
        shown, note = level, _held_back(level)
        if deadline is not None and level is rules.before and rules.after is not level:
            text = _("You see more of them once the deadline has passed: {time}.")
            note += " " + text.format(time=term.local(deadline.end))
    if shown.rank < Level.TITLE.rank:  # the code can choose which of its cases end in two ways
        titles = [f"«{case.title}»" for case in report.cases if case.visibility is not Visibility.PUBLIC]
        notes = tuple(kept for kept in notes if kept.kind != _SECOND_TRY or not any(map(kept.text.count, titles)))
    return replace(
        report,
        visibility="public" if shown is Level.NOTHING else report.visibility,
        cases=tuple(_cut(report.cases, shown)),
        notes=(*notes, Note("feedback", note)) if note else notes,
        signature=None,
    )


def feedback_now(report: Report, term: Term, now: datetime, book: Gradebook | None) -> tuple[Report, Held | None]:
    """The report as its member may see it by the gradebook, and why nothing of hidden cases is in it, where that is so.

    Every way to a member's feedback goes through here: where the course has a cool-down, what the gradebook has not
    counted gets none on hidden cases. Without a gradebook there is nothing to count by, and whoever asks is told.
    """
    if book is None:
        return seen(report, term, now), None
    entries = [entry for entry in book.entries(report.member) if entry.assignment == report.assignment]
    until = paused_until(entries, term.feedback.cooldown, now)
    counted = not term.feedback.cooldown.submissions or report.submission_sha256 in {
        entry.submission_sha256 for entry in entries
    }
    cut = seen(report, term, now, paused_until=until, counted=counted)
    overrides = [override for override in book.overrides(report.member) if override.assignment == report.assignment]
    if overrides and overrides[-1].points is not None:
        cut = replace(cut, notes=(note_of_override(overrides[-1]), *cut.notes))
    return cut, Held.MANY if until is not None else None if counted else Held.UNCOUNTED


def paused_until(entries: Iterable[LoggedReport], cooldown: Cooldown, now: datetime) -> datetime | None:
    """Until when so many versions of one member's assignment have been graded of late that nothing more is told.

    Counted is when each content first came into the gradebook, by the staff's own clock: a commit's time is the
    member's to choose, and the same content graded again tells nothing new.
    """
    first: dict[str, datetime] = {}
    for entry in sorted(entries, key=lambda entry: entry.added_at):
        first.setdefault(entry.submission_sha256, entry.added_at)
    recent = sorted(at for at in first.values() if at > now - cooldown.window)
    over = len(recent) - cooldown.submissions
    return recent[over - 1] + cooldown.window if cooldown.submissions and over > 0 else None


def not_counted() -> str:
    """What the staff reads where feedback is written on versions that the gradebook does not have."""
    return _(
        "The gradebook has not counted some of these versions, so nothing of hidden cases is shown of them. "
        "Take their reports into it first."
    )


def nobody_counts() -> str:
    """What the staff reads where a course with a cool-down gives feedback without a gradebook."""
    return _("Without --gradebook nobody counts versions, so the course's cool-down holds nobody back.")


def note_of_override(override: Override) -> Note:
    """What a member reads of points that a TA gave by hand; no report has it."""
    text = _("By the hand of {by} this counts {points} of {most} points: {why}")
    points, most = decimal(override.points or Fraction(0)), decimal(override.max_score)
    return Note("override", text.format(by=override.by, points=points, most=most, why=override.why))


def _held_back(level: Level) -> str:
    """What is not shown, so that nobody looks for it."""
    if level is Level.NOTHING:
        return _("Hidden cases are not shown here; they count as well.")
    if level is Level.SCORE:
        return _("Of hidden cases only the points of each section are shown.")
    return _("Of hidden cases only titles and verdicts are shown.") if level is Level.TITLE else ""


def _cut(cases: Iterable[CaseResult], level: Level) -> Iterator[CaseResult]:
    """The cases as `level` lets them be seen."""
    for section in sections(cases):
        hidden = tuple(case for case in section.cases if case.visibility is Visibility.HIDDEN)
        yield from (case for case in section.cases if case.visibility is Visibility.PUBLIC)
        if level is Level.SCORE and hidden:
            yield _folded(Section(section.name, hidden))
        elif level.rank > Level.SCORE.rank:
            yield from map(_hinted if level is Level.HINT else _titled, hidden)


def _folded(hidden: Section) -> CaseResult:
    """All hidden cases of a section as a single case, which has the points of all."""
    verdicts = {case.verdict for case in hidden.cases}
    verdict = Verdict.PASSED if verdicts == {Verdict.PASSED} else Verdict.FAILED
    if hidden.missing:
        verdict = Verdict.MISSING
    if Verdict.UNGRADABLE in verdicts:
        verdict = Verdict.UNGRADABLE
    words = _("{points} of {most} points").format(points=decimal(hidden.points), most=decimal(hidden.max_points))
    return replace(
        _titled(hidden.cases[0]),
        id=f"hidden::{hidden.name}",
        concept="",
        title=_("Hidden cases together"),
        verdict=verdict,
        points=hidden.points,
        max_points=hidden.max_points,
        message=words if verdict is Verdict.FAILED and hidden.points else "",
    )


def _titled(case: CaseResult) -> CaseResult:
    """A case without anything but its title and verdict. A field that cases get later is not passed on by accident."""
    kept: dict[str, Any] = {name: getattr(case, name) for name in _OF_A_TITLE}
    return CaseResult(**kept)


def _hinted(case: CaseResult) -> CaseResult:
    """A case with its message and hint, but with nothing that the code could choose: exceptions share one message."""
    message = case.message
    if case.verdict is Verdict.ERROR:
        message = _("Your code raised an exception.")
    elif case.verdict is Verdict.UNGRADABLE:
        message = _("The judge itself failed here. This is not your fault; tell the staff.")
    return replace(_titled(case), message=message, hint=case.hint, where=case.where)
