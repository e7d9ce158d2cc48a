"""`d2d override`: points that the staff gives by hand."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import Assignment
from grader.cli.options import BOOK_OPTION, common, course_of, open_book
from grader.cli.paper import say
from grader.errors import UsageError
from grader.gradebook.book import Gradebook
from grader.i18n import _
from grader.member import MemberName
from grader.render.sheet import decimal

_POINTS = re.compile(r"\d{1,6}(\.\d{1,4}|/[1-9]\d{0,3})?")


@click.command()
@BOOK_OPTION
@click.argument("member", type=MemberName)
@click.argument("hw")
@click.option("--points", metavar="N", help=_("The points: a whole number or a fraction such as 7/2."))
@click.option("--withdraw", is_flag=True, help=_("Let what was graded count again."))
@click.option("--why", metavar="TEXT", required=True, help=_("The reason; the member will read it."))
@click.option("--by", metavar="WHO", required=True, help=_("Who decided it."))
@common
def override_command(
    book: Path, member: str, hw: str, points: str | None, withdraw: bool, why: str, by: str, **options: Any
) -> None:
    """Store or withdraw an override."""
    if (points is None) is not withdraw:
        raise UsageError(_("Give either --points N or --withdraw."))
    course = course_of(options)
    assignment = course.assignment(hw)
    value = None if points is None else _points(points)
    with open_book(book, course.term) as gradebook:
        most, pass_percent = _scale(gradebook, member, assignment)
        gradebook.override(member, assignment.id, value, by=by, why=why, max_score=most, pass_percent=pass_percent)
    if value is None:
        text = _("{member}, {assignment}: the override is withdrawn.")
        say(text.format(member=member, assignment=assignment.id))
    else:
        text = _("{member}, {assignment}: {points} of {most} points from now on, by {by}.")
        say(text.format(member=member, assignment=assignment.id, points=decimal(value), most=decimal(most), by=by))


def _scale(gradebook: Gradebook, member: str, assignment: Assignment) -> tuple[Fraction, int]:
    """The most points and the pass mark: those of the member's last report, else of anybody's, else the manifest's."""
    own = gradebook.entries(member)
    if not own:
        text = _("Nothing of {member} is in the gradebook so far: is the name spelled right?")
        say(text.format(member=member))
    reports = [entry for entry in [*gradebook.entries(), *own] if entry.assignment == assignment.id]
    if reports:
        return reports[-1].max_score, reports[-1].pass_percent
    return sum((section.points for section in assignment.sections.values()), Fraction(0)), assignment.pass_percent


def _points(text: str) -> Fraction:
    if not _POINTS.fullmatch(text):
        raise UsageError(_("{text} is no number of points.").format(text=text))
    return Fraction(text)
