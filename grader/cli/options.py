"""What several commands take and look up: options, the course, its term, the gradebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.errors import UsageError
from grader.i18n import LANGUAGES, _

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.course.term import Term
    from grader.gradebook.book import Gradebook

_F = TypeVar("_F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)

JSON_OPTION = click.option(
    "--json", "json_file", metavar="FILE|-", help=_("Write the result as JSON; - prints nothing else.")
)
BOOK_OPTION = click.option("--gradebook", "book", type=FILE, required=True, help=_("The gradebook."))
STATE_OPTION = click.option("--state", type=FOLDER, required=True, help=_("The folder that is kept from run to run."))
SECRET_OPTION = click.option(
    "--secret-file", type=FILE, help=_("Seed of hidden inputs; else D2D_SECRET, else the course's.")
)


def common(function: _F, languages: Sequence[str] = LANGUAGES) -> _F:
    """Give a command the options that all commands have."""
    options = (
        click.option("--course", type=FOLDER, help=_("The course's folder.")),
        click.option("--lang", type=click.Choice(languages), help=_("Language of what is printed or made.")),
        click.option("--debug", is_flag=True, help=_("Show the traceback of an error.")),
        click.option("--no-color", is_flag=True, help=_("Print without colours.")),
    )
    for option in reversed(options):
        function = option(function)
    return function


def course_of(options: Mapping[str, Any]) -> Course:
    """The course that `--course` names, else the one around the current folder."""
    from grader.course.course import find_course

    return find_course(Path.cwd(), options["course"])


def term_of(course: Course) -> Term:
    """What the course file says of deadlines, policy and keys."""
    from grader.course.course import COURSE_FILE
    from grader.course.term import load_term

    return load_term(course.folder / COURSE_FILE)


def time_of(text: str | None, term: Term) -> datetime:
    """The time that a person typed, in the course's time zone unless it names another; without a text, now."""
    from grader.course.term import moment

    if text is None:
        return datetime.now(timezone.utc)
    try:
        return moment(text, term.zone)
    except ValueError as error:
        raise UsageError(_("{text} is no time.").format(text=text)) from error


def open_book(book: Path, term: Term, *, create: bool = False) -> Gradebook:
    """The gradebook; where the course has a key, it takes only reports that are signed by it."""
    from grader.gradebook.book import Gradebook

    if term.public_key is None:
        return Gradebook(book, create=create)
    from grader.report.signature import read_public_key

    return Gradebook(book, create=create, key=read_public_key(term.public_key))
